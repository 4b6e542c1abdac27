/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Client calls of the MOD_NAME module. Any thread; inside a handler the ones that wait park the
 * calling fiber. Each returns 0 or a negative code, and chi_last_error() says more. Beside the
 * codes named here, each may return those of chi_task_new(), chi_task_enqueue() and
 * chi_task_wait().
 */
#ifndef CHIMAERA_MOD_NAME_CLIENT_H
#define CHIMAERA_MOD_NAME_CLIENT_H

#include <chimaera/MOD_NAME/autogen/MOD_NAME_methods.h>
#include <chimaera/MOD_NAME/MOD_NAME_tasks.h>
#include <chimaera/params.h>

/* One pool of this module. Zeroed is none; holds nothing that needs freeing. */
struct chimaera_MOD_NAME_client {
    struct chi_container_client base;
};

CHI_BEGIN_DECLS

/*
 * Gets the pool `pool_name`, or creates it, and makes `client` speak to it. `params` may be NULL
 * for defaults. -ERANGE for more than 1024 workers, and the codes of
 * chimaera_admin_get_or_create_pool().
 */
CHI_API int chimaera_MOD_NAME_create(struct chimaera_MOD_NAME_client *client,
                                     chi_pool_query_t query, const char *pool_name,
                                     const struct chimaera_MOD_NAME_create_params *params);

/*
 * Makes `client` speak to the pool `pool_name`, which somebody else has made. The codes of
 * chimaera_admin_open_pool().
 */
CHI_API int chimaera_MOD_NAME_open(struct chimaera_MOD_NAME_client *client, chi_pool_query_t query,
                                   const char *pool_name);

/* Destroys the pool and leaves `client` zeroed. The codes of chimaera_admin_destroy_pool(). */
CHI_API int chimaera_MOD_NAME_destroy(struct chimaera_MOD_NAME_client *client,
                                      chi_pool_query_t query);

/*
 * Sends `text`; copies what comes back into `out` of `out_size` bytes, ended by \0, and sets
 * `result` (may be NULL) to `operation_id` + 1. -ENOBUFS where `out` is too small, -ENOMEM.
 */
CHI_API int chimaera_MOD_NAME_custom(const struct chimaera_MOD_NAME_client *client,
                                     chi_pool_query_t query, const char *text,
                                     uint32_t operation_id, char *out, size_t out_size,
                                     uint32_t *result);

/*
 * The same without waiting: chi_task_wait(&task->base), read task->data and task->result, then
 * chi_task_del(&task->base). NULL on failure with chi_last_error_code().
 */
CHI_API struct chimaera_MOD_NAME_custom_task *chimaera_MOD_NAME_custom_async(
    const struct chimaera_MOD_NAME_client *client, chi_pool_query_t query, const char *text,
    uint32_t operation_id);

/*
 * Holds the container's mutex for `hold_ns`. Chimaera numbers the moments at which such tasks enter
 * and leave; `entered` and `left` (may be NULL) are set to this one's.
 */
CHI_API int chimaera_MOD_NAME_co_mutex_test(const struct chimaera_MOD_NAME_client *client,
                                            chi_pool_query_t query, uint32_t test_id,
                                            uint64_t hold_ns, uint64_t *entered, uint64_t *left);

/* The same without waiting; see chimaera_MOD_NAME_custom_async(). */
CHI_API struct chimaera_MOD_NAME_co_mutex_test_task *chimaera_MOD_NAME_co_mutex_test_async(
    const struct chimaera_MOD_NAME_client *client, chi_pool_query_t query, uint32_t test_id,
    uint64_t hold_ns);

/* Holds the lock that all containers share for `hold_ns`, to write or to read. */
CHI_API int chimaera_MOD_NAME_co_rw_lock_test(const struct chimaera_MOD_NAME_client *client,
                                              chi_pool_query_t query, uint32_t test_id, bool writes,
                                              uint64_t hold_ns, uint64_t *entered, uint64_t *left);

/* The same without waiting; see chimaera_MOD_NAME_custom_async(). */
CHI_API struct chimaera_MOD_NAME_co_rw_lock_test_task *chimaera_MOD_NAME_co_rw_lock_test_async(
    const struct chimaera_MOD_NAME_client *client, chi_pool_query_t query, uint32_t test_id,
    bool writes, uint64_t hold_ns);

/*
 * Submits a task that nobody waits for. With `count` not NULL it is waited for after all, and
 * `count` set to how many such tasks the container has run, with this one.
 */
CHI_API int chimaera_MOD_NAME_fire_and_forget_test(const struct chimaera_MOD_NAME_client *client,
                                                   chi_pool_query_t query, uint64_t *count);

/*
 * A task that waits for a subtask, which waits for one of its own, `depth` levels deep; all hold
 * the container's mutex. `reached` (may be NULL) is set to the number of subtasks. -ERANGE for more
 * than 1000 levels.
 */
CHI_API int chimaera_MOD_NAME_wait_test(const struct chimaera_MOD_NAME_client *client,
                                        chi_pool_query_t query, uint32_t test_id, uint32_t depth,
                                        uint32_t *reached);

CHI_END_DECLS

#endif
