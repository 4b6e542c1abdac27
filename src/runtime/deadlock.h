/* SPDX-License-Identifier: BSD-3-Clause */
/* Who waits for whom: handlers that wait for subtasks, and the question whether they wait for one
 * that waits for them. */
#ifndef CHI_RUNTIME_DEADLOCK_H
#define CHI_RUNTIME_DEADLOCK_H

#include <stdbool.h>
#include <stddef.h>

struct chi_pool;
struct chi_record;
struct chi_task;
struct chi_worker;

/* A handler parked for subtasks. Lies on its fiber's stack; its worker's thread only. */
struct chi_subtask_wait {
    struct chi_record *maker;
    struct chi_task *const *tasks;
    size_t count;
    struct chi_subtask_wait *next;
    struct chi_subtask_wait **link; /* what points to this one */
};

void chi_subtask_wait_enter(struct chi_worker *worker, struct chi_subtask_wait *wait);
void chi_subtask_wait_leave(struct chi_subtask_wait *wait);

/*
 * Whether a handler of `pool` waits for the running task, or for one that does, and so on. In a
 * handler; parks.
 */
bool chi_deadlock_waits(struct chi_worker *worker, const struct chi_pool *pool);

#endif
