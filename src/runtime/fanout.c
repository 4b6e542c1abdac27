/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fan-out. States of a copy, all changed on the home worker's thread but the second step:
 *
 *   made   -> routed   a private record with a container; on its way as any other task
 *   routed -> done     whichever worker ran it; a message brings it home
 *   done   -> merged   when all copies before it are; freed
 *
 * A copy holds its pool and its origin as a task does; the whole holds them until the last copy is
 * merged, so a pool being destroyed and a client that died are gone only afterwards.
 *
 * Memory is bounded three ways, and past each bound a task still has one copy at a time, so each
 * goes on by its own copies' ends and none waits for another: copies of one task by a window, of
 * all tasks of a worker by COPIES_MAX, and their strings by the budget of the client.
 */
#include "runtime/fanout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "runtime/timed.h"
#include "runtime/worker.h"
#include "task/schema.h"
#include "task/task_phase.h"

#define COPIES_MAX 16384u /* of all tasks at home on one worker */

static bool has_budget(const struct chi_fanout *fanout)
{
    const struct chi_record *whole = fanout->whole;
    uint64_t copied = atomic_load_explicit(&whole->origin->copied, memory_order_relaxed);
    return whole->copied == 0 ||
           copied + whole->copied <= fanout->home->runtime->config.client_data_segment_size;
}

static bool may_make(const struct chi_fanout *fanout)
{
    uint32_t out = fanout->made - fanout->merged;

    if (fanout->stop_code != 0 || fanout->made == fanout->range.count || out == fanout->window)
        return false;
    if (out == 0)
        return true;
    return fanout->home->copies < COPIES_MAX && has_budget(fanout) &&
           (fanout->whole->clients || chi_worker_has_room(fanout->home));
}

static int make_copy(struct chi_fanout *fanout, struct chi_record **out)
{
    struct chi_worker *worker = fanout->home;
    const struct chi_record *whole = fanout->whole;
    const struct chi_task *task = &whole->task;
    struct chi_container *container = whole->pool->containers[fanout->range.first + fanout->made];
    struct chi_record *copy = chi_record_new(&worker->records, task->size);

    if (copy == NULL)
        return -ENOMEM;
    memset((void *)&copy->task, 0, task->size);
    /* Somebody waits for it: its end comes home as a message, or as a call from this thread. */
    atomic_store_explicit(&copy->task.state, CHI_TASK_QUEUED | CHI_TASK_WAITER,
                          memory_order_relaxed);
    copy->task.magic = task->magic;
    copy->task.size = task->size;
    copy->task.method = task->method;
    copy->task.flags = task->flags & CHI_TASK_HIGH_LATENCY;
    copy->task.pool_id = task->pool_id;
    copy->task.pool_query = chi_pool_query_direct_id(container->container_id);
    copy->task.node = task->node;
    int rc = whole->pool->ops->new_copy(task->method, task, &copy->task);
    if (rc < 0) {
        chi_record_free(&worker->records, copy);
        return rc;
    }
    copy->fanout = fanout;
    copy->schema = whole->schema;
    copy->origin = whole->origin;
    copy->pool = whole->pool;
    copy->clients = whole->clients;
    copy->context.container = container;
    copy->home = worker;
    copy->expecting = true;
    if (whole->copied > 0)
        atomic_fetch_add_explicit(&whole->origin->copied, whole->copied, memory_order_relaxed);
    worker->copies++;
    *out = copy;
    return 0;
}

/* False: nothing more can be begun now. */
static bool begin_next(struct chi_fanout *fanout)
{
    struct chi_record *whole = fanout->whole;
    struct chi_record *copy;

    if (whole->clients &&
        CHI_UNLIKELY(atomic_load_explicit(&whole->origin->state, memory_order_relaxed) ==
                     CHI_ORIGIN_DYING))
        chi_fanout_stop(fanout, CHI_ERUNTIME_DOWN); /* nobody is there to read the result */
    if (!may_make(fanout))
        return false;
    int rc = make_copy(fanout, &copy);
    if (rc < 0) {
        if (fanout->made == fanout->merged) /* else the end of another copy is the next try */
            chi_fanout_stop(fanout, rc);
        return false;
    }
    fanout->copies[fanout->made++ % fanout->window] = copy;
    chi_worker_count(fanout->home, fanout->home, copy);
    chi_worker_route(fanout->home, copy, false);
    return true;
}

/* False: the copy whose turn it is has not come home. */
static bool merge_next(struct chi_fanout *fanout)
{
    struct chi_worker *worker = fanout->home;
    struct chi_record *whole = fanout->whole;

    if (fanout->merged == fanout->made)
        return false;
    struct chi_record *copy = fanout->copies[fanout->merged % fanout->window];
    if (copy->expecting)
        return false;
    whole->pool->ops->aggregate(whole->task.method, &whole->task, &copy->task);
    if (copy->task.return_code < 0)
        fanout->failed++;
    else
        chi_task_merge_count(&whole->task);
    if (whole->copied > 0)
        atomic_fetch_sub_explicit(&whole->origin->copied, whole->copied, memory_order_relaxed);
    chi_schema_fini_task(&copy->schema->type, &copy->task);
    chi_record_free(&worker->records, copy);
    worker->copies--;
    fanout->merged++;
    return true;
}

static void finish(struct chi_fanout *fanout)
{
    struct chi_worker *worker = fanout->home;
    struct chi_record *whole = fanout->whole;
    uint32_t left_out = fanout->range.count - fanout->made;
    int rc = whole->task.return_code;

    if (left_out > 0 && rc == 0)
        rc = fanout->stop_code;
    if (whole->ended != 0 && rc == -ECANCELED)
        rc = whole->ended; /* the copies were cancelled because of that */
    chi_rest_remove(&fanout->rest);
    if (whole->timed != NULL)
        chi_timed_unpark(worker, whole);
    whole->failed = (uint16_t)(fanout->failed + left_out);
    whole->fanout = NULL;
    free(fanout);
    if (whole->clients)
        atomic_fetch_sub_explicit(&worker->backlog, 1, memory_order_relaxed);
    chi_worker_complete(worker, whole, rc);
}

/*
 * Does what can be done now. A copy may end before its route returns, and so call this again from
 * inside: a loop instead, or the stack would grow with the number of containers.
 */
static void advance(struct chi_fanout *fanout)
{
    if (fanout->advancing)
        return;
    fanout->advancing = true;
    while (merge_next(fanout) || begin_next(fanout))
        ;
    fanout->advancing = false;
    if (fanout->merged == fanout->made)
        finish(fanout);
}

/* The whole is to end before its time: so are its copies. */
static void end_whole(struct chi_worker *worker, struct chi_rest *rest, int code)
{
    struct chi_fanout *fanout = (void *)rest;

    chi_fanout_stop(fanout, code);
    for (uint32_t i = fanout->merged; i < fanout->made; i++)
        atomic_fetch_or_explicit(&fanout->copies[i % fanout->window]->task.state, CHI_TASK_CANCEL,
                                 memory_order_relaxed);
    chi_runtime_look_over(worker->runtime);
}

void chi_fanout_start(struct chi_worker *worker, struct chi_record *record,
                      struct chi_query_range range)
{
    uint32_t window = range.count < CHI_FANOUT_WINDOW ? range.count : CHI_FANOUT_WINDOW;
    int rc;

    if (record->clients && !chi_worker_enter_backlog(worker, record)) {
        chi_worker_complete(worker, record, -EAGAIN);
        return;
    }
    struct chi_fanout *fanout = calloc(1, sizeof(*fanout) + window * sizeof(struct chi_record *));
    if (fanout == NULL) {
        if (record->clients)
            atomic_fetch_sub_explicit(&worker->backlog, 1, memory_order_relaxed);
        chi_worker_complete(worker, record, -ENOMEM);
        return;
    }
    fanout->home = worker;
    fanout->whole = record;
    fanout->range = range;
    fanout->window = window;
    record->fanout = fanout;
    chi_task_merge_begin(&record->task);
    fanout->rest = (struct chi_rest){.record = record, .end = end_whole};
    chi_rest_add(&worker->rests, &fanout->rest);
    rc = record->timed != NULL ? chi_timed_park(worker, record, &fanout->rest) : 0;
    if (rc < 0)
        chi_fanout_stop(fanout, rc);
    advance(fanout);
}

void chi_fanout_take(struct chi_record *copy)
{
    advance(copy->fanout);
}

void chi_fanout_stop(struct chi_fanout *fanout, int code)
{
    if (fanout->stop_code == 0)
        fanout->stop_code = code;
}
