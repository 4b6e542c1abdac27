/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The path of a task through a worker: ingest, route, run, complete. Every way out of the first
 * three leads to complete, once. All on the worker's own thread.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "chimaera/admin/autogen/admin_methods.h"
#include "chimaera/hash.h"
#include "lane/bell.h"
#include "runtime/copy.h"
#include "runtime/fanout.h"
#include "runtime/timed.h"
#include "runtime/worker.h"
#include "task/query.h"
#include "task/schema.h"

#define BACKLOG_MAX 65536u /* clients' tasks that wait to be started on one worker */

void chi_worker_count(struct chi_worker *worker, const struct chi_worker *owner,
                      struct chi_record *record)
{
    struct chi_origin_cell *cells = record->origin->cells;
    record->parity = (uint8_t)atomic_load_explicit(&cells[owner->id].parity, memory_order_relaxed);
    ADD_OWN(cells[worker->id].begun[record->parity], 1);
    record->counted = true;
}

/* Last use of the origin's memory and of the pool; the release pairs with the acquire of the sums.
 */
static void uncount(struct chi_worker *worker, struct chi_record *record)
{
    if (CHI_UNLIKELY(record->timed != NULL))
        chi_timed_end(record);
    if (record->pool != NULL) {
        ADD_OWN(record->pool->cells[worker->id].completed, 1);
        ADD_OWN(record->pool->cells[worker->id].in_flight, -1);
    }
    if (CHI_UNLIKELY(record->copied > 0))
        atomic_fetch_sub_explicit(&record->origin->copied, record->copied, memory_order_relaxed);
    if (CHI_UNLIKELY(record->flush))
        atomic_fetch_sub_explicit(&record->origin->flushing[record->parity], 1,
                                  memory_order_relaxed);
    if (record->counted)
        ADD_OWN(record->origin->cells[worker->id].ended[record->parity], 1);
}

void chi_worker_uncount_run(struct chi_worker *worker, struct chi_record *record)
{
    record->counted = false;
    ADD_OWN(record->origin->cells[worker->id].ended[record->parity], 1);
}

/* ---- ingest */

static void take_back(struct chi_worker *worker, struct chi_origin *origin, uint64_t item)
{
    uint64_t offset = (item & ~CHI_LANE_RETURN_BIT) * CHI_CACHE_LINE;
    uint64_t size = chi_arena_block_size(worker->runtime->outputs, offset);
    if (chi_arena_reclaim(worker->outputs, offset, origin->owner) < 0)
        ADD_OWN(origin->cells[worker->id].refused, 1);
    else
        ADD_OWN(origin->cells[worker->id].lent, -size);
}

static struct chi_task *shared_task(struct chi_worker *worker, uint64_t offset)
{
    return (void *)((char *)worker->runtime->segments[CHI_SEGMENT_MAIN].base + offset);
}

/* Completes a client's task of which no record exists. */
static void complete_shared(struct chi_origin *origin, struct chi_task *shared, int rc,
                            uint32_t failed);

void chi_worker_ingest(struct chi_worker *worker, struct chi_ingress *ingress, uint64_t item,
                       bool run_now)
{
    struct chi_origin *origin = ingress->origin;
    struct chi_runtime *runtime = worker->runtime;

    if (item & CHI_LANE_RETURN_BIT) {
        take_back(worker, origin, item);
        return;
    }
    uint64_t offset = item * CHI_CACHE_LINE;
    const struct chi_extents *extents = runtime->extents[CHI_SEGMENT_MAIN];
    if (!chi_extents_owns(extents, origin->owner, offset, sizeof(struct chi_task))) {
        ADD_OWN(origin->cells[worker->id].refused, 1);
        return;
    }
    struct chi_task *shared = shared_task(worker, offset);
    /* The client may change it at any time: the size is read once, then checked in the copy. */
    uint32_t size = __atomic_load_n(&shared->size, __ATOMIC_RELAXED);
    if (size < sizeof(struct chi_task) || size > CHI_TASK_MAX_SIZE ||
        !chi_extents_owns(extents, origin->owner, offset, size)) {
        complete_shared(origin, shared, CHI_EBADTASK, 0);
        return;
    }
    struct chi_record *record = chi_record_new(&worker->records, size);
    if (record == NULL) {
        complete_shared(origin, shared, -ENOMEM, 0);
        return;
    }
    memcpy((void *)&record->task, (const void *)shared, sizeof(struct chi_task));
    if (size > sizeof(struct chi_task))
        memcpy((void *)(&record->task + 1), (const void *)(shared + 1),
               size - sizeof(struct chi_task));
    int rc;
    record->origin = origin;
    record->clients = true;
    record->shm_offset = offset;
    chi_worker_count(worker, ingress->worker, record);
    if (record->task.magic != CHI_TASK_MAGIC || record->task.size != size)
        chi_worker_complete(worker, record, CHI_EBADTASK);
    else if (chi_runtime_stopping(runtime))
        chi_worker_complete(worker, record, CHI_ESTOPPING);
    else if (CHI_UNLIKELY(chi_timed_concerns(&record->task)) &&
             (rc = chi_timed_begin(worker, record)) < 0)
        chi_worker_complete(worker, record, rc);
    else
        chi_worker_route(worker, record, run_now);
}

/* ---- route */

/*
 * The container that "any of this node" means: for a handler of the same pool its own; else that of
 * the calling process, so that it finds again what it has put there, and processes are spread.
 */
static CHI_FANOUT_APART uint32_t local_container(const struct chi_worker *worker,
                                                 const struct chi_record *record)
{
    const struct chi_record *maker = record->clients ? NULL : worker->current;
    if (maker != NULL && maker->pool == record->pool && maker->context.container != NULL)
        return maker->context.container->container_id;
    uint32_t pid = record->task.node.pid;
    return chi_hash_bytes(&pid, sizeof(pid)) % record->pool->container_count;
}

/* The module's say in which containers the task is for. */
static CHI_FANOUT_APART void schedule_globally(struct chi_record *record)
{
    struct chi_pool *pool = record->pool;

    record->context.container = pool->containers[0];
    pool->ops->monitor(pool->containers[0], CHI_MONITOR_GLOBAL_SCHEDULE, record->task.method,
                       &record->task, &record->context);
    record->context = (struct chi_run_context){0};
}

/* Finds the task its container. 1: it has several, those of `range`. */
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

/* Checks what the task asks for, and makes a client's task independent of the client. */
static int prepare(struct chi_worker *worker, struct chi_record *record)
{
    struct chi_runtime *runtime = worker->runtime;
    struct chi_task *task = &record->task;
    struct chi_pool *pool = record->pool;

    record->pool = NULL; /* not counted in it yet */
    if (pool == NULL)    /* else Create, Destroy, or a copy: the pool need not be found */
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
            return -EPERM; /* the runtime's own to call */
        int rc = schema->type.member_count > 0
                     ? chi_copy_in(runtime, record->origin, &schema->type, task, &record->copied)
                     : 0;
        if (rc < 0)
            return rc;
    }
    if (CHI_UNLIKELY(task->method == CHIMAERA_ADMIN_METHOD_FLUSH) &&
        chi_pool_id_equal(pool->id, CHI_ADMIN_POOL_ID)) {
        if (task->flags & CHI_TASK_PERIODIC)
            return -EINVAL; /* it would wait for itself */
        record->flush = true;
        atomic_fetch_add_explicit(&record->origin->flushing[record->parity], 1,
                                  memory_order_relaxed);
    }
    record->schema = schema;
    record->pool = pool;
    ADD_OWN(pool->cells[worker->id].in_flight, 1);
    return 0;
}

static void deliver(struct chi_worker *worker, struct chi_message *message)
{
    struct chi_record *record = chi_record_of_message(message);
    chi_worker_append(worker, record->lane, record);
}

bool chi_worker_enter_backlog(struct chi_worker *target)
{
    if (atomic_fetch_add_explicit(&target->backlog, 1, memory_order_relaxed) < BACKLOG_MAX)
        return true;
    atomic_fetch_sub_explicit(&target->backlog, 1, memory_order_relaxed);
    return false;
}

/* False: the lane's worker has too many. What bounds copies is in fanout.c, periodic ones timed.c.
 */
static bool enter_lane(struct chi_record *record, struct chi_lane *lane)
{
    if (CHI_LIKELY(record->fanout == NULL && !record->rerun))
        return chi_worker_enter_backlog(lane->worker);
    atomic_fetch_add_explicit(&lane->worker->backlog, 1, memory_order_relaxed);
    return true;
}

/* Puts it on its lane, from the scheduler or from inside a handler. */
static void hand_over(struct chi_worker *worker, struct chi_lane *lane, struct chi_record *record)
{
    struct chi_record *current = worker->current;

    if (lane->worker != worker || (current != NULL && !chi_worker_hold_lanes(worker, current))) {
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
        else
            chi_fanout_start(worker, record, range);
        return;
    }
    struct chi_container *container = record->context.container;
    record->pool->ops->monitor(container, CHI_MONITOR_LOCAL_SCHEDULE, task->method, task,
                               &record->context);
    struct chi_lane *lane = record->context.route_lane;
    if (lane == NULL && task->method < CHI_METHOD_CUSTOM)
        lane = &worker->own_lane; /* Create runs before there are lanes */
    if (lane == NULL || (lane->container != container && lane->container != NULL)) {
        chi_worker_complete(worker, record, CHI_ENOROUTE);
        return;
    }
    bool now = run_now && lane->worker == worker && !lane->ready && chi_lane_runner(lane) == worker;
    if (!now && record->clients && !enter_lane(record, lane)) {
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

static void make_ready(struct chi_worker *worker, struct chi_lane *lane)
{
    lane->ready = true;
    lane->next_ready = NULL;
    if (worker->lanes_last != NULL)
        worker->lanes_last->next_ready = lane;
    else
        worker->lanes_first = lane;
    worker->lanes_last = lane;
    worker->lanes_ready++;
}

void chi_worker_append(struct chi_worker *worker, struct chi_lane *lane, struct chi_record *record)
{
    if (CHI_UNLIKELY(worker->lanes_look.attentive || record->timed != NULL) &&
        chi_worker_end_unstarted(worker, record))
        return;
    bool subtask = !record->clients;
    struct chi_fifo *fifo = subtask ? &lane->subtasks : &lane->tasks;

    record->message.next = NULL;
    record->arrival = worker->arrivals++;
    if (fifo->last != NULL)
        fifo->last->next = &record->message;
    else
        fifo->first = &record->message;
    fifo->last = &record->message;
    ADD_OWN(lane->waiting, 1);
    ADD_OWN(worker->stats.unstarted, 1);
    if (subtask)
        ADD_OWN(worker->stats.unstarted_subtasks, 1);
    if (!lane->ready)
        make_ready(worker, lane);
}

/* ---- run */

static struct chi_lane *pop_ready_lane(struct chi_worker *owner)
{
    struct chi_lane *lane = owner->lanes_first;
    owner->lanes_first = lane->next_ready;
    if (owner->lanes_first == NULL)
        owner->lanes_last = NULL;
    lane->ready = false;
    owner->lanes_ready--;
    return lane;
}

void chi_worker_unqueue(struct chi_worker *owner, struct chi_lane *lane, struct chi_fifo *fifo)
{
    if (fifo == &lane->subtasks)
        ADD_OWN(owner->stats.unstarted_subtasks, -1);
    else
        atomic_fetch_sub_explicit(&owner->backlog, 1, memory_order_relaxed);
    ADD_OWN(lane->waiting, -1);
    ADD_OWN(owner->stats.unstarted, -1);
}

/* The record that arrived first of those that may be started; NULL where none may. */
static struct chi_record *pop_record(struct chi_worker *worker, struct chi_worker *owner,
                                     struct chi_lane *lane)
{
    if (CHI_UNLIKELY(worker != owner) && lane == &owner->visitors)
        return NULL; /* they are for its own thread */
    struct chi_message *task = chi_worker_may_start(worker) ? lane->tasks.first : NULL;
    struct chi_message *subtask = lane->subtasks.first;
    struct chi_fifo *fifo = &lane->tasks;

    if (subtask != NULL && (task == NULL || chi_record_of_message(subtask)->arrival <
                                                chi_record_of_message(task)->arrival)) {
        task = subtask;
        fifo = &lane->subtasks;
    }
    if (task == NULL)
        return NULL;
    fifo->first = task->next;
    if (fifo->first == NULL)
        fifo->last = NULL;
    chi_worker_unqueue(owner, lane, fifo);
    return chi_record_of_message(task);
}

static void receive_visitor(struct chi_worker *owner, struct chi_message *message)
{
    struct chi_record *record = chi_record_of_message(message);
    if (record->clients)
        atomic_fetch_add_explicit(&owner->backlog, 1, memory_order_relaxed);
    chi_worker_append(owner, &owner->visitors, record);
}

/*
 * Whether `worker`, which serves the lane, is to run the record. If not, tasks of the lane have
 * begun on another thread and not ended, and the record is on its way there.
 */
static bool runs_here(struct chi_worker *worker, struct chi_lane *lane, struct chi_record *record)
{
    struct chi_worker *runner = chi_lane_runner(lane);
    if (CHI_LIKELY(runner == worker))
        return true;
    /* Acquire: pairs with the release of who ended; what it did to the lane's state is seen. */
    if (!record->bound && atomic_fetch_add_explicit(&lane->bound, 1, memory_order_acquire) == 0) {
        atomic_fetch_sub_explicit(&lane->bound, 1, memory_order_relaxed);
        atomic_store_explicit(&lane->runner, worker, memory_order_relaxed);
        return true;
    }
    record->bound = true;
    record->message.handle = receive_visitor;
    /* Among its lanes, not to its thread: while that is held the task can be ended. */
    chi_worker_send_lanes(runner, &record->message);
    return false;
}

/* One task a lane in turn. The lane goes to the end of the list before its task runs, because the
 * task may park. */
uint32_t chi_worker_run_lanes(struct chi_worker *worker, struct chi_worker *owner, uint32_t budget)
{
    uint32_t ran = 0;
    uint32_t refused = 0;
    while (ran < budget && chi_worker_serves(worker, owner) && refused < owner->lanes_ready &&
           chi_worker_has_spare(worker)) {
        struct chi_lane *lane = pop_ready_lane(owner);
        struct chi_record *record = pop_record(worker, owner, lane);
        if (lane->tasks.first != NULL || lane->subtasks.first != NULL)
            make_ready(owner, lane);
        if (record == NULL) {
            refused++;
            continue;
        }
        if (runs_here(worker, lane, record))
            chi_worker_run(worker, record);
        refused = 0;
        ran++;
    }
    return ran;
}

/* On the fiber of its choice. */
static void run_here(struct chi_worker *worker, struct chi_record *record)
{
    int rc;

    if (CHI_UNLIKELY(worker->idle))
        chi_worker_end_idle(worker);
    chi_worker_enter_task(worker, record);
    if (CHI_UNLIKELY(record->call != NULL))
        rc = record->call(record->call_argument);
    else
        rc = record->pool->ops->run(record->context.container, record->task.method, &record->task,
                                    &record->context);
    chi_worker_leave_task(worker);
    if (CHI_UNLIKELY(record->holds != NULL))
        chi_lock_release_all(worker, record);
    chi_worker_complete(worker, record, rc);
}

static bool wants_own_stack(const struct chi_record *record, size_t *size)
{
    const struct chi_container *container = record->context.container;
    if (container == NULL ||
        atomic_load_explicit(&container->priv->stacks, memory_order_relaxed) == NULL)
        return false;
    *size = chi_container_stack_size(container, record->task.method);
    return *size > 0;
}

/* Asked only of tasks with a deadline or period and by workers that have had to look for any. */
static bool is_to_end(struct chi_worker *worker, struct chi_record *record)
{
    return chi_record_verdict_unstarted(worker, record, chi_clock_now_ns()) != 0;
}

void chi_worker_run(struct chi_worker *worker, struct chi_record *record)
{
    size_t stack_size;

    if (CHI_UNLIKELY(worker->rests_look.attentive || record->timed != NULL) && is_to_end(worker, record))
        chi_worker_complete(worker, record, record->ended);
    else if (CHI_UNLIKELY(atomic_load_explicit(&record->origin->state, memory_order_relaxed) ==
                          CHI_ORIGIN_DYING) &&
             record->clients)
        chi_worker_complete(worker, record, CHI_ERUNTIME_DOWN); /* nobody is there to read it */
    else if (CHI_LIKELY(!wants_own_stack(record, &stack_size)))
        run_here(worker, record);
    else if (!chi_worker_run_sized(worker, stack_size, run_here, record))
        chi_worker_complete(worker, record, -ENOMEM);
}

/* ---- complete */

static void wake_waiters(struct chi_origin *origin, struct chi_task *shared, uint32_t bits)
{
    if (bits & CHI_TASK_WAITER)
        syscall(SYS_futex, &shared->state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    if (bits & CHI_TASK_ANY) {
        atomic_fetch_add_explicit(&origin->shm_slot->events, 1, memory_order_seq_cst);
        syscall(SYS_futex, &origin->shm_slot->events, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    }
    if ((bits & CHI_TASK_NOTIFY) && origin->notify_fd >= 0) {
        uint64_t one = 1;
        /* A socket, because a client can make a write to an eventfd of its own wait. Full is told.
         */
        send(origin->notify_fd, &one, sizeof(one), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
}

static void complete_shared(struct chi_origin *origin, struct chi_task *shared, int rc,
                            uint32_t failed)
{
    shared->return_code = rc;
    /* Release: the outputs, for the client's acquire. Acquire: nothing below reads them. */
    uint32_t bits = atomic_exchange_explicit(
        &shared->state, CHI_TASK_DONE | failed << CHI_TASK_FAILED_SHIFT, memory_order_acq_rel);
    if (CHI_UNLIKELY(bits & (CHI_TASK_WAITER | CHI_TASK_ANY | CHI_TASK_NOTIFY)))
        wake_waiters(origin, shared, bits);
}

static void free_private(struct chi_worker *worker, struct chi_record *record)
{
    if (record->schema != NULL && record->schema->type.member_count > 0)
        chi_schema_fini_task(&record->schema->type, &record->task);
    chi_record_free(&worker->records, record);
}

/* The maker's thread learns that its subtask is done. */
static void note_done(struct chi_worker *worker, struct chi_message *message)
{
    struct chi_record *record = chi_record_of_message(message);
    record->expecting = false;
    if (CHI_UNLIKELY(record->fanout != NULL))
        chi_fanout_take(record);
    else if (record->deleted)
        free_private(worker, record);
    else if (record->waiter != NULL)
        chi_worker_unpark(worker, record->waiter, 0);
}

static void complete_private(struct chi_worker *worker, struct chi_record *record, int rc)
{
    record->task.return_code = rc;
    uncount(worker, record);
    uint32_t bits = atomic_exchange_explicit(
        &record->task.state, CHI_TASK_DONE | (uint32_t)record->failed << CHI_TASK_FAILED_SHIFT,
        memory_order_acq_rel);
    if (bits & CHI_TASK_DETACHED) {
        free_private(worker, record);
    } else if (bits & CHI_TASK_WAITER) {
        record->message.handle = note_done;
        if (record->home == worker)
            note_done(worker, &record->message);
        else
            chi_worker_send(record->home, &record->message);
    }
}

void chi_worker_drop(struct chi_worker *worker, struct chi_record *record)
{
    uncount(worker, record);
    free_private(worker, record);
}

/*
 * Release: what the task did to the lane's state, for whoever makes itself the lane's runner. Who
 * serves a lane may end a task that has not begun while another thread is its runner.
 */
void chi_worker_leave_lane(struct chi_worker *worker, struct chi_record *record, int rc)
{
    struct chi_lane *lane = record->lane;

    if (record->pool != NULL &&
        CHI_UNLIKELY(record->pool->monitor_modes & 1u << CHI_MONITOR_CLEANUP)) {
        record->task.return_code = rc;
        record->pool->ops->monitor(record->context.container, CHI_MONITOR_CLEANUP,
                                   record->task.method, &record->task, &record->context);
    }
    if (CHI_UNLIKELY(record->load != 0))
        atomic_fetch_sub_explicit(&lane->load, record->load, memory_order_relaxed);
    if (CHI_LIKELY(chi_lane_runner(lane) == worker))
        ADD_OWN(lane->done, 1);
    else
        atomic_fetch_add_explicit(&lane->dropped, 1, memory_order_relaxed);
    if (CHI_UNLIKELY(record->bound))
        atomic_fetch_sub_explicit(&lane->bound, 1, memory_order_release);
}

void chi_worker_complete(struct chi_worker *worker, struct chi_record *record, int rc)
{
    ADD_OWN(worker->stats.tasks, 1);
    if (CHI_UNLIKELY(record->timed != NULL) && chi_timed_again(worker, record, &rc))
        return;
    if (record->shm_offset == 0) {
        if (record->lane != NULL)
            chi_worker_leave_lane(worker, record, rc);
        complete_private(worker, record, rc);
        return;
    }
    struct chi_task *shared = shared_task(worker, record->shm_offset);
    if (record->schema != NULL) {
        int out =
            chi_copy_out(worker, record->origin, &record->schema->type, &record->task, shared);
        rc = rc >= 0 && out < 0 ? out : rc;
    }
    if (record->lane != NULL)
        chi_worker_leave_lane(worker, record, rc);
    complete_shared(record->origin, shared, rc, record->failed);
    uncount(worker, record);
    free_private(worker, record);
}
