/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Locks between groups of tasks. Called by handlers, on any worker. Everything about one lock
 * changes under its guard, which is one compare-and-swap where nobody else is at it; a task that
 * has to wait lets go of the guard before it parks. Whoever unlocks hands over: the lock belongs to
 * the next group from that moment on, and a message to its worker says so, which keeps the order
 * of arrival whatever the workers do. See lock.h for the states.
 */

#include "runtime/sync/lock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/cpu.h"
#include "chimaera/log.h"
#include "runtime/core/current.h"
#include "runtime/core/message.h"
#include "runtime/core/record.h"
#include "runtime/module/record_names.h"
#include "runtime/sync/deadlock_monitor.h"
#include "runtime/worker/park.h"
#include "runtime/worker/send.h"
#include "runtime/worker/worker.h"

#define GUARD_PAUSES                                                                               \
    64u /* before the thread lets others run: the one inside may have lost its core */

static void take_guard(struct chi_colock *lock)
{
    for (uint32_t tries = 1;; tries++) {
        uint32_t free = 0;
        /* Acquire: pairs with the release in drop_guard(). */
        if (CHI_LIKELY(atomic_compare_exchange_strong_explicit(
                &lock->guard, &free, 1, memory_order_acquire, memory_order_relaxed)))
            return;
        if (tries % GUARD_PAUSES == 0)
            chi_cpu_yield();
        else
            chi_cpu_pause();
    }
}

static void drop_guard(struct chi_colock *lock)
{
    atomic_store_explicit(&lock->guard, 0, memory_order_release);
}

/* ---- holds */

static void free_hold(struct chi_worker *worker, struct chi_hold *hold)
{
    STAILQ_NEXT(&hold->message, link) = worker->caches.holds;
    worker->caches.holds = &hold->message;
}

/* On the worker of the task that waited. */
static void arrive(struct chi_worker *worker, struct chi_message *message)
{
    struct chi_hold *hold = (void *)message;
    hold->in_flight = false;
    if (hold->waiter != NULL)
        chi_worker_unpark(worker, hold->waiter, 0);
    else
        free_hold(worker, hold); /* its task has left, and gave the lock back itself */
}

static struct chi_hold *new_hold(struct chi_worker *worker)
{
    struct chi_message *free_hold = worker->caches.holds;
    if (CHI_LIKELY(free_hold != NULL)) {
        worker->caches.holds = STAILQ_NEXT(free_hold, link);
        return (struct chi_hold *)(void *)free_hold;
    }
    struct chi_hold *hold = malloc(sizeof(*hold));
    if (hold != NULL) {
        hold->worker = worker;
        hold->message.handle = arrive;
        hold->in_flight = false; /* true in none that is free */
    }
    return hold;
}

/* What the task holds of this lock in this mode. */
static struct chi_hold *find(const struct chi_record *record, const struct chi_colock *lock,
                             enum chi_colock_mode mode)
{
    struct chi_hold *hold = record->holds;
    while (hold != NULL && (hold->lock != lock || hold->mode != mode))
        hold = hold->next_of_task;
    return hold;
}

static void give_to_task(struct chi_hold *hold)
{
    hold->next_of_task = hold->record->holds;
    hold->record->holds = hold;
}

static void take_from_task(struct chi_hold *hold)
{
    struct chi_hold **link = &hold->record->holds;
    while (*link != hold)
        link = &(*link)->next_of_task;
    *link = hold->next_of_task;
}

/* ---- who may enter; guard taken */

/* Origins, too: a client cannot join another one's groups. */
static bool same_group(const struct chi_hold *a, const struct chi_hold *b)
{
    const struct chi_task_node *x = &a->record->task.node;
    const struct chi_task_node *y = &b->record->task.node;
    return a->major == b->major && a->record->origin == b->record->origin && x->tid == y->tid &&
           x->pid == y->pid && x->node == y->node;
}

/* Whether the asker's group holds the lock, and whether no other does. */
static void inspect(const struct chi_colock *lock, const struct chi_hold *asker, bool *inside,
                    bool *alone)
{
    *inside = false;
    *alone = true;
    for (const struct chi_hold *hold = lock->holds; hold != NULL; hold = hold->next) {
        if (same_group(hold, asker))
            *inside = true;
        else
            *alone = false;
        if (lock->writing > 0 || (*inside && !*alone))
            return;
    }
}

/* `first`: nobody waits before it. */
static bool may_enter(const struct chi_colock *lock, const struct chi_hold *asker, bool first)
{
    bool inside, alone;
    if (asker->mode == CHI_COLOCK_READ && first && lock->writing == 0)
        return true;
    inspect(lock, asker, &inside, &alone);
    return asker->mode == CHI_COLOCK_WRITE ? alone && (inside || first) : inside;
}

static void enter(struct chi_colock *lock, struct chi_hold *hold)
{
    hold->state = CHI_HOLD_HELD;
    hold->prev = NULL;
    hold->next = lock->holds;
    if (hold->next != NULL)
        hold->next->prev = hold;
    lock->holds = hold;
    lock->writing += hold->mode == CHI_COLOCK_WRITE;
}

static void leave(struct chi_colock *lock, struct chi_hold *hold)
{
    if (hold->prev != NULL)
        hold->prev->next = hold->next;
    else
        lock->holds = hold->next;
    if (hold->next != NULL)
        hold->next->prev = hold->prev;
    lock->writing -= hold->mode == CHI_COLOCK_WRITE;
}

/* A group that reads and wants to write is first: those before it wait for its own readers. */
static void enqueue(struct chi_colock *lock, struct chi_hold *hold)
{
    struct chi_hold *before = hold->upgrade ? NULL : lock->wait_last;
    struct chi_hold *after = hold->upgrade ? lock->wait_first : NULL;

    hold->state = CHI_HOLD_QUEUED;
    hold->ticket = before != NULL ? before->ticket + 1 : after != NULL ? after->ticket - 1 : 0;
    hold->prev = before;
    hold->next = after;
    *(before != NULL ? &before->next : &lock->wait_first) = hold;
    *(after != NULL ? &after->prev : &lock->wait_last) = hold;
}

static void dequeue(struct chi_colock *lock, struct chi_hold *hold)
{
    *(hold->prev != NULL ? &hold->prev->next : &lock->wait_first) = hold->next;
    *(hold->next != NULL ? &hold->next->prev : &lock->wait_last) = hold->prev;
}

/*
 * Lets in who may enter now: the first of the queue, and members of groups that hold the lock
 * wherever they stand, because the holder may wait for them. Returns them, for wake().
 */
static struct chi_hold *hand_over(struct chi_worker *worker, struct chi_colock *lock)
{
    struct chi_hold *handed = NULL;
    struct chi_hold **last = &handed;
    struct chi_hold *next;
    bool first = true;

    for (struct chi_hold *hold = lock->wait_first; hold != NULL; hold = next) {
        next = hold->next;
        if (!may_enter(lock, hold, first)) {
            first = false;
            continue;
        }
        dequeue(lock, hold);
        enter(lock, hold);
        hold->in_flight = hold->worker != worker;
        hold->next_handed = NULL;
        *last = hold;
        last = &hold->next_handed;
    }
    return handed;
}

/* ---- waking */

/* Guard dropped. A hold is its task's again from the moment its message is sent. */
static void wake(struct chi_worker *worker, struct chi_hold *handed)
{
    while (handed != NULL) {
        struct chi_hold *hold = handed;
        handed = hold->next_handed;
        if (hold->worker == worker)
            chi_worker_unpark(worker, hold->waiter, 0);
        else
            chi_worker_send(hold->worker, &hold->message);
    }
}

/* Ends a hold that no task's list has any more. */
static void release(struct chi_worker *worker, struct chi_hold *hold)
{
    struct chi_colock *lock = hold->lock;
    struct chi_hold *handed = NULL;

    take_guard(lock);
    leave(lock, hold);
    if (CHI_UNLIKELY(lock->wait_first != NULL))
        handed = hand_over(worker, lock);
    drop_guard(lock);
    if (!hold->in_flight)
        free_hold(worker, hold);
    wake(worker, handed);
}

/* ---- waiting */

/* Parks the task whose hold is in the queue. 0: it holds; or the code that ended the wait. */
static __attribute__((noinline)) int wait_for(struct chi_worker *worker, struct chi_hold *hold,
                                              struct chi_waiter *waiter)
{
    struct chi_colock *lock = hold->lock;

    chi_deadlock_monitor_begin_wait(worker);
    chi_worker_park(worker, waiter);
    chi_deadlock_monitor_end_wait(worker);
    if (CHI_LIKELY(waiter->result >= 0)) {
        give_to_task(hold);
        return 0;
    }
    /* Somebody else ended the wait. The lock may have been handed over all the same. */
    hold->waiter = NULL;
    struct chi_hold *handed = NULL;
    take_guard(lock);
    bool held = hold->state == CHI_HOLD_HELD;
    if (!held) {
        dequeue(lock, hold);
        handed = hand_over(worker, lock); /* those behind a writer may go in without it */
    }
    drop_guard(lock);
    if (held) {
        release(worker, hold);
    } else {
        free_hold(worker, hold);
        wake(worker, handed);
    }
    return waiter->result;
}

static __attribute__((noinline)) int lock_slowly(struct chi_worker *worker, struct chi_hold *hold)
{
    struct chi_colock *lock = hold->lock;
    struct chi_waiter waiter = {.lock_wait = hold};
    bool inside, alone;

    inspect(lock, hold, &inside, &alone);
    hold->upgrade = hold->mode == CHI_COLOCK_WRITE && inside;
    if (hold->upgrade && lock->wait_first != NULL && lock->wait_first->upgrade &&
        !same_group(lock->wait_first, hold)) {
        drop_guard(lock);
        free_hold(worker, hold);
        return -EDEADLK;
    }
    hold->waiter = &waiter;
    enqueue(lock, hold);
    drop_guard(lock);
    return wait_for(worker, hold, &waiter);
}

/* ---- what handlers call */

static struct chi_record *calling_task(const char *call)
{
    struct chi_record *record = chi_worker_self != NULL ? chi_worker_self->current : NULL;
    CHI_ASSERT(record != NULL, "%s outside a handler", call);
    return record;
}

static int lock_or_try(struct chi_colock *lock, enum chi_colock_mode mode, const char *name,
                       bool may_wait)
{
    struct chi_record *record = calling_task("a lock");
    if (CHI_UNLIKELY(record == NULL))
        return -EPERM;
    struct chi_hold *hold = find(record, lock, mode);
    if (hold != NULL) {
        hold->count++;
        return 0;
    }
    struct chi_worker *worker = chi_worker_self;
    hold = new_hold(worker);
    if (CHI_UNLIKELY(hold == NULL))
        return -ENOMEM;
    hold->lock = lock;
    hold->record = record;
    hold->name = name;
    hold->count = 1;
    hold->major = record->task.node.major;
    hold->mode = mode;
    take_guard(lock);
    if (CHI_LIKELY(lock->holds == NULL) || may_enter(lock, hold, lock->wait_first == NULL)) {
        enter(lock, hold);
        drop_guard(lock);
        give_to_task(hold);
        return 0;
    }
    if (may_wait)
        return lock_slowly(worker, hold);
    drop_guard(lock);
    free_hold(worker, hold);
    return -EBUSY;
}

int chi_colock_lock(struct chi_colock *lock, enum chi_colock_mode mode, const char *name)
{
    return lock_or_try(lock, mode, name, true);
}

int chi_colock_try_lock(struct chi_colock *lock, enum chi_colock_mode mode, const char *name)
{
    return lock_or_try(lock, mode, name, false);
}

void chi_colock_unlock(struct chi_colock *lock, enum chi_colock_mode mode)
{
    struct chi_record *record = calling_task("an unlock");
    if (CHI_UNLIKELY(record == NULL))
        return;
    struct chi_hold *hold = find(record, lock, mode);
    CHI_ASSERT(hold != NULL, "%s of pool %s unlocks %p, of which it has no hold",
               chi_record_method_name(record), chi_record_pool_name(record), (void *)lock);
    if (CHI_UNLIKELY(hold == NULL) || --hold->count > 0)
        return;
    take_from_task(hold);
    release(chi_worker_self, hold);
}

void chi_lock_release_all(struct chi_worker *worker, struct chi_record *record)
{
    while (record->holds != NULL) {
        struct chi_hold *hold = record->holds;
        chi_log_error("locks", "%s of pool %s ended without unlocking %s; it is unlocked now",
                      chi_record_method_name(record), chi_record_pool_name(record), hold->name);
        take_from_task(hold);
        release(worker, hold);
    }
}
