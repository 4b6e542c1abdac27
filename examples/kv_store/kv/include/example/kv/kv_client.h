/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Client calls of the kv module. Any thread; inside a handler they park the calling fiber. Each
 * returns 0 or a negative code, and chi_last_error() says more. Beside the codes named here, each
 * may return those of chi_task_new(), chi_task_enqueue() and chi_task_wait().
 */
#ifndef EXAMPLE_KV_CLIENT_H
#define EXAMPLE_KV_CLIENT_H

#include <chimaera/params.h>
#include <example/kv/autogen/kv_methods.h>
#include <example/kv/kv_tasks.h>

/* One pool of this module. Zeroed is none; holds nothing that needs freeing. */
struct example_kv_client {
    struct chi_container_client base;
};

/* Keys in order. Zeroed is empty; free with example_kv_page_fini(). */
struct example_kv_page {
    size_t count;
    char **keys; /* each ended by \0, which does not count */
    uint32_t *sizes;
    bool more; /* there are keys behind the last of these */
};

CHI_BEGIN_DECLS

/*
 * Gets the pool `pool_name`, or creates it with `containers` containers on each node (0: 2), over
 * which keys are spread. `params` may be NULL for defaults. The codes of
 * chimaera_admin_get_or_create_pool().
 */
CHI_API int example_kv_create(struct example_kv_client *client, chi_pool_query_t query,
                              const char *pool_name, uint32_t containers,
                              const struct example_kv_create_params *params);

/* Speaks to a pool that is there, whatever its parameters. The codes of chimaera_admin_open_pool().
 */
CHI_API int example_kv_open(struct example_kv_client *client, chi_pool_query_t query,
                            const char *pool_name);

/* Destroys the pool and leaves `client` zeroed. The codes of chimaera_admin_destroy_pool(). */
CHI_API int example_kv_destroy(struct example_kv_client *client, chi_pool_query_t query);

/*
 * Keeps a copy of `size` bytes of `value` under `key`. `version` may be NULL. -EINVAL for an empty
 * key or one over EXAMPLE_KV_KEY_MAX bytes, -ENOSPC, -ENOMEM.
 */
CHI_API int example_kv_put(const struct example_kv_client *client, const char *key,
                           const void *value, size_t size, uint64_t *version);

/*
 * Copies the value into `value` of `capacity` bytes and sets its `size`; -ENOBUFS with `size` set
 * where it does not fit. `version` may be NULL. -ENOENT where there is no such key.
 */
CHI_API int example_kv_get(const struct example_kv_client *client, const char *key, void *value,
                           size_t capacity, size_t *size, uint64_t *version);

/* -ENOENT where there is no such key. */
CHI_API int example_kv_delete(const struct example_kv_client *client, const char *key);

/*
 * The first `limit` keys behind `after` (NULL: of all), of all containers together. 0 or more than
 * EXAMPLE_KV_SCAN_LIMIT means that many. For the next page: `after` is this one's last key.
 */
CHI_API int example_kv_scan(const struct example_kv_client *client, const char *after,
                            uint32_t limit, struct example_kv_page *page);

CHI_API void example_kv_page_fini(struct example_kv_page *page);

CHI_END_DECLS

#endif
