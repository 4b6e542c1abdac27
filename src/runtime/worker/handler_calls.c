/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Functions that handlers call about the task they run: waiting, and being cancelled. Public
 * functions of chimaera/container.h and chimaera/park.h. The worker's thread, inside a handler.
 */
#include <errno.h>
#include <sys/epoll.h>

#include "base/assert.h"
#include "base/clock.h"
#include "chimaera/park.h"
#include "runtime/core/current.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/timers.h"
#include "runtime/worker/park.h"
#include "runtime/worker/timing.h"
#include "runtime/worker/verdict.h"
#include "runtime/worker/worker.h"

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
    while (rc == 0 && chi_timers_add(&worker->waits.timers, &timer) < 0) {
        if (chi_clock_now_ns() >= timer.deadline_ns)
            return 0;
        rc = chi_task_yield(); /* no memory for a timer: poll */
    }
    if (rc == 0)
        rc = chi_worker_park(worker, &waiter);
    chi_timers_remove(&worker->waits.timers, &timer);
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
    if (epoll_ctl(worker->wake.epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        return -errno;
    worker->waits.descriptors++;
    rc = chi_worker_park(worker, &waiter);
    worker->waits.descriptors--;
    epoll_ctl(worker->wake.epoll, EPOLL_CTL_DEL, fd, NULL);
    return rc;
}

int chi_task_cancelled(void)
{
    struct chi_worker *worker = chi_worker_self;
    if (worker == NULL || worker->current == NULL)
        return 0;
    struct chi_record *record = worker->current;
    return chi_record_verdict(worker, record, record->timing != NULL ? chi_clock_now_ns() : 0);
}

bool chi_task_client_lives(void)
{
    struct chi_worker *worker = chi_worker_self;
    CHI_ASSERT(worker != NULL && worker->current != NULL,
               "chi_task_client_lives() outside a handler");
    return atomic_load_explicit(&worker->current->origin->state, memory_order_acquire) ==
           CHI_ORIGIN_LIVE;
}

bool chi_task_shield(bool on)
{
    struct chi_worker *worker = chi_worker_self;
    CHI_ASSERT(worker != NULL && worker->current != NULL, "chi_task_shield() outside a handler");
    bool before = worker->current->shield;
    worker->current->shield = on;
    return before;
}

uint64_t chi_task_missed(void)
{
    struct chi_record *record = chi_worker_self != NULL ? chi_worker_self->current : NULL;
    return record != NULL && record->timing != NULL ? record->timing->missed : 0;
}

uint32_t chi_current_client(void)
{
    struct chi_worker *worker = chi_worker_self;

    CHI_ASSERT(worker != NULL && worker->current != NULL, "chi_current_client() outside a handler");
    uint16_t owner = worker->current->origin->owner;
    return owner == CHI_OWNER_RUNTIME ? 0 : owner;
}
