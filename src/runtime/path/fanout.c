/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fan-out. States of a copy; the second step happens on any worker, the others on the home worker:
 *
 *   made   -> routed   a private record with a container, which goes on as any other task
 *   routed -> done     the worker that ran it sends it home as a message
 *   done   -> merged   when all copies before it are merged; freed
 *
 * Copies and the parent count in their pool and origin until they are merged or complete. So a pool
 * is destroyed, and the slot of a client that is gone is free, only afterwards.
 *
 * Memory has three limits: copies of one parent (its window), copies of all parents of a worker
 * (COPIES_MAX), and the bytes of the client's strings. At a limit a parent still has one copy at a
 * time, so it progresses by itself and does not wait for others.
 */
#include "runtime/path/fanout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/module/pool.h"
#include "runtime/path/complete.h"
#include "runtime/path/route.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/share.h"
#include "runtime/worker/timing.h"
#include "runtime/worker/wait_entry.h"
#include "runtime/worker/worker.h"
#include "task/schema.h"
#include "task/task_phase.h"

#define COPIES_MAX 16384u /* of all parents whose home is one worker */

static bool has_budget(const struct chi_fanout *fanout)
{
    const struct chi_record *parent = fanout->parent;
    uint64_t copied = atomic_load_explicit(&parent->origin->copied, memory_order_relaxed);
    return parent->copied == 0 ||
           copied + parent->copied <= fanout->home->runtime->config.client_data_segment_size;
}

static bool may_make(const struct chi_fanout *fanout)
{
    uint32_t out = fanout->made - fanout->merged;

    if (fanout->stop_code != 0 || fanout->made == fanout->range.count || out == fanout->window)
        return false;
    if (out == 0)
        return true;
    return fanout->home->waits.copies < COPIES_MAX && has_budget(fanout) &&
           (fanout->parent->clients || chi_share_has_subtask_room(fanout->home));
}

static int make_copy(struct chi_fanout *fanout, struct chi_record **out)
{
    struct chi_worker *worker = fanout->home;
    const struct chi_record *parent = fanout->parent;
    const struct chi_task *task = &parent->task;
    struct chi_container *container = parent->pool->containers[fanout->range.first + fanout->made];
    struct chi_record *copy = chi_record_new(&worker->caches.records, task->size);

    if (copy == NULL)
        return -ENOMEM;
    memset((void *)&copy->task, 0, task->size);
    /* WAITER: its completion comes home, by a message or by a call on this thread. */
    atomic_store_explicit(&copy->task.state, CHI_TASK_QUEUED | CHI_TASK_WAITER,
                          memory_order_relaxed);
    copy->task.magic = task->magic;
    copy->task.size = task->size;
    copy->task.method = task->method;
    copy->task.flags = task->flags & CHI_TASK_HIGH_LATENCY;
    copy->task.pool_id = task->pool_id;
    copy->task.pool_query = chi_pool_query_direct_id(container->container_id);
    copy->task.node = task->node;
    int rc = parent->pool->ops->new_copy(parent->schema, task, &copy->task);
    if (rc < 0) {
        chi_record_free(&worker->caches.records, copy);
        return rc;
    }
    copy->fanout = fanout;
    copy->parent = fanout->parent;
    copy->schema = parent->schema;
    copy->origin = parent->origin;
    copy->pool = parent->pool;
    copy->clients = parent->clients;
    copy->context.container = container;
    copy->home = worker;
    copy->expecting = true;
    if (parent->copied > 0)
        atomic_fetch_add_explicit(&parent->origin->copied, parent->copied, memory_order_relaxed);
    worker->waits.copies++;
    *out = copy;
    return 0;
}

/*
 * Makes no further copy. The remaining containers count as failed with `code`. Copies in copies[]
 * go on; the parent completes when they are done.
 */
static void stop(struct chi_fanout *fanout, int code)
{
    if (fanout->stop_code == 0)
        fanout->stop_code = code;
}

/* Returns false if no copy can begin now. */
static bool begin_next(struct chi_fanout *fanout)
{
    struct chi_record *parent = fanout->parent;
    struct chi_record *copy;

    if (parent->clients &&
        CHI_UNLIKELY(atomic_load_explicit(&parent->origin->state, memory_order_relaxed) ==
                     CHI_ORIGIN_DYING))
        stop(fanout, CHI_ERUNTIME_DOWN); /* its client is gone */
    if (!may_make(fanout))
        return false;
    int rc = make_copy(fanout, &copy);
    if (rc < 0) {
        if (fanout->made == fanout->merged) /* else it tries again when another copy is done */
            stop(fanout, rc);
        return false;
    }
    fanout->copies[fanout->made++ % fanout->window] = copy;
    chi_worker_count(fanout->home, fanout->home, copy);
    chi_worker_route(fanout->home, copy, false);
    return true;
}

/* Returns false if the next copy in order is not done. */
static bool merge_next(struct chi_fanout *fanout)
{
    struct chi_worker *worker = fanout->home;
    struct chi_record *parent = fanout->parent;

    if (fanout->merged == fanout->made)
        return false;
    struct chi_record *copy = fanout->copies[fanout->merged % fanout->window];
    if (copy->expecting)
        return false;
    parent->pool->ops->aggregate(parent->schema, &parent->task, &copy->task);
    if (copy->task.return_code < 0) {
        if (fanout->failed++ == 0)
            parent->error_text = copy->error_text;
    } else {
        chi_task_merge_count(&parent->task);
    }
    if (parent->copied > 0)
        atomic_fetch_sub_explicit(&parent->origin->copied, parent->copied, memory_order_relaxed);
    chi_schema_fini_task(&copy->schema->type, &copy->task);
    chi_record_free(&worker->caches.records, copy);
    worker->waits.copies--;
    fanout->merged++;
    return true;
}

static void finish(struct chi_fanout *fanout)
{
    struct chi_worker *worker = fanout->home;
    struct chi_record *parent = fanout->parent;
    uint32_t left_out = fanout->range.count - fanout->made;
    int rc = parent->task.return_code;

    if (left_out > 0 && rc == 0)
        rc = fanout->stop_code;
    if (parent->ended != 0 && rc == -ECANCELED)
        rc = parent->ended; /* the reason for which the copies were cancelled */
    LIST_REMOVE(&fanout->entry, link);
    if (parent->timing != NULL)
        chi_timing_unpark(worker, parent);
    parent->failed = (uint16_t)(fanout->failed + left_out);
    parent->fanout = NULL;
    free(fanout);
    if (parent->clients)
        atomic_fetch_sub_explicit(&worker->wake.backlog, 1, memory_order_relaxed);
    chi_worker_complete(worker, parent, rc);
}

/*
 * Makes and merges copies as far as possible now. A copy may complete before chi_worker_route()
 * returns, and so call this function again; `advancing` keeps the stack from growing with the
 * number of containers.
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

/* The parent has to end early, and so do its copies. */
static void end_parent(struct chi_worker *worker, struct chi_wait_entry *entry, int code)
{
    struct chi_fanout *fanout = (void *)entry;

    stop(fanout, code);
    for (uint32_t i = fanout->merged; i < fanout->made; i++)
        atomic_fetch_or_explicit(&fanout->copies[i % fanout->window]->task.state, CHI_TASK_CANCEL,
                                 memory_order_relaxed);
    chi_runtime_scan(worker->runtime);
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
            atomic_fetch_sub_explicit(&worker->wake.backlog, 1, memory_order_relaxed);
        chi_worker_complete(worker, record, -ENOMEM);
        return;
    }
    fanout->home = worker;
    fanout->parent = record;
    fanout->range = range;
    fanout->window = window;
    record->fanout = fanout;
    chi_task_merge_begin(&record->task);
    fanout->entry = (struct chi_wait_entry){.record = record, .end = end_parent};
    LIST_INSERT_HEAD(&worker->waits.entries, &fanout->entry, link);
    rc = record->timing != NULL ? chi_timing_park(worker, record, &fanout->entry) : 0;
    if (rc < 0)
        stop(fanout, rc);
    advance(fanout);
}

void chi_fanout_take(struct chi_record *copy)
{
    advance(copy->fanout);
}
