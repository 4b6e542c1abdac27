/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks given up while in flight. They stay allocated, because the runtime will still write to
 * them, and are freed once they are done, by calls of this process that make tasks. The list is
 * private, in a ring of pointers. Each thread has one; a thread that ends leaves its own to the
 * others.
 */
#include <stdlib.h>

#include "chimaera/container.h"
#include "chimaera/status.h"
#include "client/client.h"

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

static struct chi_task *take_oldest(struct chi_orphans *orphans)
{
    struct chi_task *task = *place(orphans, 0);
    orphans->first++;
    orphans->count--;
    return task;
}

void chi_orphans_move(struct chi_orphans *from, struct chi_orphans *to)
{
    while (from->count > 0)
        chi_orphans_add(to, take_oldest(from));
    free(from->tasks);
    *from = (struct chi_orphans){0};
}

/* Takes over what threads that ended have left behind. */
static void adopt(struct chi_client_thread *self)
{
    struct chi_client *client = self->client;
    pthread_mutex_lock(&client->orphan_lock);
    chi_orphans_move(&client->orphans, &self->orphans);
    atomic_store_explicit(&client->has_orphans, false, memory_order_relaxed);
    pthread_mutex_unlock(&client->orphan_lock);
}

void chi_client_leave_orphans(struct chi_client_thread *self)
{
    struct chi_client *client = self->client;
    if (self->orphans.count > 0) {
        pthread_mutex_lock(&client->orphan_lock);
        chi_orphans_move(&self->orphans, &client->orphans);
        atomic_store_explicit(&client->has_orphans, true, memory_order_relaxed);
        pthread_mutex_unlock(&client->orphan_lock);
    }
    free(self->orphans.tasks);
}

void chi_client_sweep(struct chi_client_thread *self, uint32_t most)
{
    if (atomic_load_explicit(&self->client->has_orphans, memory_order_relaxed))
        adopt(self);
    uint32_t count = self->orphans.count; /* those behind were looked at before */
    for (uint32_t i = 0; i < most && i < count; i++) {
        struct chi_task *task = take_oldest(&self->orphans);
        if (chi_task_done(task))
            chi_client_task_free(self, task);
        else
            chi_orphans_add(&self->orphans, task); /* to the end: one slow task hides no other */
    }
}
