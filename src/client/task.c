/* SPDX-License-Identifier: BSD-3-Clause */
/* Making and deleting tasks, in the calling thread's cache of shared memory. */
#include "client/task.h"

#include <errno.h>
#include <string.h>

#include "base/assert.h"
#include "chimaera/status.h"
#include "client/schemas.h"
#include "client/task_backend.h"

#define SWEEP_FEW 4u

/*
 * The task deleted last is freed with the next one: its line is still in the worker's cache, and
 * the next task, in another line, is written without waiting for that.
 */
static void free_later(struct chi_client_thread *self, struct chi_task *task)
{
    struct chi_task *last = self->deleted_last;
    CHI_ASSERT(chi_arena_holds(self->cache[CHI_SEGMENT_MAIN], chi_client_offset_of(self, task),
                               CHI_CLIENT_TAG) &&
                   task != last,
               "chi_task_del() was called twice for one task");
    self->deleted_last = task;
    if (last != NULL)
        chi_arena_free(self->cache[CHI_SEGMENT_MAIN], chi_client_offset_of(self, last),
                       CHI_CLIENT_TAG);
}

/* Frees a task that is not in flight. */
static void task_free(struct chi_client_thread *self, struct chi_task *task)
{
    uint32_t number = task->schema;
    if (number > 1)
        chi_client_schema_fini_task(number, task);
    free_later(self, task);
}

void chi_client_sweep(struct chi_client_thread *self, uint32_t most)
{
    if (atomic_load_explicit(&self->client->has_orphans, memory_order_relaxed))
        chi_client_adopt_orphans(self->client, &self->orphans);
    uint32_t count = self->orphans.count; /* later ones were checked before */
    for (uint32_t i = 0; i < most && i < count; i++) {
        struct chi_task *task = chi_orphans_take(&self->orphans);
        if (chi_task_done(task))
            task_free(self, task);
        else
            chi_orphans_add(&self->orphans, task); /* to the end: one slow task hides no other */
    }
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
    if (chi_task_backend != NULL)
        return chi_task_backend->task_node();
    struct chi_client_thread *self = chi_client_thread();
    return self != NULL ? make_node(self) : none;
}

struct chi_task *chi_task_new(struct chi_task_schema *schema, chi_pool_id_t pool_id,
                              chi_pool_query_t query)
{
    if (chi_task_backend != NULL)
        return chi_task_backend->task_new(schema, pool_id, query);
    struct chi_client_thread *self = chi_client_thread();
    if (self == NULL)
        return NULL;
    if (CHI_UNLIKELY(has_orphans(self)))
        chi_client_sweep(self, SWEEP_FEW);
    uint32_t number = chi_client_schema_number(schema);
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

void chi_task_del(struct chi_task *task)
{
    if (task == NULL)
        return;
    if (chi_task_backend != NULL) {
        chi_task_backend->task_del(task);
        return;
    }
    struct chi_client_thread *self = chi_client_thread();
    if (self == NULL || !chi_client_owns(self, task))
        return; /* of an attachment that is gone, and its memory with it */
    uint32_t state = atomic_load_explicit(&task->state, memory_order_acquire);
    if (CHI_UNLIKELY(state & CHI_TASK_MOVED))
        chi_routes_learn(&self->routes, self->client, task,
                         (uint16_t)(self->lane - self->client->lanes), self->pushed);
    if ((state & CHI_TASK_STATE_MASK) == CHI_TASK_QUEUED)
        chi_orphans_add(&self->orphans, task);
    else
        task_free(self, task);
}
