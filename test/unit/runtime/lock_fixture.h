/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of locks share: workers without threads, which the test's thread steps by hand,
 * and actors: tasks that follow a script and note in a journal what they have done.
 *
 *   W w  T    lock, unlock, try to lock to write (a comutex knows only this)
 *   R r  S    the same to read
 *   X x       lock and unlock to write, another lock
 *   .         wait until the test lets the actor go on
 *   y         yield
 *   $         end at once with an error
 *
 * "AW" in the journal: actor A has the lock; "AW!EBUSY": it has not, and why.
 */
#ifndef CHI_TEST_LOCK_FIXTURE_H
#define CHI_TEST_LOCK_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chimaera/comutex.h"
#include "chimaera/corwlock.h"
#include "chimaera/status.h"
#include "lane/bell.h"
#include "runtime/core/current.h"
#include "runtime/core/message.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/module/pool.h"
#include "runtime/path/lane_queue.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sync/lock.h"
#include "runtime/worker/lifetime.h"
#include "runtime/worker/park.h"
#include "runtime/worker/send.h"
#include "runtime/worker/worker.h"
#include "shm/arena.h"

#define WORKERS 2u

struct actor {
    char name;
    const char *script;
    struct chi_worker *worker;
    struct chi_waiter gate;
    struct chi_record *record; /* NULL once it has ended */
};

static struct chi_runtime runtime;
static struct chi_origin origins[2];
static struct chi_pool pool;
static struct chi_corwlock lock, other_lock;
static char journal[4096];

static void note(const struct actor *actor, char op, int rc)
{
    size_t size = strlen(journal);
    snprintf(journal + size, sizeof(journal) - size, "%s%c%c%s%s", size > 0 ? " " : "", actor->name,
             op, rc < 0 ? "!" : "", rc < 0 ? chi_status_name(rc) : "");
}

/* Unlocking is noted before it is done: the next one may go on at once. */
static int act(struct actor *actor, char op)
{
    int rc = 0;
    if (strchr("wrx", op) != NULL)
        note(actor, op, 0);
    switch (op) {
    case 'W':
        rc = chi_corwlock_write_lock(&lock);
        break;
    case 'w':
        chi_corwlock_write_unlock(&lock);
        return 0;
    case 'T':
        rc = chi_corwlock_try_write_lock(&lock);
        break;
    case 'R':
        rc = chi_corwlock_read_lock(&lock);
        break;
    case 'r':
        chi_corwlock_read_unlock(&lock);
        return 0;
    case 'S':
        rc = chi_corwlock_try_read_lock(&lock);
        break;
    case 'X':
        rc = chi_corwlock_write_lock(&other_lock);
        break;
    case 'x':
        chi_corwlock_write_unlock(&other_lock);
        return 0;
    case '.':
        actor->gate = (struct chi_waiter){0};
        chi_worker_park(actor->worker, &actor->gate);
        return 0;
    case 'y':
        chi_task_yield();
        return 0;
    default:
        abort();
    }
    note(actor, op, rc);
    return rc;
}

static int play(void *argument)
{
    struct actor *actor = argument;
    int rc = 0;
    for (const char *op = actor->script; *op != '\0' && *op != '$'; op++) {
        int code = act(actor, *op);
        if (code < 0 && code != -EBUSY && code != -EDEADLK) {
            rc = code;
            break;
        }
    }
    note(actor, 'E', 0);
    actor->record = NULL;
    return rc;
}

/* ---- workers */

static void halt(struct chi_worker *worker, struct chi_message *message)
{
    (void)message;
    atomic_store(&worker->wake.stop, true);
}

static void become(struct chi_worker *worker)
{
    chi_worker_self = worker;
    chi_allocator = worker != NULL ? &worker->allocator : NULL;
    chi_task_backend = worker != NULL ? &worker->backend : NULL;
    chi_fiber_running = worker != NULL ? worker->fibers.thread : NULL;
}

/* One round of its loop, and of those that it goes back to. */
static void step(struct chi_worker *worker)
{
    struct chi_message message = {.handle = halt};
    become(worker);
    atomic_store(&worker->wake.stop, false);
    chi_worker_send(worker, &message);
    assert_true(chi_worker_has_spare(worker));
    worker->fibers.running = worker->fibers.spare;
    worker->fibers.spare = worker->fibers.running->link;
    chi_fiber_switch(worker->fibers.thread, worker->fibers.running);
    become(NULL);
}

/* All workers, until nothing more happens by itself. */
static void step_all(void)
{
    for (int round = 0; round < 32; round++)
        for (uint32_t w = 0; w < WORKERS; w++)
            step(runtime.workers[w]);
}

static void adopt_thread(struct chi_worker *worker)
{
    become(NULL);
    worker->fibers.thread = chi_fiber_adopt(worker->fibers.pool);
    assert_non_null(worker->fibers.thread);
    become(NULL);
}

static int no_grant(void *context, uint32_t units, uint32_t *first)
{
    (void)context, (void)units, (void)first;
    return -ENOMEM;
}

static void make_runtime(void)
{
    const struct chi_extent_source source = {.grant = no_grant};

    memset(&runtime, 0, sizeof(runtime));
    runtime.control_fd = -1;
    memset(&lock, 0, sizeof(lock));
    memset(&other_lock, 0, sizeof(other_lock));
    journal[0] = '\0';
    runtime.config.stack_size = 64 << 10;
    runtime.worker_count = runtime.sched_count = WORKERS;
    runtime.common_room = runtime.clients_room = 1000;
    runtime.bells = aligned_alloc(CHI_CACHE_LINE, WORKERS * sizeof(*runtime.bells));
    assert_non_null(runtime.bells);
    memset((void *)runtime.bells, 0, WORKERS * sizeof(*runtime.bells));
    assert_int_equal(chi_arena_create(&source, NULL, 1 << 20, &runtime.outputs), 0);
    for (int i = 0; i < 2; i++) {
        origins[i].cells = aligned_alloc(CHI_CACHE_LINE, WORKERS * sizeof(*origins[i].cells));
        assert_non_null(origins[i].cells);
        memset((void *)origins[i].cells, 0, WORKERS * sizeof(*origins[i].cells));
        origins[i].state = CHI_ORIGIN_LIVE;
    }
    pool.name = (char *)(uintptr_t) "stage";
    pool.cells = aligned_alloc(CHI_CACHE_LINE, WORKERS * sizeof(*pool.cells));
    assert_non_null(pool.cells);
    memset((void *)pool.cells, 0, WORKERS * sizeof(*pool.cells));
    for (uint32_t w = 0; w < WORKERS; w++)
        assert_int_equal(
            chi_scheduler_create_worker(&runtime, w, CHI_LOW_LATENCY, &runtime.workers[w]), 0);
}

static void unmake_runtime(void)
{
    for (uint32_t w = 0; w < WORKERS; w++)
        chi_worker_destroy(runtime.workers[w]);
    chi_arena_destroy(runtime.outputs);
    free((void *)runtime.bells);
    for (int i = 0; i < 2; i++)
        free(origins[i].cells);
    free(pool.cells);
}

static void assert_free(const struct chi_corwlock *rwlock)
{
    assert_null(rwlock->lock.holds);
    assert_null(rwlock->lock.wait_first);
    assert_null(rwlock->lock.wait_last);
    assert_int_equal(rwlock->lock.writing, 0);
    assert_int_equal(rwlock->lock.guard, 0);
}

/* For tests that step: this thread is all workers. */
static inline int setup(void **state)
{
    (void)state;
    make_runtime();
    for (uint32_t w = 0; w < WORKERS; w++)
        adopt_thread(runtime.workers[w]);
    return 0;
}

/* Every actor must have ended. */
static inline int teardown(void **state)
{
    (void)state;
    assert_free(&lock);
    assert_free(&other_lock);
    for (uint32_t w = 0; w < WORKERS; w++) {
        struct chi_worker *worker = runtime.workers[w];
        assert_int_equal(worker->stats.parked, 0);
        assert_int_equal(worker->lock_waits, 0);
        become(worker);
        while (worker->fibers.spare != NULL) {
            struct chi_fiber *fiber = worker->fibers.spare;
            worker->fibers.spare = fiber->link;
            chi_fiber_discard(fiber);
        }
        chi_fiber_unadopt(worker->fibers.thread);
    }
    become(NULL);
    unmake_runtime();
    return 0;
}

/* ---- actors */

static struct chi_task_schema schemas[26];
static char schema_names[26][2];

/* A record whose task follows the script as soon as its worker runs it. */
static inline struct chi_record *cast(struct actor *actor, char name, uint32_t worker,
                                      uint32_t group, const char *script)
{
    *actor = (struct actor){.name = name, .script = script, .worker = runtime.workers[worker]};
    struct chi_record *record =
        chi_record_new(&actor->worker->caches.records, (uint32_t)sizeof(struct chi_task));
    if (record == NULL)
        abort();
    memset((void *)&record->task, 0, sizeof(record->task));
    schema_names[name - 'A'][0] = name;
    schemas[name - 'A'].method_name = schema_names[name - 'A'];
    record->schema = &schemas[name - 'A'];
    record->pool = &pool;
    record->origin = &origins[0];
    record->home = actor->worker;
    record->lane = &actor->worker->lanes.own;
    record->is_call = true;
    record->call = play;
    record->call_argument = actor;
    record->task.node = (struct chi_task_node){.pid = 1, .tid = 2, .major = group};
    record->task.state = CHI_TASK_QUEUED | CHI_TASK_DETACHED; /* freed at its end */
    actor->record = record;
    return record;
}

/* Puts an actor of a group on a worker, and lets everything happen that can. */
static inline void start(struct actor *actor, char name, uint32_t worker, uint32_t group,
                         const char *script)
{
    struct chi_record *record = cast(actor, name, worker, group, script);
    chi_worker_append(actor->worker, record->lane, record);
    step_all();
}

static inline void open_gate(struct actor *actor)
{
    chi_worker_unpark(actor->worker, &actor->gate, 0);
}

static inline void go_on(struct actor *actor)
{
    open_gate(actor);
    step_all();
}

/* The waiter of the actor that waits at this place of the lock's queue; 0 is the first. */
static inline struct chi_waiter *waiter_at(struct chi_corwlock *rwlock, unsigned place)
{
    struct chi_hold *hold = rwlock->lock.wait_first;
    while (place-- > 0 && hold != NULL)
        hold = hold->next;
    assert_non_null(hold);
    return hold->waiter;
}

#endif
