/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parking: all waiting inside a handler goes through this. The worker's thread only.
 *
 * The scheduling loop runs on a fiber. It calls handlers as plain functions; a task that never
 * waits pays for no switch. When a handler parks, the loop goes on on a spare fiber, while the
 * parked one keeps the handler's frames with those of the old loop below them. Resumed, the handler
 * ends and returns into that old loop, which then is the scheduler; the fiber it was resumed from
 * is the spare. A worker starts a task only while it has a spare, so parking cannot fail.
 */
#ifndef CHI_RUNTIME_PARK_H
#define CHI_RUNTIME_PARK_H

#include "runtime/worker/worker.h"

/*
 * Somebody parked. Lives on the parked fiber's stack; its worker's thread only. Who keeps pointers
 * to waiters, to unpark them one day, takes them out when parking returns, and passes over those
 * that are `woken` already: another reason was first, and they will not come for what is offered.
 */
struct chi_waiter {
    struct chi_wait_entry entry;
    struct chi_fiber *fiber;
    struct chi_record *current;    /* the task it runs */
    STAILQ_ENTRY(chi_waiter) link; /* on the list of those to be resumed */
    bool woken;
    int result; /* for the one that parked: 0, -ETIMEDOUT, -ECANCELED, events */

    /* For whoever looks for deadlocks: subtasks that it waits for, the first that ends, and */
    struct chi_task *const *tasks;
    size_t task_count;
    /* what it waits for without a bound in time. */
    struct chi_hold *lock_wait; /* a lock */
    struct chi_record *awaited; /* one subtask */
    uint64_t serial;            /* number of this wait on its worker */
};

/*
 * Parks the running task until chi_worker_unpark(waiter), and returns the result. Where the task is
 * to end before its time the result is -ECANCELED or -ETIMEDOUT, without parking from then on, but
 * for a waiter that was unparked before. -ENOMEM where its deadline could not be watched.
 */
int chi_worker_park(struct chi_worker *worker, struct chi_waiter *waiter);
/* What the next chi_worker_park() of the running task will return without parking: 0 or a code. */
int chi_worker_interrupted(const struct chi_worker *worker);
/* Resumes it, soon; the first call counts, later ones do nothing. */
void chi_worker_unpark(struct chi_worker *worker, struct chi_waiter *waiter, int result);
/* Sees to a spare fiber; false where there is none to be had. */
bool chi_worker_has_spare(struct chi_worker *worker);
/* Runs function(worker, record) on a new fiber with that stack, from the scheduler, which goes on
 * once it has parked or returned. False where no such fiber is to be had. */
bool chi_worker_run_sized(struct chi_worker *worker, size_t stack_size,
                          void (*function)(struct chi_worker *, struct chi_record *),
                          struct chi_record *record);
/* Scheduler: goes on with the oldest waiter that was unparked; returns when it is a spare again. */
void chi_worker_resume_one(struct chi_worker *worker);

/* ---- Who touches the worker's lanes; see sched/orchestrator.h. */

/* The scheduler calls a handler, or goes back into one. Release: what was done to the lanes. */
static inline void chi_worker_enter_task(struct chi_worker *worker, struct chi_record *record)
{
    __atomic_store_n(&worker->current, record, __ATOMIC_RELEASE);
}

/* Back in the scheduler, which may touch the lanes; waits where another worker serves them. */
static inline void chi_worker_leave_task(struct chi_worker *worker)
{
    __atomic_store_n(&worker->current, NULL, __ATOMIC_RELAXED);
    atomic_signal_fence(memory_order_seq_cst);
    /* Acquire: pairs with the release of who takes back a claim that was not needed. */
    if (CHI_UNLIKELY(atomic_load_explicit(&worker->takeover, memory_order_acquire)))
        chi_worker_await_lanes(worker);
}

/* In a handler, for a moment: false where another worker serves the lanes. */
static inline bool chi_worker_hold_lanes(struct chi_worker *worker, struct chi_record *current)
{
    __atomic_store_n(&worker->current, NULL, __ATOMIC_RELAXED);
    atomic_signal_fence(memory_order_seq_cst);
    if (CHI_LIKELY(!atomic_load_explicit(&worker->takeover, memory_order_acquire)))
        return true;
    chi_worker_enter_task(worker, current);
    return false;
}

/* Whether `worker`, in its scheduler, serves the lanes of `owner`. */
static inline bool chi_worker_serves(const struct chi_worker *worker,
                                     const struct chi_worker *owner)
{
    return owner == worker ||
           atomic_load_explicit(&owner->lanes.server, memory_order_relaxed) == worker;
}

#endif
