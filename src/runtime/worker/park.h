/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parking: all waits in handlers use it. The worker's thread only.
 *
 * The scheduling loop runs on a fiber and calls handlers as functions, so a task that does not wait
 * costs no switch. When a handler parks, the loop continues on a spare fiber; the parked fiber
 * keeps the frames of the handler and those of the old loop below them. After it is resumed, the
 * handler returns into the old loop, which is the scheduler again, and the fiber that resumed it is
 * a spare. A worker starts a task only while it has a spare, so parking cannot fail for lack of a
 * fiber.
 */
#ifndef CHI_RUNTIME_WORKER_PARK_H
#define CHI_RUNTIME_WORKER_PARK_H

#include "runtime/worker/worker.h"

/*
 * A parked task. Lies on the stack of the parked fiber. Code that keeps pointers to waiters removes
 * them when chi_worker_park() returns, and skips those that are `woken`: their wait has ended for
 * another reason.
 */
struct chi_waiter {
    struct chi_wait_entry entry;
    struct chi_fiber *fiber;
    struct chi_record *current;    /* the parked task */
    STAILQ_ENTRY(chi_waiter) link; /* on the list of waiters to resume */
    bool woken;
    int result; /* of chi_worker_park(): 0, -ETIMEDOUT, -ECANCELED, or epoll events */

    /* For sync/: the subtasks of which it waits for the first that ends, */
    struct chi_task *const *tasks;
    size_t task_count;
    /* and what it waits for without a time limit: */
    struct chi_hold *lock_wait; /* a lock */
    struct chi_record *awaited; /* one subtask */
    uint64_t serial;            /* number of this wait on its worker */
};

/*
 * Parks the running task until chi_worker_unpark(). If the task has to end early it does not park,
 * unless the waiter was unparked before. Returns the result given to chi_worker_unpark(), or
 *   -ECANCELED   the task was cancelled
 *   -ETIMEDOUT   the deadline of the task is over
 *   -ENOMEM      no memory for a timer of the task's deadline
 */
int chi_worker_park(struct chi_worker *worker, struct chi_waiter *waiter);

/* Returns the code with which the running task's next chi_worker_park() ends at once; 0: it parks.
 */
int chi_worker_interrupted(const struct chi_worker *worker);

/* Ends the wait; the fiber is resumed in one of the next rounds. Later calls do nothing. */
void chi_worker_unpark(struct chi_worker *worker, struct chi_waiter *waiter, int result);

/* Creates a spare fiber if there is none. Returns false if that fails. */
bool chi_worker_has_spare(struct chi_worker *worker);

/*
 * Runs function(worker, record) on a new fiber. Called by the scheduler, which continues when the
 * function has parked or returned. Returns false if the fiber cannot be created.
 *   stack_size   bytes
 */
bool chi_worker_run_sized(struct chi_worker *worker, size_t stack_size,
                          void (*function)(struct chi_worker *, struct chi_record *),
                          struct chi_record *record);

/*
 * Resumes the waiter that was unparked first. Called by the scheduler; returns when its fiber is
 * taken from the spares again.
 */
void chi_worker_resume_one(struct chi_worker *worker);

/* ---- access to the worker's lanes: see sched/orchestrator.h */

/* The scheduler calls or resumes a handler. Release: the changes to the lanes. */
static inline void chi_worker_enter_task(struct chi_worker *worker, struct chi_record *record)
{
    __atomic_store_n(&worker->current, record, __ATOMIC_RELEASE);
}

/* Back in the scheduler. Blocks the thread until no other worker serves the lanes. */
static inline void chi_worker_leave_task(struct chi_worker *worker)
{
    __atomic_store_n(&worker->current, NULL, __ATOMIC_RELAXED);
    atomic_signal_fence(memory_order_seq_cst);
    /* Acquire: pairs with the release in chi_handover_return(). */
    if (CHI_UNLIKELY(atomic_load_explicit(&worker->takeover, memory_order_acquire)))
        chi_worker_await_lanes(worker);
}

/*
 * A handler is about to access the lanes. Returns false if another worker serves them; if true,
 * call chi_worker_enter_task() afterwards.
 */
static inline bool chi_worker_hold_lanes(struct chi_worker *worker, struct chi_record *current)
{
    __atomic_store_n(&worker->current, NULL, __ATOMIC_RELAXED);
    atomic_signal_fence(memory_order_seq_cst);
    if (CHI_LIKELY(!atomic_load_explicit(&worker->takeover, memory_order_acquire)))
        return true;
    chi_worker_enter_task(worker, current);
    return false;
}

/* Returns whether `worker` serves the lanes of `owner`. In the scheduler of `worker`. */
static inline bool chi_worker_serves(const struct chi_worker *worker,
                                     const struct chi_worker *owner)
{
    return owner == worker ||
           atomic_load_explicit(&owner->lanes.server, memory_order_relaxed) == worker;
}

#endif
