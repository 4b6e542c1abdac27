/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A task's way from the application to the lane, and its end. Steps 1, 2 and 7 of the path of a
 * task; the thread works on its own caches and one lane.
 *
 * State of a task: NEW -> QUEUED by this process, QUEUED -> DONE by the runtime. The runtime writes
 * nothing after DONE. A task given up while QUEUED is an orphan: see orphans.c. CANCEL is set
 * beside QUEUED, and the runtime is then told to look: whoever dies in between has asked for
 * nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "chimaera/container.h"
#include "chimaera/status.h"
#include "client/client.h"
#include "lane/bell.h"
#include "lane/ingress_lane.h"
#include "task/host.h"
#include "task/schema.h"

#define SWEEP_FEW 4u

/*
 * Schemas that this process has made tasks of, by number, so that chi_task_del() knows what a task
 * holds without asking its shared bytes for an address. Grows only.
 */
static struct {
    pthread_mutex_t lock;
    _Atomic(uint32_t) count;
    struct chi_task_schema *table[UINT16_MAX + 1];
} schemas = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool holds_memory(const struct chi_schema *schema)
{
    for (uint32_t i = 0; i < schema->member_count; i++)
        if (schema->members[i].kind == CHI_MEMBER_STRING ||
            schema->members[i].kind == CHI_MEMBER_VECTOR)
            return true;
    return false;
}

/* So that the child of a fork finds the table whole and the lock free. */
void chi_client_schemas_before_fork(void)
{
    pthread_mutex_lock(&schemas.lock);
}

void chi_client_schemas_after_fork(bool in_child)
{
    if (in_child)
        pthread_mutex_init(&schemas.lock, NULL);
    else
        pthread_mutex_unlock(&schemas.lock);
}

/* 1 is every schema without strings and vectors: such tasks need no look at their members. */
static uint32_t number_of(struct chi_task_schema *schema)
{
    uint32_t number = atomic_load_explicit(&schema->number, memory_order_acquire);
    if (CHI_LIKELY(number != 0))
        return number;
    if (!holds_memory(&schema->type)) {
        atomic_store_explicit(&schema->number, 1, memory_order_release);
        return 1;
    }
    pthread_mutex_lock(&schemas.lock);
    number = atomic_load_explicit(&schema->number, memory_order_relaxed);
    uint32_t count = atomic_load_explicit(&schemas.count, memory_order_relaxed);
    if (number == 0 && count + 2 <= UINT16_MAX) {
        number = count + 2;
        schemas.table[number] = schema;
        /* Release: pairs with the acquires here and in chi_client_task_free(). */
        atomic_store_explicit(&schemas.count, count + 1, memory_order_release);
        atomic_store_explicit(&schema->number, number, memory_order_release);
    }
    pthread_mutex_unlock(&schemas.lock);
    return number;
}

static uint64_t offset_of(const struct chi_client_thread *self, const struct chi_task *task)
{
    return (uint64_t)((const char *)task - (const char *)self->base[CHI_SEGMENT_MAIN]);
}

static bool has_orphans(const struct chi_client_thread *self)
{
    return self->orphans.count > 0 ||
           atomic_load_explicit(&self->client->has_orphans, memory_order_relaxed);
}

static struct chi_task_node make_node(struct chi_client_thread *self)
{
    struct chi_task_node node = {
        .pid = self->pid, .tid = self->tid, .major = ++self->node_major, .minor = 0};
    return node;
}

struct chi_task_node chi_task_node_create(void)
{
    struct chi_task_node none = {0};
    if (chi_host != NULL)
        return chi_host->task_node();
    struct chi_client_thread *self = chi_client_thread();
    return self != NULL ? make_node(self) : none;
}

struct chi_task *chi_task_new(struct chi_task_schema *schema, chi_pool_id_t pool_id,
                              chi_pool_query_t query)
{
    if (chi_host != NULL)
        return chi_host->task_new(schema, pool_id, query);
    struct chi_client_thread *self = chi_client_thread();
    if (self == NULL)
        return NULL;
    if (CHI_UNLIKELY(has_orphans(self)))
        chi_client_sweep(self, SWEEP_FEW);
    uint32_t number = number_of(schema);
    uint64_t offset;
    struct chi_arena_cache *cache = self->cache[CHI_SEGMENT_MAIN];
    int rc =
        number == 0 ? -ENOMEM : chi_arena_alloc(cache, schema->type.size, CHI_CLIENT_TAG, &offset);
    if (CHI_UNLIKELY(rc == -ENOMEM && number != 0)) {
        chi_client_sweep(self, UINT32_MAX);
        rc = chi_arena_alloc(cache, schema->type.size, CHI_CLIENT_TAG, &offset);
    }
    if (rc < 0) {
        chi_error(rc, "cannot allocate a task of %u bytes: %s", schema->type.size,
                  chi_strerror(rc));
        return NULL;
    }
    struct chi_task *task = (void *)((char *)self->base[CHI_SEGMENT_MAIN] + offset);
    *task = (struct chi_task){.magic = CHI_TASK_MAGIC,
                              .size = (uint16_t)schema->type.size,
                              .schema = (uint16_t)number,
                              .method = schema->method,
                              .pool_id = pool_id,
                              .pool_query = query,
                              .node = make_node(self)};
    if (schema->type.size > sizeof(*task))
        memset(task + 1, 0, schema->type.size - sizeof(*task));
    return task;
}

/*
 * The task freed last rests before it is used again: its line is still in the worker's cache, and
 * taking it from there can happen while we wait for the next task (see submit()).
 */
static void rest(struct chi_client_thread *self, struct chi_task *task)
{
    struct chi_task *rested = self->resting;
    CHI_ASSERT(
        chi_arena_holds(self->cache[CHI_SEGMENT_MAIN], offset_of(self, task), CHI_CLIENT_TAG) &&
            task != rested,
        "chi_task_del() was called twice for one task");
    self->resting = task;
    if (rested != NULL)
        chi_arena_free(self->cache[CHI_SEGMENT_MAIN], offset_of(self, rested), CHI_CLIENT_TAG);
}

void chi_client_task_free(struct chi_client_thread *self, struct chi_task *task)
{
    uint32_t number = task->schema;
    if (number > 1 && number - 2 < atomic_load_explicit(&schemas.count, memory_order_acquire))
        chi_schema_fini_task(&schemas.table[number]->type, task);
    rest(self, task);
}

int chi_client_push(struct chi_client_thread *self, uint64_t item)
{
    const struct chi_client_lane *lane = self->lane;
    int rc = chi_lane_push(lane->lane, self->depth_log2, item);
    if (rc == 0)
        chi_bell_ring(lane->bell, lane->lane, lane->number, lane->eventfd);
    return rc;
}

/* NEW -> QUEUED, then the push; back to NEW where the lane is full. */
static int submit(struct chi_client_thread *self, struct chi_task *task, bool ring)
{
    uint32_t state = CHI_TASK_UNSUBMITTED;
    if (!atomic_compare_exchange_strong_explicit(&task->state, &state, CHI_TASK_QUEUED,
                                                 memory_order_relaxed, memory_order_relaxed))
        return -EALREADY;
    int rc =
        chi_lane_push(self->lane->lane, self->depth_log2, offset_of(self, task) / CHI_CACHE_LINE);
    if (rc < 0)
        atomic_store_explicit(&task->state, CHI_TASK_UNSUBMITTED, memory_order_relaxed);
    else if (ring)
        chi_bell_ring(self->lane->bell, self->lane->lane, self->lane->number, self->lane->eventfd);
    return rc;
}

static struct chi_client_thread *submitter(const struct chi_task *task, int *rc)
{
    struct chi_client_thread *self = chi_client_thread();
    if (self == NULL) {
        *rc = chi_last_error_code();
        return NULL;
    }
    if (CHI_UNLIKELY(!chi_client_owns(self, task))) {
        *rc = chi_error(-EINVAL,
                        "the task was not created by chi_task_new() since this process attached");
        return NULL;
    }
    if (CHI_UNLIKELY(atomic_load_explicit(&self->client->down, memory_order_relaxed))) {
        *rc = chi_error(CHI_ERUNTIME_DOWN, "%s", chi_strerror(CHI_ERUNTIME_DOWN));
        return NULL;
    }
    return self;
}

static int explain(struct chi_client_thread *self, int rc)
{
    if (rc == -EAGAIN && !chi_client_check(self->client))
        return chi_error(CHI_ERUNTIME_DOWN, "%s", chi_strerror(CHI_ERUNTIME_DOWN));
    if (rc == -EALREADY)
        chi_error(rc, "the task was already submitted");
    else if (rc == -EAGAIN)
        chi_error(rc, "the lane to the runtime is full; wait for submitted tasks, then try again");
    return rc;
}

int chi_task_enqueue(struct chi_task *task)
{
    int rc;
    if (chi_host != NULL)
        return chi_host->task_enqueue(task);
    struct chi_client_thread *self = submitter(task, &rc);
    if (self == NULL)
        return rc;
    rc = submit(self, task, true);
    return CHI_LIKELY(rc == 0) ? 0 : explain(self, rc);
}

int chi_task_enqueue_many(struct chi_task *const *tasks, size_t count)
{
    size_t done = 0;
    int rc = 0;

    if (chi_host != NULL) {
        for (; done < count && rc == 0; done += rc == 0)
            rc = chi_host->task_enqueue(tasks[done]);
        return done > 0 ? (int)done : rc;
    }
    if (count == 0)
        return 0;
    struct chi_client_thread *self = submitter(tasks[0], &rc);
    if (self == NULL)
        return rc;
    for (; done < count; done++) {
        rc = chi_client_owns(self, tasks[done]) ? submit(self, tasks[done], false) : -EINVAL;
        if (rc < 0)
            break;
    }
    if (done == 0)
        return explain(self, rc);
    chi_bell_ring(self->lane->bell, self->lane->lane, self->lane->number, self->lane->eventfd);
    return (int)done;
}

bool chi_task_done(const struct chi_task *task)
{
    /* Acquire: pairs with the runtime's exchange to DONE; its outputs are visible. */
    return (atomic_load_explicit(&task->state, memory_order_acquire) & CHI_TASK_STATE_MASK) ==
           CHI_TASK_DONE;
}

uint32_t chi_task_failed(const struct chi_task *task)
{
    uint32_t failed =
        atomic_load_explicit(&task->state, memory_order_acquire) >> CHI_TASK_FAILED_SHIFT;
    return failed > 0 || task->return_code >= 0 ? failed : 1;
}

void chi_task_del(struct chi_task *task)
{
    if (task == NULL)
        return;
    if (chi_host != NULL) {
        chi_host->task_del(task);
        return;
    }
    struct chi_client_thread *self = chi_client_thread();
    if (self == NULL || !chi_client_owns(self, task))
        return; /* of an attachment that is gone, and its memory with it */
    uint32_t state = atomic_load_explicit(&task->state, memory_order_acquire);
    if ((state & CHI_TASK_STATE_MASK) == CHI_TASK_QUEUED)
        chi_orphans_add(&self->orphans, task);
    else
        chi_client_task_free(self, task);
}

int chi_task_cancel(struct chi_task *task)
{
    int rc;
    if (chi_host != NULL)
        return chi_host->task_cancel(task);
    struct chi_client_thread *self = submitter(task, &rc);
    if (self == NULL)
        return rc;
    uint32_t state = atomic_load_explicit(&task->state, memory_order_acquire);
    if ((state & CHI_TASK_STATE_MASK) == CHI_TASK_UNSUBMITTED)
        return chi_error(-EINVAL, "the task was never submitted; nothing to cancel");
    if ((state & CHI_TASK_STATE_MASK) != CHI_TASK_DONE)
        /* Before the request, which orders it: a worker that looks afterwards sees it. */
        state = atomic_fetch_or_explicit(&task->state, CHI_TASK_CANCEL, memory_order_acq_rel);
    if ((state & CHI_TASK_STATE_MASK) == CHI_TASK_DONE)
        return 1;
    rc = chi_client_ask_cancel(self->client);
    return rc == 0 ? 0 : chi_error(rc, "cannot ask the runtime to cancel: %s", chi_strerror(rc));
}

int chi_task_fire_and_forget(struct chi_task *task)
{
    int rc = chi_task_enqueue(task);
    chi_task_del(task);
    return rc;
}
