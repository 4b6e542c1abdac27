/* SPDX-License-Identifier: BSD-3-Clause */
/* Client side of the kv module. Any thread. */
#include <chimaera/admin/admin_client.h>
#include <chimaera/hash.h>
#include <chimaera/status.h>
#include <errno.h>
#include <example/kv/kv_client.h>
#include <stdlib.h>
#include <string.h>

int example_kv_create(struct example_kv_client *client, chi_pool_query_t query,
                      const char *pool_name, uint32_t containers,
                      const struct example_kv_create_params *params)
{
    const struct example_kv_create_params defaults = {0};
    const struct chimaera_admin_pool_spec spec = {
        .mod_name = EXAMPLE_KV_LIBRARY,
        .pool_name = pool_name,
        .containers = containers > 0 ? containers : 2,
        .params_schema = &example_kv_create_params_schema,
        .params = params != NULL ? params : &defaults,
        .schemas = &example_kv_schemas,
    };
    return chimaera_admin_get_or_create_pool(query, &spec, &client->base.pool_id);
}

int example_kv_open(struct example_kv_client *client, chi_pool_query_t query, const char *pool_name)
{
    const struct chimaera_admin_pool_spec spec = {
        .mod_name = EXAMPLE_KV_LIBRARY,
        .pool_name = pool_name,
        .schemas = &example_kv_schemas,
    };
    return chimaera_admin_open_pool(query, &spec, &client->base.pool_id);
}

int example_kv_destroy(struct example_kv_client *client, chi_pool_query_t query)
{
    int rc = chimaera_admin_destroy_pool(query, client->base.pool_id);
    if (rc == 0)
        *client = (struct example_kv_client){0};
    return rc;
}

/* The container of the key: put, get and delete agree on it. */
static chi_pool_query_t home_of(const char *key)
{
    return chi_pool_query_direct_hash(chi_hash_bytes(key, strlen(key)));
}

/* Sends the task unless `rc` says that filling it in failed, and waits for it. */
static int call(struct chi_task *task, int rc, const char *verb, const char *key)
{
    if (rc == 0)
        rc = chi_task_enqueue(task);
    if (rc == 0)
        rc = chi_task_wait(task);
    return rc < 0 ? chi_error(rc, "cannot %s \"%s\": %s", verb, key, chi_strerror(rc)) : rc;
}

int example_kv_put(const struct example_kv_client *client, const char *key, const void *value,
                   size_t size, uint64_t *version)
{
    struct example_kv_put_task *task =
        CHI_TASK_NEW(example_kv_put, client->base.pool_id, home_of(key));
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_string_set(&task->key, key);
    if (rc == 0)
        rc = chi_string_assign(&task->value, value, size);
    rc = call(&task->base, rc, "put", key);
    if (rc == 0 && version != NULL)
        *version = task->version;
    chi_task_del(&task->base);
    return rc;
}

int example_kv_get(const struct example_kv_client *client, const char *key, void *value,
                   size_t capacity, size_t *size, uint64_t *version)
{
    struct example_kv_get_task *task =
        CHI_TASK_NEW(example_kv_get, client->base.pool_id, home_of(key));
    if (task == NULL)
        return chi_last_error_code();
    int rc = call(&task->base, chi_string_set(&task->key, key), "get", key);
    if (rc == 0) {
        struct chi_view view = chi_string_view(&task->value);
        *size = view.size;
        if (version != NULL)
            *version = task->version;
        if (view.size > capacity)
            rc = chi_error(-ENOBUFS, "the value of \"%s\" has %zu bytes; there is room for %zu",
                           key, view.size, capacity);
        else
            memcpy(value, view.data, view.size);
    }
    chi_task_del(&task->base);
    return rc;
}

int example_kv_delete(const struct example_kv_client *client, const char *key)
{
    struct example_kv_delete_task *task =
        CHI_TASK_NEW(example_kv_delete, client->base.pool_id, home_of(key));
    if (task == NULL)
        return chi_last_error_code();
    int rc = call(&task->base, chi_string_set(&task->key, key), "delete", key);
    chi_task_del(&task->base);
    return rc;
}

static int add_key(struct example_kv_page *page, const char *key, uint32_t size)
{
    char *copy = malloc((size_t)size + 1);
    if (copy == NULL)
        return -ENOMEM;
    memcpy(copy, key, size);
    copy[size] = '\0';
    page->keys[page->count] = copy;
    page->sizes[page->count++] = size;
    return 0;
}

static int read_page(struct example_kv_scan_task *task, struct example_kv_page *page)
{
    struct chi_view keys = chi_string_view(&task->keys);
    const uint32_t *sizes = chi_vector_items(&task->sizes);
    size_t count = chi_vector_count(&task->sizes);
    page->keys = calloc(count + 1, sizeof(*page->keys));
    page->sizes = calloc(count + 1, sizeof(*page->sizes));
    int rc = page->keys != NULL && page->sizes != NULL ? 0 : -ENOMEM;
    for (size_t i = 0, at = 0; rc == 0 && i < count; at += sizes[i++])
        rc = sizes[i] <= keys.size - at ? add_key(page, keys.data + at, sizes[i]) : -EPROTO;
    page->more = task->more;
    return rc;
}

int example_kv_scan(const struct example_kv_client *client, const char *after, uint32_t limit,
                    struct example_kv_page *page)
{
    *page = (struct example_kv_page){0};
    struct example_kv_scan_task *task =
        CHI_TASK_NEW(example_kv_scan, client->base.pool_id, chi_pool_query_broadcast());
    if (task == NULL)
        return chi_last_error_code();
    task->limit = limit;
    const char *from = after != NULL ? after : "";
    int rc = call(&task->base, chi_string_set(&task->after, from), "scan after", from);
    if (rc == 0)
        rc = read_page(task, page);
    if (rc < 0)
        example_kv_page_fini(page);
    chi_task_del(&task->base);
    return rc;
}

void example_kv_page_fini(struct example_kv_page *page)
{
    for (size_t i = 0; i < page->count; i++)
        free(page->keys[i]);
    free(page->keys);
    free(page->sizes);
    *page = (struct example_kv_page){0};
}
