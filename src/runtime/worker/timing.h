/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks with a deadline or a period: what the runtime stores besides their records, and the timer
 * of a deadline while the task is parked. path/periodic.c has the periods. The thread of the worker
 * that has the record.
 */
#ifndef CHI_RUNTIME_WORKER_TIMING_H
#define CHI_RUNTIME_WORKER_TIMING_H

#include <stdatomic.h>

#include "chimaera/task.h"
#include "runtime/core/timers.h"
#include "runtime/worker/wait_entry.h"

struct chi_timing {
    struct chi_timer timer;      /* while parked: of the deadline; between runs: of the next run */
    struct chi_wait_entry entry; /* between runs */
    struct chi_wait_entry *parked; /* while parked: what the deadline ends */
    struct chi_record *record;
    uint64_t deadline_ns; /* UINT64_MAX: none */
    uint64_t period_ns;   /* 0: not periodic */
    uint64_t next_ns;     /* when the next run is due */
    uint64_t missed;      /* runs that were skipped: chi_task_missed() */
};

/* Returns whether a task that comes in needs chi_timing_begin() of path/periodic.h. */
static inline bool chi_timing_concerns(const struct chi_task *task)
{
    uint32_t state = atomic_load_explicit(&task->state, memory_order_relaxed);
    return (state & CHI_TASK_CANCEL) | (task->flags & (CHI_TASK_TIMED | CHI_TASK_PERIODIC));
}

/* Starts the timer of the deadline, which ends `entry`. Returns 0, also without a deadline, or
 * -ENOMEM. */
int chi_timing_park(struct chi_worker *worker, struct chi_record *record,
                    struct chi_wait_entry *entry);

/* Stops that timer. */
void chi_timing_unpark(struct chi_worker *worker, struct chi_record *record);

#endif
