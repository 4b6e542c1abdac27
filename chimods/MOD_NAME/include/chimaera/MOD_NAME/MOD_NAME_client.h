/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Client calls of the MOD_NAME module. Any thread. Calls that wait park the calling fiber in a
 * handler and block the thread elsewhere. On failure they set chi_last_error(). Besides the codes
 * that are listed, each call may return those of chi_task_new(), chi_task_enqueue() and
 * chi_task_wait().
 */
#ifndef CHIMAERA_MOD_NAME_CLIENT_H
#define CHIMAERA_MOD_NAME_CLIENT_H

#include <chimaera/MOD_NAME/autogen/MOD_NAME_methods.h>
#include <chimaera/MOD_NAME/MOD_NAME_tasks.h>
#include <chimaera/params.h>

/* A pool of this module. Zeroed: none. Holds nothing that must be freed. */
struct chimaera_MOD_NAME_client {
    struct chi_container_client base;
};

CHI_BEGIN_DECLS

/*
 * Gets the pool `pool_name`, or creates it, and connects `client` to it.
 *   params   NULL: defaults
 * Returns 0, or
 *   -ERANGE       worker_count is above 1024
 *   other codes   those of chimaera_admin_get_or_create_pool()
 */
CHI_API int chimaera_MOD_NAME_create(struct chimaera_MOD_NAME_client *client,
                                     chi_pool_query_t query, const char *pool_name,
                                     const struct chimaera_MOD_NAME_create_params *params);

/*
 * Connects `client` to the existing pool `pool_name`.
 * Returns 0, or a code of chimaera_admin_open_pool().
 */
CHI_API int chimaera_MOD_NAME_open(struct chimaera_MOD_NAME_client *client, chi_pool_query_t query,
                                   const char *pool_name);

/*
 * Destroys the pool and zeroes `client`.
 * Returns 0, or a code of chimaera_admin_destroy_pool().
 */
CHI_API int chimaera_MOD_NAME_destroy(struct chimaera_MOD_NAME_client *client,
                                      chi_pool_query_t query);

/*
 * Sends `text` and waits for the answer.
 *   out        receives the answer with a final \0
 *   out_size   bytes
 *   result     set to operation_id + 1; may be NULL
 * Returns 0, or
 *   -ENOBUFS   `out` is too small
 *   -ENOMEM    out of memory
 */
CHI_API int chimaera_MOD_NAME_custom(const struct chimaera_MOD_NAME_client *client,
                                     chi_pool_query_t query, const char *text,
                                     uint32_t operation_id, char *out, size_t out_size,
                                     uint32_t *result);

/*
 * Sends `text` without waiting. Call chi_task_wait(&task->base), read task->data and task->result,
 * then call chi_task_del(&task->base).
 * Returns the task, or NULL with chi_last_error_code().
 */
CHI_API struct chimaera_MOD_NAME_custom_task *chimaera_MOD_NAME_custom_async(
    const struct chimaera_MOD_NAME_client *client, chi_pool_query_t query, const char *text,
    uint32_t operation_id);

/*
 * Holds the container's mutex. The module numbers the moments at which such tasks acquire and
 * release it.
 *   hold_ns         nanoseconds
 *   entered, left   set to the numbers of this task; may be NULL
 * Returns 0, or a code of the calls on tasks.
 */
CHI_API int chimaera_MOD_NAME_co_mutex_test(const struct chimaera_MOD_NAME_client *client,
                                            chi_pool_query_t query, uint32_t test_id,
                                            uint64_t hold_ns, uint64_t *entered, uint64_t *left);

/* The same without waiting; see chimaera_MOD_NAME_custom_async(). */
CHI_API struct chimaera_MOD_NAME_co_mutex_test_task *chimaera_MOD_NAME_co_mutex_test_async(
    const struct chimaera_MOD_NAME_client *client, chi_pool_query_t query, uint32_t test_id,
    uint64_t hold_ns);

/*
 * Holds the lock that all containers share. Otherwise as chimaera_MOD_NAME_co_mutex_test().
 *   writes   whether to lock for writing
 */
CHI_API int chimaera_MOD_NAME_co_rw_lock_test(const struct chimaera_MOD_NAME_client *client,
                                              chi_pool_query_t query, uint32_t test_id, bool writes,
                                              uint64_t hold_ns, uint64_t *entered, uint64_t *left);

/* The same without waiting; see chimaera_MOD_NAME_custom_async(). */
CHI_API struct chimaera_MOD_NAME_co_rw_lock_test_task *chimaera_MOD_NAME_co_rw_lock_test_async(
    const struct chimaera_MOD_NAME_client *client, chi_pool_query_t query, uint32_t test_id,
    bool writes, uint64_t hold_ns);

/*
 * Submits a task without waiting for it.
 *   count   NULL, or set to the number of such tasks that the container has run, including this
 *           one; then the call waits
 * Returns 0, or a code of the calls on tasks.
 */
CHI_API int chimaera_MOD_NAME_fire_and_forget_test(const struct chimaera_MOD_NAME_client *client,
                                                   chi_pool_query_t query, uint64_t *count);

/*
 * Runs a task that waits for a subtask, which waits for its own subtask, and so on. All hold the
 * container's mutex.
 *   depth     number of levels
 *   reached   set to the number of subtasks; may be NULL
 * Returns 0, or
 *   -ERANGE   depth is above 1000
 */
CHI_API int chimaera_MOD_NAME_wait_test(const struct chimaera_MOD_NAME_client *client,
                                        chi_pool_query_t query, uint32_t test_id, uint32_t depth,
                                        uint32_t *reached);

CHI_END_DECLS

#endif
