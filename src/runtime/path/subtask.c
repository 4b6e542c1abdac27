/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The task backend of workers. Tasks of a handler are private records; submitting a task routes it
 * at once, and waiting parks the fiber. The worker's thread, inside a handler.
 */
#include "runtime/path/subtask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "chimaera/status.h"
#include "runtime/core/current.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/core/timers.h"
#include "runtime/path/complete.h"
#include "runtime/path/periodic.h"
#include "runtime/path/route.h"
#include "runtime/worker/error_text.h"
#include "runtime/worker/park.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/share.h"
#include "runtime/worker/timing.h"
#include "runtime/worker/worker.h"
#include "task/private_allocator.h"
#include "task/schema.h"

static struct chi_task_node handler_task_node(void)
{
    struct chi_task_node node = {0};
    struct chi_record *current = chi_worker_self->current;
    if (current != NULL) {
        node = current->task.node;
        node.minor++;
    }
    return node;
}

static struct chi_run_context *host_current(void)
{
    struct chi_record *current = chi_worker_self->current;
    return current != NULL ? &current->context : NULL;
}

struct chi_run_context *chi_current_context(void)
{
    return chi_worker_self != NULL ? host_current() : NULL;
}

static struct chi_task *handler_task_new(struct chi_task_schema *schema, chi_pool_id_t pool_id,
                                         chi_pool_query_t query)
{
    struct chi_worker *worker = chi_worker_self;
    struct chi_record *record = chi_record_new(&worker->caches.records, schema->type.size);

    CHI_ASSERT(worker->current != NULL, "chi_task_new() on a worker's thread outside a handler");
    if (record == NULL) {
        chi_error(-ENOMEM, "cannot allocate a subtask of %u bytes: out of memory",
                  schema->type.size);
        return NULL;
    }
    memset((void *)&record->task, 0, schema->type.size);
    record->schema = schema;
    record->home = worker;
    record->origin = worker->current->origin;
    record->task.magic = CHI_TASK_MAGIC;
    record->task.size = (uint16_t)schema->type.size;
    record->task.method = schema->method;
    record->task.pool_id = pool_id;
    record->task.pool_query = query;
    record->task.node = handler_task_node();
    return &record->task;
}

/* A periodic task outlives its maker and the client, whose buffers it may not use then. */
static int disown(struct chi_worker *worker, struct chi_record *record)
{
    const struct chi_schema *schema = &record->schema->type;

    for (uint32_t i = 0; i < schema->member_count; i++) {
        const struct chi_buffer *buffer =
            (const void *)((const char *)&record->task + schema->members[i].offset);
        if (schema->members[i].kind == CHI_MEMBER_BUFFER && buffer->size > 0)
            return chi_error(-EINVAL, "a handler's periodic task cannot hold a buffer");
    }
    record->origin = &worker->runtime->origins[worker->runtime->max_clients];
    return 0;
}

static int handler_task_enqueue(struct chi_task *task)
{
    struct chi_worker *worker = chi_worker_self;
    struct chi_record *record = chi_record_of(task);
    uint32_t state = CHI_TASK_UNSUBMITTED;
    int rc;

    /* The pool cannot be found yet, so the task would fail, unnoticed if it is not waited for. */
    if (CHI_UNLIKELY(worker->current->task.method == CHI_METHOD_CREATE) &&
        chi_pool_id_equal(task->pool_id, worker->current->task.pool_id))
        return chi_error(CHI_ENOPOOL,
                         "a pool accepts tasks once Create has returned; submit %s later",
                         record->schema->method_name);
    if ((task->flags & CHI_TASK_PERIODIC) && (rc = disown(worker, record)) < 0)
        return rc;
    if (!chi_share_has_subtask_room(worker))
        return chi_error(-EAGAIN, "this worker has %u fibers, all of them in use or reserved",
                         chi_share_fiber_cap(worker->runtime));
    if (!atomic_compare_exchange_strong_explicit(&task->state, &state, CHI_TASK_QUEUED,
                                                 memory_order_relaxed, memory_order_relaxed))
        return chi_error(-EALREADY, "the task was already submitted");
    record->late = worker->current->ended != 0;
    chi_worker_count(worker, worker, record);
    if (CHI_UNLIKELY(chi_timing_concerns(task)) && (rc = chi_timing_begin(worker, record)) < 0)
        chi_worker_complete(worker, record, rc);
    else
        chi_worker_route(worker, record, false);
    return 0;
}

/* Requests that the end of the task comes here as a message. Returns false if it is done already.
 */
static bool expect(struct chi_record *record)
{
    if (record->expecting)
        return true;
    uint32_t old =
        atomic_fetch_or_explicit(&record->task.state, CHI_TASK_WAITER, memory_order_acq_rel);
    if ((old & CHI_TASK_STATE_MASK) == CHI_TASK_DONE)
        return false;
    record->expecting = true;
    return true;
}

static bool is_new(const struct chi_task *task)
{
    return (atomic_load_explicit(&task->state, memory_order_relaxed) & CHI_TASK_STATE_MASK) ==
           CHI_TASK_UNSUBMITTED;
}

static void timed_out(struct chi_worker *worker, struct chi_timer *timer)
{
    chi_worker_unpark(worker, timer->argument, -ETIMEDOUT);
}

/* Parks until one of the tasks is done or the timeout is over. */
static int wait_any(struct chi_task *const *tasks, size_t count, uint64_t timeout_ns, size_t *index)
{
    struct chi_worker *worker = chi_worker_self;
    struct chi_waiter waiter = {.tasks = tasks, .task_count = count};
    struct chi_timer timer = {.fire = timed_out, .argument = &waiter};
    size_t done = count;

    if (count == 1 && timeout_ns == UINT64_MAX)
        waiter.awaited = chi_record_of(tasks[0]);

    for (size_t i = 0; i < count && done == count; i++)
        if (tasks[i] != NULL && chi_task_done(tasks[i]))
            done = i;
    if (done < count) {
        *index = done;
        return 0;
    }
    if (timeout_ns == 0)
        return -ETIMEDOUT;
    for (size_t i = 0; i < count; i++) {
        if (tasks[i] == NULL || is_new(tasks[i]))
            continue;
        struct chi_record *record = chi_record_of(tasks[i]);
        CHI_ASSERT(record->home == worker, "a handler waits for a task of another worker");
        if (expect(record))
            record->waiter = &waiter;
        else if (done == count)
            done = i;
    }
    int rc = 0;
    if (done == count) {
        if (timeout_ns != UINT64_MAX) {
            timer.deadline_ns = chi_clock_deadline_ns(chi_clock_now_ns(), timeout_ns);
            rc = chi_timers_add(&worker->waits.timers, &timer);
        }
        if (rc == 0)
            rc = chi_worker_park(worker, &waiter);
        chi_timers_remove(&worker->waits.timers, &timer);
    }
    for (size_t i = 0; i < count; i++) {
        if (tasks[i] == NULL)
            continue;
        if (!is_new(tasks[i]))
            chi_record_of(tasks[i])->waiter = NULL;
        if (done == count && chi_task_done(tasks[i]))
            done = i;
    }
    if (done == count)
        return rc < 0 ? rc : -ETIMEDOUT;
    *index = done;
    return 0;
}

static int handler_task_wait(struct chi_task *task, uint64_t timeout_ns)
{
    size_t index;
    if (is_new(task))
        return chi_error(-EINVAL, "the task was never submitted; nothing to wait for");
    int rc = wait_any(&task, 1, timeout_ns, &index);
    if (CHI_UNLIKELY(rc == 0 && task->return_code < 0))
        return chi_error_text_tell_maker(chi_worker_self->runtime, chi_record_of(task));
    return rc == 0 ? task->return_code : rc;
}

static int handler_task_wait_any(struct chi_task *const *tasks, size_t count, uint64_t timeout_ns,
                                 size_t *index)
{
    bool any = false;
    for (size_t i = 0; i < count && !any; i++)
        any = tasks[i] != NULL && !is_new(tasks[i]);
    if (!any)
        return chi_error(-EINVAL, "none of %zu tasks was submitted; nothing to wait for", count);
    return wait_any(tasks, count, timeout_ns, index);
}

static int handler_task_cancel(struct chi_task *task)
{
    if (is_new(task))
        return chi_error(-EINVAL, "the task was never submitted; nothing to cancel");
    /* Before the scan is requested. The record exists until the caller deletes the task. */
    uint32_t state = atomic_fetch_or_explicit(&task->state, CHI_TASK_CANCEL, memory_order_acq_rel);
    if ((state & CHI_TASK_STATE_MASK) == CHI_TASK_DONE)
        return 1;
    chi_runtime_scan(chi_worker_self->runtime);
    return 0;
}

/* Returns whether the subtask is cancelled when it is deleted: its handler has to end early. */
static bool is_to_follow(const struct chi_worker *worker, const struct chi_record *record)
{
    return worker->current != NULL && worker->current->ended != 0 && !record->late &&
           !(record->task.flags & CHI_TASK_PERIODIC) && !is_new(&record->task);
}

static void handler_task_del(struct chi_task *task)
{
    struct chi_worker *worker = chi_worker_self;
    struct chi_record *record = chi_record_of(task);

    if (CHI_UNLIKELY(is_to_follow(worker, record)))
        handler_task_cancel(task);
    if (record->expecting) {
        record->deleted = true; /* the message of its end is on the way and frees it */
        return;
    }
    /* Acquire: pairs with the exchange to DONE. Release: the completing worker then frees it. */
    if (!is_new(task) &&
        (atomic_fetch_or_explicit(&task->state, CHI_TASK_DETACHED, memory_order_acq_rel) &
         CHI_TASK_STATE_MASK) != CHI_TASK_DONE)
        return;
    chi_schema_fini_task(&record->schema->type, task);
    chi_record_free(&worker->caches.records, record);
}

void chi_subtask_backend_init(struct chi_worker *worker)
{
    struct chi_runtime *runtime = worker->runtime;

    worker->allocator = chi_private_allocator;
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        worker->allocator.segment_base[s] = runtime->segments[s].base;
        worker->allocator.segment_size[s] = runtime->segments[s].size;
    }
    worker->backend = (struct chi_task_backend){
        .task_new = handler_task_new,
        .task_enqueue = handler_task_enqueue,
        .task_wait = handler_task_wait,
        .task_wait_any = handler_task_wait_any,
        .task_cancel = handler_task_cancel,
        .task_del = handler_task_del,
        .task_node = handler_task_node,
    };
    if (runtime->mode.adjust_backend != NULL)
        runtime->mode.adjust_backend(&worker->allocator, &worker->backend);
}
