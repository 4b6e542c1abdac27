/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parking and resuming: the one primitive below subtask waits, timers and descriptors. A worker's
 * own thread. See worker.h for why the scheduler has spare fibers.
 */
#include <errno.h>
#include <sys/epoll.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "runtime/loop.h"
#include "runtime/timed.h"
#include "runtime/worker.h"

static void scheduler(void *argument)
{
    struct chi_worker *worker = argument;
    worker->loop(worker);
    chi_fiber_exit_to(worker->running, worker->thread_fiber);
}

bool chi_worker_has_spare(struct chi_worker *worker)
{
    if (CHI_LIKELY(worker->spare != NULL))
        return true;
    struct chi_fiber *fiber;
    if (chi_fiber_create(worker->fibers, scheduler, worker, &fiber) < 0)
        return false;
    fiber->link = NULL;
    worker->spare = fiber;
    return true;
}

int chi_worker_interrupted(const struct chi_worker *worker)
{
    return worker->current->shield ? 0 : worker->current->ended;
}

static void end_wait(struct chi_worker *worker, struct chi_rest *rest, int code)
{
    if (!rest->record->shield)
        chi_worker_unpark(worker, (struct chi_waiter *)(void *)rest, code);
}

/* Whether the waiter is parked at all; else its result is set. */
static bool begin_wait(struct chi_worker *worker, struct chi_waiter *waiter)
{
    struct chi_record *record = worker->current;
    int rc;

    if (waiter->woken)
        return true;
    rc = chi_worker_interrupted(worker);
    if (rc == 0 && CHI_UNLIKELY(record->timed != NULL) && !record->shield)
        rc = chi_timed_park(worker, record, &waiter->rest);
    if (CHI_LIKELY(rc == 0))
        return true;
    waiter->woken = true;
    waiter->result = rc;
    return false;
}

int chi_worker_park(struct chi_worker *worker, struct chi_waiter *waiter)
{
    struct chi_fiber *self = worker->running;
    struct chi_fiber *next = worker->spare;

    CHI_ASSERT(worker->current != NULL && next != NULL, "parked outside a handler");
    if (!begin_wait(worker, waiter))
        return waiter->result;
    struct chi_record *current = worker->current;
    waiter->rest.record = current;
    waiter->rest.end = end_wait;
    chi_rest_add(&worker->rests, &waiter->rest);
    waiter->fiber = self;
    waiter->current = current;
    waiter->serial = ++worker->parks;
    self->user = waiter; /* who looks at the fibers sees which are parked, and on what */
    chi_worker_leave_task(worker);
    if (!current->bound) { /* now it cannot go on on another thread: see struct chi_lane */
        current->bound = true;
        atomic_fetch_add_explicit(&current->lane->bound, 1, memory_order_relaxed);
    }
    worker->spare = next->link;
    worker->running = next;
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
    chi_rest_remove(&waiter->rest);
    if (CHI_UNLIKELY(current->timed != NULL))
        chi_timed_unpark(worker, current);
    chi_worker_enter_task(worker, current);
    return waiter->result;
}

void chi_worker_unpark(struct chi_worker *worker, struct chi_waiter *waiter, int result)
{
    if (waiter->woken)
        return;
    waiter->woken = true;
    waiter->result = result;
    waiter->next = NULL;
    if (worker->ready_last != NULL)
        worker->ready_last->next = waiter;
    else
        worker->ready_first = waiter;
    worker->ready_last = waiter;
}

void chi_worker_resume_one(struct chi_worker *worker)
{
    struct chi_waiter *waiter = worker->ready_first;
    struct chi_fiber *self = worker->running;

    if (CHI_UNLIKELY(worker->idle))
        chi_worker_end_idle(worker);
    worker->ready_first = waiter->next;
    if (worker->ready_first == NULL)
        worker->ready_last = NULL;
    self->link = worker->spare;
    worker->spare = self;
    worker->running = waiter->fiber;
    chi_fiber_switch(self, waiter->fiber);
}

static void run_sized(void *argument)
{
    struct chi_worker *worker = argument;
    struct chi_fiber *self = worker->running;

    worker->sized_function(worker, worker->sized_record);
    struct chi_fiber *next = worker->spare; /* whoever was the scheduler, at least */
    worker->spare = next->link;
    worker->running = next;
    chi_fiber_exit_to(self, next);
}

bool chi_worker_run_sized(struct chi_worker *worker, size_t stack_size,
                          void (*function)(struct chi_worker *, struct chi_record *),
                          struct chi_record *record)
{
    struct chi_fiber *self = worker->running;
    struct chi_fiber *fiber;

    if (chi_fiber_create_sized(worker->fibers, stack_size, run_sized, worker, &fiber) < 0)
        return false;
    worker->sized_function = function;
    worker->sized_record = record;
    self->link = worker->spare;
    worker->spare = self;
    worker->running = fiber;
    chi_fiber_switch(self, fiber);
    return true;
}

/* ---- what handlers call */

int chi_task_yield(void)
{
    struct chi_worker *worker = chi_worker_self;
    struct chi_waiter waiter = {0};

    CHI_ASSERT(worker != NULL && worker->current != NULL, "chi_task_yield() outside a handler");
    int rc = chi_worker_interrupted(worker);
    if (rc < 0)
        return rc;
    chi_worker_unpark(worker, &waiter, 0);
    return chi_worker_park(worker, &waiter);
}

static void slept(struct chi_worker *worker, struct chi_timer *timer)
{
    chi_worker_unpark(worker, timer->argument, 0);
}

int chi_task_sleep(uint64_t duration_ns)
{
    struct chi_worker *worker = chi_worker_self;
    struct chi_waiter waiter = {0};

    CHI_ASSERT(worker != NULL && worker->current != NULL, "chi_task_sleep() outside a handler");
    struct chi_timer timer = {.deadline_ns = chi_clock_deadline_ns(chi_clock_now_ns(), duration_ns),
                              .fire = slept,
                              .argument = &waiter};
    int rc = chi_worker_interrupted(worker);
    while (rc == 0 && chi_timers_add(&worker->timers, &timer) < 0) {
        if (chi_clock_now_ns() >= timer.deadline_ns)
            return 0;
        rc = chi_task_yield(); /* no memory for a timer: poll */
    }
    if (rc == 0)
        rc = chi_worker_park(worker, &waiter);
    chi_timers_remove(&worker->timers, &timer);
    return rc;
}

int chi_task_wait_fd(int fd, uint32_t events)
{
    struct chi_worker *worker = chi_worker_self;
    struct chi_waiter waiter = {0};
    struct epoll_event event = {.events = events | EPOLLONESHOT, .data.ptr = &waiter};

    CHI_ASSERT(worker != NULL && worker->current != NULL, "chi_task_wait_fd() outside a handler");
    int rc = chi_worker_interrupted(worker);
    if (rc < 0)
        return rc;
    if (epoll_ctl(worker->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        return -errno;
    worker->fd_waits++;
    rc = chi_worker_park(worker, &waiter);
    worker->fd_waits--;
    epoll_ctl(worker->epoll, EPOLL_CTL_DEL, fd, NULL);
    return rc;
}

int chi_task_cancelled(void)
{
    struct chi_worker *worker = chi_worker_self;
    if (worker == NULL || worker->current == NULL)
        return 0;
    struct chi_record *record = worker->current;
    return chi_record_verdict(worker, record, record->timed != NULL ? chi_clock_now_ns() : 0);
}

bool chi_task_shield(bool on)
{
    struct chi_worker *worker = chi_worker_self;
    CHI_ASSERT(worker != NULL && worker->current != NULL, "chi_task_shield() outside a handler");
    bool before = worker->current->shield;
    worker->current->shield = on;
    return before;
}
