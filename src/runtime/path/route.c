/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Routing: the task is checked, its pool query becomes a container, and the container's monitor
 * chooses a lane. A worker's thread, in the scheduler or inside a handler. See route.h.
 */
#include "runtime/path/route.h"

#include <errno.h>

#include "base/cpu.h"
#include "runtime/core/counter.h"
#include "runtime/core/message.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/module/lane.h"
#include "runtime/module/pool.h"
#include "runtime/path/complete.h"
#include "runtime/path/copy.h"
#include "runtime/path/fanout.h"
#include "runtime/path/lane_queue.h"
#include "runtime/path/run.h"
#include "runtime/worker/park.h"
#include "runtime/worker/send.h"
#include "runtime/worker/worker.h"
#include "task/query.h"
#include "task/schema.h"

/* Unstarted tasks of clients on one worker. One client gets half of it. */
#define BACKLOG_MAX 131072

/*
 * Returns the container for a local query. For a handler of the same pool it is its own container.
 * For others it depends on the process, so that a process finds again what it stored, and processes
 * use different containers.
 */
static CHI_FANOUT_APART uint32_t local_container(const struct chi_worker *worker,
                                                 const struct chi_record *record)
{
    const struct chi_record *maker = record->clients ? NULL : worker->current;
    if (maker != NULL && maker->pool == record->pool && maker->context.container != NULL)
        return maker->context.container->container_id;
    return chi_query_any_container(record->task.node.pid, record->pool->container_count);
}

/* The module's monitor may replace the query. */
static CHI_FANOUT_APART void schedule_globally(struct chi_record *record)
{
    struct chi_pool *pool = record->pool;

    record->context.container = pool->containers[0];
    pool->ops->monitor(pool->containers[0], CHI_MONITOR_GLOBAL_SCHEDULE, record->task.method,
                       &record->task, &record->context);
    record->context = (struct chi_run_context){0};
}

/* Sets the container of the task. Returns 1 if it has several, those of `range`. */
static int resolve(struct chi_worker *worker, struct chi_record *record,
                   struct chi_query_range *range)
{
    struct chi_pool *pool = record->pool;
    struct chi_task *task = &record->task;

    int rc = chi_query_resolve(task->pool_query, pool->container_count, range);
    if (CHI_UNLIKELY(range->count > 1 || task->pool_query.mode == CHI_ROUTE_DYNAMIC) && rc == 0) {
        schedule_globally(record);
        rc = chi_query_resolve(task->pool_query, pool->container_count, range);
    }
    if (rc < 0 || range->count > 1)
        return rc < 0 ? rc : 1;
    if (CHI_UNLIKELY(range->count == 0))
        range->first = local_container(worker, record);
    record->context.container = pool->containers[range->first];
    return 0;
}

/* Checks the task, and makes a client's task independent of the client. */
static int prepare(struct chi_worker *worker, struct chi_record *record)
{
    struct chi_runtime *runtime = worker->runtime;
    struct chi_task *task = &record->task;
    struct chi_pool *pool = record->pool;

    record->pool = NULL; /* not counted in the pool yet */
    if (pool == NULL)    /* else Create, Destroy, or a copy: the pool may be in any state */
        pool = chi_pool_find(runtime->pools, task->pool_id);
    if (pool == NULL)
        return CHI_ENOPOOL;
    const struct chi_task_schema *schema = pool->ops->schema(task->method);
    if (schema == NULL)
        return CHI_ENOMETHOD;
    if (schema->type.size != task->size)
        return CHI_ESCHEMA;
    if (record->shm_offset != 0) {
        if (task->method < CHI_METHOD_CUSTOM)
            return -EPERM; /* only the runtime calls these */
        int rc = schema->type.member_count > 0
                     ? chi_copy_in(runtime, record->origin, &schema->type, task, &record->copied)
                     : 0;
        if (rc < 0)
            return rc;
    }
    if (CHI_UNLIKELY(schema->flags & CHI_METHOD_WAITS_FOR_OTHERS)) {
        if (task->flags & CHI_TASK_PERIODIC)
            return -EINVAL; /* it would wait for itself */
        record->flush = true;
        atomic_fetch_add_explicit(&record->origin->flushing[record->parity], 1,
                                  memory_order_relaxed);
    }
    record->schema = schema;
    record->pool = pool;
    CHI_COUNTER_ADD(pool->cells[worker->id].begun, 1);
    return 0;
}

static void deliver(struct chi_worker *worker, struct chi_message *message)
{
    struct chi_record *record = chi_record_of_message(message);
    chi_worker_append(worker, record->lane, record);
}

void chi_worker_take_deliveries(struct chi_worker *owner)
{
    struct chi_fifo *messages = &owner->lanes.messages;
    struct chi_fifo others = STAILQ_HEAD_INITIALIZER(others);
    struct chi_message *message;

    chi_worker_fetch_lane_messages(owner);
    while ((message = STAILQ_FIRST(messages)) != NULL) {
        STAILQ_REMOVE_HEAD(messages, link);
        if (message->handle == deliver)
            deliver(owner, message);
        else
            STAILQ_INSERT_TAIL(&others, message, link);
    }
    if (owner->lanes.handles_messages) {
        STAILQ_CONCAT(messages, &others);
        return;
    }
    while ((message = STAILQ_FIRST(&others)) != NULL) {
        STAILQ_REMOVE_HEAD(&others, link);
        chi_inbox_push(&owner->wake.lane_inbox, message); /* handled in the next round */
    }
}

/*
 * Copies are limited by fanout.c, periodic tasks by periodic.c. In the second half of the backlog,
 * a client's task enters only if the client has no more tasks in flight than there are places left.
 */
bool chi_worker_enter_backlog(struct chi_worker *target, const struct chi_record *record)
{
    uint32_t before = atomic_fetch_add_explicit(&target->wake.backlog, 1, memory_order_relaxed);
    if (CHI_LIKELY(before < BACKLOG_MAX / 2) || record->fanout != NULL || record->rerun ||
        chi_origin_in_flight(target->runtime, record->origin) <= (int64_t)BACKLOG_MAX - before)
        return true;
    atomic_fetch_sub_explicit(&target->wake.backlog, 1, memory_order_relaxed);
    return false;
}

/* Appends the record to its lane, or sends it there. In the scheduler or in a handler. */
static void hand_over(struct chi_worker *worker, struct chi_lane *lane, struct chi_record *record)
{
    struct chi_record *current = worker->current;

    if (lane->worker != worker || (current != NULL && !chi_worker_hold_lanes(worker, current))) {
        if (record->clients && lane->worker != worker) {
            record->moved = record->fanout == NULL && !record->rerun;
            worker->forwarded = true;
            CHI_COUNTER_ADD(worker->stats.forwarded, 1);
        }
        record->message.handle = deliver;
        chi_worker_send_lanes(lane->worker, &record->message);
        return;
    }
    chi_worker_append(worker, lane, record);
    if (current != NULL)
        chi_worker_enter_task(worker, current);
}

/* Raises the lane's backlog by what the monitor thinks of the task. */
static void estimate(struct chi_record *record, struct chi_container *container)
{
    struct chi_run_context *context = &record->context;
    if (CHI_UNLIKELY(record->pool->monitor_modes & 1u << CHI_MONITOR_EST_LOAD))
        record->pool->ops->monitor(container, CHI_MONITOR_EST_LOAD, record->task.method,
                                   &record->task, context);
    if (CHI_UNLIKELY(context->load != 0)) {
        record->load = context->load; /* what was added is taken off, whatever a handler writes */
        atomic_fetch_add_explicit(&record->lane->load, record->load, memory_order_relaxed);
    }
}

void chi_worker_route(struct chi_worker *worker, struct chi_record *record, bool run_now)
{
    struct chi_task *task = &record->task;
    struct chi_query_range range;
    int rc = CHI_UNLIKELY(record->rerun) ? 0 : prepare(worker, record);
    if (rc == 0 && record->context.container == NULL)
        rc = resolve(worker, record, &range);
    if (CHI_UNLIKELY(rc != 0)) {
        if (rc < 0)
            chi_worker_complete(worker, record, rc);
        else /* `range` is set where resolve() returns a positive code */
            /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
            chi_fanout_start(worker, record, range);
        return;
    }
    struct chi_container *container = record->context.container;
    record->pool->ops->monitor(container, CHI_MONITOR_LOCAL_SCHEDULE, task->method, task,
                               &record->context);
    struct chi_lane *lane = record->context.route_lane;
    if (lane == NULL && task->method < CHI_METHOD_CUSTOM)
        lane = &worker->lanes.own; /* Create runs before there are lanes */
    if (lane == NULL || (lane->container != container && lane->container != NULL)) {
        chi_worker_complete(worker, record, CHI_ENOROUTE);
        return;
    }
    bool now = run_now && lane->worker == worker && !lane->ready && chi_lane_runs_on(lane, worker);
    if (!now && record->clients && !chi_worker_enter_backlog(lane->worker, record)) {
        chi_worker_complete(worker, record, -EAGAIN);
        return;
    }
    record->lane = lane;
    estimate(record, container);
    if (CHI_LIKELY(now))
        chi_worker_run(worker, record);
    else
        hand_over(worker, lane, record);
}
