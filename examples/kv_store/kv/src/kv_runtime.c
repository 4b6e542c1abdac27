/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kv module: values by key. Keys are spread over the pool's containers by hash; each container
 * has one lane, so its tasks run one at a time and its store needs no lock.
 */
#include <errno.h>
#include <example/kv/autogen/kv_methods.h>
#include <example/kv/autogen/kv_runtime_methods.h>
#include <example/kv/kv_runtime.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"

#define QUEUE 0

static int check_key(const struct chi_string *key)
{
    size_t size = chi_string_size(key);
    return size > 0 && size <= EXAMPLE_KV_KEY_MAX ? 0 : -EINVAL;
}

int example_kv_run_create(struct example_kv *self, struct chi_create_task *task,
                          struct chi_run_context *rctx)
{
    (void)rctx;
    struct example_kv_create_params params = {0};
    int rc = chi_params_load(&example_kv_create_params_schema, &task->params, &params);
    if (rc < 0)
        return rc;
    rc = chi_container_create_queue(&self->base, QUEUE, 1, CHI_LOW_LATENCY);
    if (rc == 0 && (self->store = calloc(1, sizeof(*self->store))) == NULL)
        rc = -ENOMEM;
    if (rc == 0)
        self->store->max_bytes = params.max_bytes;
    chi_params_fini(&example_kv_create_params_schema, &params);
    return rc;
}

void example_kv_monitor_create(struct example_kv *self, enum chi_monitor_mode mode,
                               struct chi_create_task *task, struct chi_run_context *rctx)
{
    (void)self, (void)mode, (void)task, (void)rctx; /* no lane exists yet */
}

int example_kv_run_destroy(struct example_kv *self, struct chi_destroy_task *task,
                           struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    kv_store_fini(self->store);
    free(self->store);
    return 0;
}

void example_kv_monitor_destroy(struct example_kv *self, enum chi_monitor_mode mode,
                                struct chi_destroy_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, 0);
}

int example_kv_run_put(struct example_kv *self, struct example_kv_put_task *task,
                       struct chi_run_context *rctx)
{
    (void)rctx;
    int rc = check_key(&task->key);
    if (rc == 0)
        rc = kv_store_put(self->store, chi_string_view(&task->key), chi_string_view(&task->value),
                          &task->version);
    return rc;
}

void example_kv_monitor_put(struct example_kv *self, enum chi_monitor_mode mode,
                            struct example_kv_put_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, 0);
}

int example_kv_run_get(struct example_kv *self, struct example_kv_get_task *task,
                       struct chi_run_context *rctx)
{
    (void)rctx;
    const struct kv_entry *entry = kv_store_get(self->store, chi_string_view(&task->key));
    if (entry == NULL)
        return -ENOENT;
    task->version = entry->version;
    return chi_string_assign(&task->value, entry->value, entry->value_size);
}

void example_kv_monitor_get(struct example_kv *self, enum chi_monitor_mode mode,
                            struct example_kv_get_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, 0);
}

int example_kv_run_delete(struct example_kv *self, struct example_kv_delete_task *task,
                          struct chi_run_context *rctx)
{
    (void)rctx;
    return kv_store_delete(self->store, chi_string_view(&task->key));
}

void example_kv_monitor_delete(struct example_kv *self, enum chi_monitor_mode mode,
                               struct example_kv_delete_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, 0);
}

static uint32_t limit_of(const struct example_kv_scan_task *task)
{
    return task->limit > 0 && task->limit < EXAMPLE_KV_SCAN_LIMIT ? task->limit
                                                                  : EXAMPLE_KV_SCAN_LIMIT;
}

static int add_key(struct example_kv_scan_task *task, const char *key, uint32_t size)
{
    int rc = chi_vector_append(&task->sizes, &size, 1);
    return rc == 0 ? chi_string_append(&task->keys, key, size) : rc;
}

int example_kv_run_scan(struct example_kv *self, struct example_kv_scan_task *task,
                        struct chi_run_context *rctx)
{
    (void)rctx;
    const struct kv_store *store = self->store;
    uint32_t limit = limit_of(task);
    size_t at = kv_store_after(store, chi_string_view(&task->after));
    int rc = 0;
    for (; rc == 0 && at < store->count && limit > 0; at++, limit--)
        rc = add_key(task, store->entries[at]->key, (uint32_t)store->entries[at]->key_size);
    task->more = at < store->count;
    return rc;
}

void example_kv_monitor_scan(struct example_kv *self, enum chi_monitor_mode mode,
                             struct example_kv_scan_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, 0);
}

/* Reads one page key by key. */
struct cursor {
    struct chi_view keys;
    const uint32_t *sizes;
    size_t count;
    size_t index;
};

static struct cursor cursor_of(const struct example_kv_scan_task *task)
{
    return (struct cursor){.keys = chi_string_view(&task->keys),
                           .sizes = chi_vector_items(&task->sizes),
                           .count = chi_vector_count(&task->sizes)};
}

static bool at_end(const struct cursor *cursor)
{
    return cursor->index == cursor->count;
}

static struct chi_view take_key(struct cursor *cursor)
{
    struct chi_view key = {cursor->keys.data, cursor->sizes[cursor->index++]};
    cursor->keys.data += key.size;
    return key;
}

/* Whether the key of `a` comes first; both have one, or one of them is at its end. */
static bool is_first(const struct cursor *a, const struct cursor *b)
{
    if (at_end(a) || at_end(b))
        return at_end(b);
    uint32_t size_a = a->sizes[a->index];
    uint32_t size_b = b->sizes[b->index];
    int order = memcmp(a->keys.data, b->keys.data, size_a < size_b ? size_a : size_b);
    return order != 0 ? order < 0 : size_a < size_b;
}

/* Two containers' pages become one: the first keys of both, as many as one page holds. */
void example_kv_aggregate_scan(struct example_kv_scan_task *into, struct example_kv_scan_task *copy)
{
    if (!chi_task_aggregate_code(&into->base, &copy->base))
        return;
    struct example_kv_scan_task merged = {.limit = into->limit};
    struct cursor a = cursor_of(into);
    struct cursor b = cursor_of(copy);
    int rc = 0;
    for (uint32_t left = limit_of(into); rc == 0 && left > 0 && !(at_end(&a) && at_end(&b));
         left--) {
        struct chi_view key = is_first(&a, &b) ? take_key(&a) : take_key(&b);
        rc = add_key(&merged, key.data, (uint32_t)key.size);
    }
    into->more |= copy->more || !at_end(&a) || !at_end(&b);
    chi_string_fini(&into->keys);
    chi_vector_fini(&into->sizes);
    into->keys = merged.keys;
    into->sizes.bytes = merged.sizes.bytes;
    if (rc < 0 && into->base.return_code == 0)
        into->base.return_code = rc;
}

CHI_TASK_CC(example_kv, "0.1.0");
