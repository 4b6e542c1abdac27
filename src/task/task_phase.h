/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The part of struct chi_task that changes its meaning with the task's progress. First a deadline
 * or a period: the maker writes it before the task is submitted, the runtime reads it once, when it
 * takes the task. Then the result: the runtime writes it, the maker reads it once the task is done.
 * No file but this one reads or writes the former, or begins the latter.
 */
#ifndef CHI_TASK_TASK_PHASE_H
#define CHI_TASK_TASK_PHASE_H

#include "chimaera/task.h"

static inline void chi_task_put_deadline(struct chi_task *task, uint64_t deadline_ns)
{
    task->deadline_ns = deadline_ns;
    task->flags |= CHI_TASK_TIMED;
}

static inline void chi_task_put_period(struct chi_task *task, uint64_t period_ns)
{
    task->period_ns = period_ns;
    task->flags |= CHI_TASK_PERIODIC;
}

/* Of a task with CHI_TASK_TIMED that the runtime takes. */
static inline uint64_t chi_task_deadline_ns(const struct chi_task *task)
{
    return task->deadline_ns;
}

/* Of a task with CHI_TASK_PERIODIC that the runtime takes. */
static inline uint64_t chi_task_period_ns(const struct chi_task *task)
{
    return task->period_ns;
}

/* Begins the result of a task whose copies will be merged into it: 0 so far, of none. */
static inline void chi_task_merge_begin(struct chi_task *task)
{
    task->return_code = 0;
    task->merged = 0;
}

/* A copy that succeeded has been merged into `task`. */
static inline void chi_task_merge_count(struct chi_task *task)
{
    task->merged++;
}

/*
 * Where a client's task ran that was moved: the number of the worker, and the number of containers
 * of the pool. The runtime writes it before DONE.
 */
static inline void chi_task_put_placement(struct chi_task *task, uint32_t worker,
                                          uint32_t containers)
{
    task->placement = containers << 8 | worker;
}

static inline void chi_task_placement(const struct chi_task *task, uint32_t *worker,
                                      uint32_t *containers)
{
    *worker = task->placement & 0xFF;
    *containers = task->placement >> 8;
}

#endif
