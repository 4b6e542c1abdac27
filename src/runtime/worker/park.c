/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parking and resuming: the one primitive below subtask waits, timers and descriptors. A worker's
 * own thread. See worker.h for why the scheduler has spare fibers.
 */

#include "runtime/worker/park.h"

#include <errno.h>
#include <sys/epoll.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/worker/idle.h"
#include "runtime/worker/share.h"
#include "runtime/worker/timing.h"
#include "runtime/worker/wait_entry.h"
#include "runtime/worker/worker.h"

static void scheduler(void *argument)
{
    struct chi_worker *worker = argument;
    if (worker->runtime->stepper != NULL) /* no thread: chi_worker_step() */
        worker->ops->step_loop(worker);
    else
        worker->ops->loop(worker);
    chi_fiber_exit_to(worker->fibers.running, worker->fibers.thread);
}

bool chi_worker_has_spare(struct chi_worker *worker)
{
    if (CHI_LIKELY(worker->fibers.spare != NULL))
        return true;
    struct chi_fiber *fiber;
    if (chi_fiber_create(worker->fibers.pool, scheduler, worker, &fiber) < 0)
        return false;
    fiber->link = NULL;
    worker->fibers.spare = fiber;
    return true;
}

int chi_worker_interrupted(const struct chi_worker *worker)
{
    return worker->current->shield ? 0 : worker->current->ended;
}

static void end_wait(struct chi_worker *worker, struct chi_wait_entry *entry, int code)
{
    if (!entry->record->shield)
        chi_worker_unpark(worker, (struct chi_waiter *)(void *)entry, code);
}

/* Whether the waiter is parked at all; else its result is set. */
static bool begin_wait(struct chi_worker *worker, struct chi_waiter *waiter)
{
    struct chi_record *record = worker->current;
    int rc;

    if (waiter->woken)
        return true;
    rc = chi_worker_interrupted(worker);
    if (rc == 0 && CHI_UNLIKELY(record->timing != NULL) && !record->shield)
        rc = chi_timing_park(worker, record, &waiter->entry);
    if (CHI_LIKELY(rc == 0))
        return true;
    waiter->woken = true;
    waiter->result = rc;
    return false;
}

int chi_worker_park(struct chi_worker *worker, struct chi_waiter *waiter)
{
    struct chi_fiber *self = worker->fibers.running;
    struct chi_fiber *next = worker->fibers.spare;

    CHI_ASSERT(worker->current != NULL && next != NULL, "parked outside a handler");
    if (!begin_wait(worker, waiter))
        return waiter->result;
    struct chi_record *current = worker->current;
    waiter->entry.record = current;
    waiter->entry.end = end_wait;
    LIST_INSERT_HEAD(&worker->waits.entries, &waiter->entry, link);
    waiter->fiber = self;
    waiter->current = current;
    waiter->serial = ++worker->fibers.parks;
    self->user = waiter; /* who looks at the fibers sees which are parked, and on what */
    chi_worker_leave_task(worker);
    if (!current->bound) { /* now it cannot go on on another thread: see struct chi_lane */
        current->bound = true;
        atomic_fetch_add_explicit(&current->lane->bound, 1, memory_order_relaxed);
    }
    worker->fibers.spare = next->link;
    worker->fibers.running = next;
    atomic_store_explicit(&worker->stats.parked,
                          atomic_load_explicit(&worker->stats.parked, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    if (current->clients)
        chi_share_park(worker, current);
    chi_fiber_switch(self, next);
    if (current->clients)
        chi_share_unpark(worker, current);
    atomic_store_explicit(&worker->stats.parked,
                          atomic_load_explicit(&worker->stats.parked, memory_order_relaxed) - 1,
                          memory_order_relaxed);
    self->user = NULL;
    LIST_REMOVE(&waiter->entry, link);
    if (CHI_UNLIKELY(current->timing != NULL))
        chi_timing_unpark(worker, current);
    chi_worker_enter_task(worker, current);
    return waiter->result;
}

void chi_worker_unpark(struct chi_worker *worker, struct chi_waiter *waiter, int result)
{
    if (waiter->woken)
        return;
    waiter->woken = true;
    waiter->result = result;
    STAILQ_INSERT_TAIL(&worker->fibers.ready, waiter, link);
}

void chi_worker_resume_one(struct chi_worker *worker)
{
    struct chi_waiter *waiter = STAILQ_FIRST(&worker->fibers.ready);
    struct chi_fiber *self = worker->fibers.running;

    if (CHI_UNLIKELY(worker->idle))
        chi_worker_end_idle(worker);
    STAILQ_REMOVE_HEAD(&worker->fibers.ready, link);
    self->link = worker->fibers.spare;
    worker->fibers.spare = self;
    worker->fibers.running = waiter->fiber;
    chi_fiber_switch(self, waiter->fiber);
}

static void run_sized(void *argument)
{
    struct chi_worker *worker = argument;
    struct chi_fiber *self = worker->fibers.running;

    worker->fibers.sized_function(worker, worker->fibers.sized_record);
    struct chi_fiber *next = worker->fibers.spare; /* whoever was the scheduler, at least */
    worker->fibers.spare = next->link;
    worker->fibers.running = next;
    chi_fiber_exit_to(self, next);
}

bool chi_worker_run_sized(struct chi_worker *worker, size_t stack_size,
                          void (*function)(struct chi_worker *, struct chi_record *),
                          struct chi_record *record)
{
    struct chi_fiber *self = worker->fibers.running;
    struct chi_fiber *fiber;

    if (chi_fiber_create_sized(worker->fibers.pool, stack_size, run_sized, worker, &fiber) < 0)
        return false;
    worker->fibers.sized_function = function;
    worker->fibers.sized_record = record;
    self->link = worker->fibers.spare;
    worker->fibers.spare = self;
    worker->fibers.running = fiber;
    chi_fiber_switch(self, fiber);
    return true;
}
