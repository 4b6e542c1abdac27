/* SPDX-License-Identifier: BSD-3-Clause */
/* Tasks with a deadline or a period: what the runtime keeps of them besides the record. The thread
 * of the worker that has the record. */
#ifndef CHI_RUNTIME_TIMED_H
#define CHI_RUNTIME_TIMED_H

#include "chimaera/task.h"
#include "runtime/cancel.h"
#include "runtime/record.h"
#include "runtime/timers.h"

struct chi_timed {
    struct chi_timer timer; /* parked: of the deadline; between runs: of the next one */
    struct chi_rest rest;   /* between runs */
    struct chi_rest *parked;
    struct chi_record *record;
    uint64_t deadline_ns; /* UINT64_MAX: none */
    uint64_t period_ns;   /* 0: not periodic */
    uint64_t next_ns;     /* when the next run is due */
    uint64_t missed;
};

/* Whether chi_timed_begin() is to be called for a task that comes in. */
static inline bool chi_timed_concerns(const struct chi_task *task)
{
    uint32_t state = atomic_load_explicit(&task->state, memory_order_relaxed);
    return (state & CHI_TASK_CANCEL) | (task->flags & (CHI_TASK_TIMED | CHI_TASK_PERIODIC));
}

/* A new, counted record: 0, or why it is to be completed at once: -ECANCELED, -ETIMEDOUT, -ENOMEM,
 * CHI_EBADTASK, -EAGAIN where its origin has too many periodic tasks. */
int chi_timed_begin(struct chi_worker *worker, struct chi_record *record);

/* Why a periodic task is not to run again: 0 or a code. */
int chi_timed_unwanted(struct chi_worker *worker, const struct chi_record *record);

/* A run has ended with `*rc`. True: the record rests until the next one. False: complete it, with
 * what `*rc` is now. */
bool chi_timed_again(struct chi_worker *worker, struct chi_record *record, int *rc);

/* The record is counted out: frees what is kept of it here. */
void chi_timed_end(struct chi_record *record);

/* While its handler is parked: the deadline ends `rest`. 0 or -ENOMEM. */
int chi_timed_park(struct chi_worker *worker, struct chi_record *record, struct chi_rest *rest);
void chi_timed_unpark(struct chi_worker *worker, struct chi_record *record);

#endif
