/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A list of tasks given up while in flight, oldest first. They stay allocated, because the runtime
 * will still write to them, and are freed once they are done. Private memory: a ring of pointers.
 * The caller has the list to itself.
 */
#ifndef CHI_CLIENT_ORPHANS_H
#define CHI_CLIENT_ORPHANS_H

#include <stdint.h>

struct chi_task;

/* Zeroed: empty. */
struct chi_orphans {
    struct chi_task **tasks;
    uint32_t first;
    uint32_t count;
    uint32_t room; /* a power of two, or 0 */
};

/* Appends. Without memory for that the task stays allocated until the process detaches. */
void chi_orphans_add(struct chi_orphans *orphans, struct chi_task *task);

/* Removes the oldest of a list that is not empty. */
struct chi_task *chi_orphans_take(struct chi_orphans *orphans);

/* Moves all from one list to another and frees the empty one's memory. */
void chi_orphans_move(struct chi_orphans *from, struct chi_orphans *to);

#endif
