/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/orphans.h"

#include <stdbool.h>
#include <stdlib.h>

#define ROOM_MIN 64u

static struct chi_task **place(const struct chi_orphans *orphans, uint32_t index)
{
    return &orphans->tasks[(orphans->first + index) & (orphans->room - 1)];
}

/* Room for one more. */
static bool grow(struct chi_orphans *orphans)
{
    uint32_t room = orphans->room > 0 ? orphans->room * 2 : ROOM_MIN;

    if (orphans->count < orphans->room)
        return true;
    struct chi_task **tasks = room > orphans->room ? calloc(room, sizeof(struct chi_task *)) : NULL;
    if (tasks == NULL)
        return false;
    for (uint32_t i = 0; i < orphans->count; i++)
        tasks[i] = *place(orphans, i);
    free(orphans->tasks);
    orphans->tasks = tasks;
    orphans->first = 0;
    orphans->room = room;
    return true;
}

void chi_orphans_add(struct chi_orphans *orphans, struct chi_task *task)
{
    if (!grow(orphans))
        return; /* it comes back when this process detaches */
    orphans->count++;
    *place(orphans, orphans->count - 1) = task;
}

struct chi_task *chi_orphans_take(struct chi_orphans *orphans)
{
    struct chi_task *task = *place(orphans, 0);
    orphans->first++;
    orphans->count--;
    return task;
}

void chi_orphans_move(struct chi_orphans *from, struct chi_orphans *to)
{
    while (from->count > 0)
        chi_orphans_add(to, chi_orphans_take(from));
    free(from->tasks);
    *from = (struct chi_orphans){0};
}
