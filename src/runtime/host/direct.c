/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The task backend of a thread that steps a runtime and submits tasks without a client: its tasks
 * are private records, as in a handler. The thread that steps, between steps; what belongs to a
 * worker's thread happens in messages to worker 0. See stepper.h.
 *
 * No fiber waits for a task made here: this thread checks the state of the task after each step. A
 * task that is deleted in flight is detached, as in a handler.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "runtime/core/counter.h"
#include "runtime/core/message.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/host/stepper.h"
#include "runtime/module/pool.h"
#include "runtime/path/complete.h"
#include "runtime/path/lane_queue.h"
#include "runtime/path/periodic.h"
#include "runtime/path/route.h"
#include "runtime/worker/error_text.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/send.h"
#include "runtime/worker/timing.h"
#include "runtime/worker/worker.h"
#include "task/schema.h"

static _Thread_local struct {
    struct chi_runtime *runtime;
    struct chi_task_backend backend;
    uint64_t tasks;
    uint32_t group;
} self;

static struct chi_worker *home(void)
{
    return self.runtime->workers[0];
}

/* The same pid in each run, because routing depends on it. */
static struct chi_task_node direct_task_node(void)
{
    return (struct chi_task_node){.pid = 1, .tid = 1, .major = ++self.group};
}

static struct chi_task *direct_task_new(struct chi_task_schema *schema, chi_pool_id_t pool_id,
                                        chi_pool_query_t query)
{
    struct chi_record *record = chi_record_new(&home()->caches.records, schema->type.size);
    if (record == NULL) {
        chi_error(-ENOMEM, "cannot allocate a task of %u bytes: out of memory", schema->type.size);
        return NULL;
    }
    memset((void *)&record->task, 0, schema->type.size);
    record->schema = schema;
    record->home = home();
    record->origin = &self.runtime->origins[self.runtime->max_clients];
    record->task.magic = CHI_TASK_MAGIC;
    record->task.size = (uint16_t)schema->type.size;
    record->task.method = schema->method;
    record->task.pool_id = pool_id;
    record->task.pool_query = query;
    record->task.node = direct_task_node();
    self.tasks++;
    return &record->task;
}

static void route(struct chi_worker *worker, struct chi_message *message)
{
    struct chi_record *record = chi_record_of_message(message);
    int rc;
    chi_worker_count(worker, worker, record);
    if (chi_runtime_stopping(worker->runtime))
        chi_worker_complete(worker, record, CHI_ESTOPPING);
    else if (chi_timing_concerns(&record->task) && (rc = chi_timing_begin(worker, record)) < 0)
        chi_worker_complete(worker, record, rc);
    else
        chi_worker_route(worker, record, false);
}

static int submit(struct chi_task *task, struct chi_worker *worker, chi_message_handler_t handle)
{
    struct chi_record *record = chi_record_of(task);
    uint32_t state = CHI_TASK_UNSUBMITTED;

    if (!atomic_compare_exchange_strong_explicit(&task->state, &state, CHI_TASK_QUEUED,
                                                 memory_order_relaxed, memory_order_relaxed))
        return chi_error(-EALREADY, "the task was already submitted");
    record->message.handle = handle;
    chi_worker_send(worker, &record->message);
    return 0;
}

static int direct_task_enqueue(struct chi_task *task)
{
    return submit(task, home(), route);
}

struct waited {
    struct chi_task *const *tasks;
    size_t count;
    size_t index;
};

static bool any_done(void *argument)
{
    struct waited *waited = argument;
    for (size_t i = 0; i < waited->count; i++) {
        if (waited->tasks[i] != NULL && chi_task_done(waited->tasks[i])) {
            waited->index = i;
            return true;
        }
    }
    return false;
}

static bool is_submitted(const struct chi_task *task)
{
    return task != NULL && (atomic_load_explicit(&task->state, memory_order_relaxed) &
                            CHI_TASK_STATE_MASK) != CHI_TASK_UNSUBMITTED;
}

static int direct_task_wait_any(struct chi_task *const *tasks, size_t count, uint64_t timeout_ns,
                                size_t *index)
{
    struct waited waited = {.tasks = tasks, .count = count};
    bool any = false;
    for (size_t i = 0; i < count && !any; i++)
        any = is_submitted(tasks[i]);
    if (!any)
        return chi_error(-EINVAL, "none of %zu tasks was submitted; nothing to wait for", count);
    int rc = any_done(&waited) ? 0
             : timeout_ns == 0 ? -ETIMEDOUT
                               : chi_stepper_wait(self.runtime, any_done, &waited, timeout_ns);
    if (rc == 0)
        *index = waited.index;
    return rc;
}

static int direct_task_wait(struct chi_task *task, uint64_t timeout_ns)
{
    size_t index;
    if (!is_submitted(task))
        return chi_error(-EINVAL, "the task was never submitted; nothing to wait for");
    int rc = direct_task_wait_any(&task, 1, timeout_ns, &index);
    if (rc == 0 && task->return_code < 0)
        return chi_error_text_tell_maker(self.runtime, chi_record_of(task));
    return rc == 0 ? task->return_code : rc;
}

static int direct_task_cancel(struct chi_task *task)
{
    if (!is_submitted(task))
        return chi_error(-EINVAL, "the task was never submitted; nothing to cancel");
    uint32_t state = atomic_fetch_or_explicit(&task->state, CHI_TASK_CANCEL, memory_order_acq_rel);
    if ((state & CHI_TASK_STATE_MASK) == CHI_TASK_DONE)
        return 1;
    chi_runtime_scan(self.runtime);
    return 0;
}

static void direct_task_del(struct chi_task *task)
{
    struct chi_record *record = chi_record_of(task);

    self.tasks--;
    if (is_submitted(task) &&
        (atomic_fetch_or_explicit(&task->state, CHI_TASK_DETACHED, memory_order_acq_rel) &
         CHI_TASK_STATE_MASK) != CHI_TASK_DONE)
        return;
    chi_schema_fini_task(&record->schema->type, task);
    chi_record_free(&home()->caches.records, record);
}

void chi_direct_open(struct chi_runtime *runtime)
{
    CHI_ASSERT(runtime->stepper != NULL && chi_task_backend == NULL,
               "chi_direct_open() needs a stepped runtime, outside handlers");
    self.runtime = runtime;
    self.backend.task_new = direct_task_new;
    self.backend.task_enqueue = direct_task_enqueue;
    self.backend.task_wait = direct_task_wait;
    self.backend.task_wait_any = direct_task_wait_any;
    self.backend.task_cancel = direct_task_cancel;
    self.backend.task_del = direct_task_del;
    self.backend.task_node = direct_task_node;
    self.tasks = 0;
    chi_allocator = &home()->allocator; /* after mode.adjust_backend */
    chi_task_backend = &self.backend;
}

void chi_direct_close(struct chi_runtime *runtime)
{
    if (self.runtime != runtime)
        return;
    self.runtime = NULL;
    chi_task_backend = NULL;
    chi_allocator = NULL;
}

uint64_t chi_direct_tasks(const struct chi_runtime *runtime)
{
    return self.runtime == runtime ? self.tasks : 0;
}

/* ---- without query and monitor */

static void append(struct chi_worker *worker, struct chi_message *message)
{
    struct chi_record *record = chi_record_of_message(message);
    int rc;
    chi_worker_count(worker, worker, record);
    CHI_COUNTER_ADD(record->pool->cells[worker->id].begun, 1);
    if (chi_timing_concerns(&record->task) && (rc = chi_timing_begin(worker, record)) < 0)
        chi_worker_complete(worker, record, rc);
    else
        chi_worker_append(worker, &worker->lanes.own, record);
}

int chi_direct_start(struct chi_runtime *runtime, struct chi_task *task, uint32_t container,
                     uint32_t worker)
{
    struct chi_record *record = chi_record_of(task);
    struct chi_pool *pool = chi_pool_find(runtime->pools, task->pool_id);

    if (pool == NULL)
        return chi_error(CHI_ENOPOOL, "there is no pool %u.%u", task->pool_id.major,
                         task->pool_id.minor);
    const struct chi_task_schema *schema = pool->ops->schema(task->method);
    if (schema == NULL)
        return chi_error(CHI_ENOMETHOD, "module %s has no method %u", pool->module->name,
                         task->method);
    if (schema->type.size != task->size)
        return chi_error(CHI_ESCHEMA, "the task has %u bytes, the module's has %u", task->size,
                         schema->type.size);
    if (container >= pool->container_count)
        return chi_error(CHI_EQUERY_CONTAINER, "pool %s has %u containers, no number %u",
                         pool->name, pool->container_count, container);
    if (worker >= runtime->worker_count)
        return chi_error(-EINVAL, "there are %u workers, no number %u", runtime->worker_count,
                         worker);
    if (is_submitted(task))
        return chi_error(-EALREADY, "the task was already submitted");
    if (task->flags & CHI_TASK_PERIODIC)
        return chi_error(-EINVAL, "a handler called by hand runs once; the task is periodic");
    record->pool = pool;
    record->context.container = pool->containers[container];
    record->lane = &runtime->workers[worker]->lanes.own;
    return submit(task, runtime->workers[worker], append);
}
