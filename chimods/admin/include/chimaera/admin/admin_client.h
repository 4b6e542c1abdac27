/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Client calls of the admin module. They use pool 1.0 and need no client struct. Calls that wait
 * park the calling fiber in a handler and block the thread elsewhere. Any thread. On failure they
 * set chi_last_error(). Besides the codes that are listed, each call may return those of
 * chi_task_new(), chi_task_enqueue() and chi_task_wait().
 */
#ifndef CHIMAERA_ADMIN_CLIENT_H
#define CHIMAERA_ADMIN_CLIENT_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/admin/autogen/admin_methods.h>
#include <chimaera/params.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The pool to create or open. Zeroed members: defaults. */
struct chimaera_admin_pool_spec {
    const char *mod_name;                   /* <NS>_<MOD>_LIBRARY */
    const char *pool_name;                  /* chosen by the user; not empty */
    const struct chi_schema *params_schema; /* NULL: the module takes no parameters */
    const void *params;
    chi_pool_id_t pool_id; /* requested id; zeroed: any */
    uint32_t containers;   /* per node, up to 16384; 0: any number, 1 for a new pool */
    const struct chi_module_schemas *schemas; /* &<ns>_<mod>_schemas; NULL: no comparison */
};

/*
 * Gets the pool with the name of `spec`, or creates it. Waits until it exists.
 *   query     containers of the admin pool, normally chi_pool_query_local()
 *   pool_id   set on success
 * Returns 0, or
 *   CHI_EPOOL_NAME     the name is empty or too long
 *   CHI_EPOOL_EXISTS   the name or id belongs to a pool of another module, with other parameters,
 *                      or with another number of containers
 *   CHI_ESCHEMA        the module was built with a different layout of a task, which
 *                      chi_last_error() names, or of its parameters
 *   -EINVAL            too many containers
 *   CHI_ENOMODULE      the module's library was not found
 *   CHI_EBADMODULE     the library is not a usable module
 *   -ENOMEM            out of memory
 *   other codes        those of the module's Create
 */
CHI_API int chimaera_admin_get_or_create_pool(chi_pool_query_t query,
                                              const struct chimaera_admin_pool_spec *spec,
                                              chi_pool_id_t *pool_id);

/*
 * Requests a pool without waiting.
 * Returns the task, or NULL with chi_last_error_code().
 */
CHI_API struct chimaera_admin_get_or_create_pool_task *chimaera_admin_get_or_create_pool_async(
    chi_pool_query_t query, const struct chimaera_admin_pool_spec *spec);

/* The pool to destroy, and how. */
struct chimaera_admin_destroy_spec {
    chi_pool_id_t pool_id; /* zeroed: the pool is selected by name */
    const char *pool_name;
    bool cancel; /* cancel its queued and parked tasks instead of waiting for them */
};

/*
 * Gets an existing pool by `spec->pool_name`, `spec->pool_id` or both. Compares `mod_name` and
 * `schemas` if they are set, and ignores the other members. Waits for the answer.
 *   pool_id   set on success
 * Returns 0, or
 *   CHI_ENOPOOL        no such pool
 *   CHI_EPOOL_NAME     `spec` has neither name nor id
 *   CHI_EPOOL_EXISTS   the pool belongs to another module, or name and id belong to different pools
 *   CHI_ESCHEMA        the module was built with a different layout of a task
 */
CHI_API int chimaera_admin_open_pool(chi_pool_query_t query,
                                     const struct chimaera_admin_pool_spec *spec,
                                     chi_pool_id_t *pool_id);

/*
 * Destroys a pool when its tasks are done, and waits for that. Tasks submitted later complete with
 * CHI_ENOPOOL; periodic tasks end. With `cancel`, queued and parked tasks of the pool end with
 * -ECANCELED; this also completes earlier calls without `cancel`.
 * Returns 0, or
 *   CHI_ENOPOOL   no such pool
 *   -EPERM        it is the admin pool
 *   -EDEADLK      a handler of the pool waits for this call, directly or through subtasks
 *   other codes   those of the module's Destroy
 */
CHI_API int chimaera_admin_destroy_pool_with(chi_pool_query_t query,
                                             const struct chimaera_admin_destroy_spec *spec);

/*
 * Requests the destruction of a pool without waiting.
 * Returns the task, or NULL with chi_last_error_code().
 */
CHI_API struct chimaera_admin_destroy_pool_task *chimaera_admin_destroy_pool_async(
    chi_pool_query_t query, const struct chimaera_admin_destroy_spec *spec);

/*
 * Destroys a pool by id, without `cancel`.
 * Returns 0, or a code of chimaera_admin_destroy_pool_with().
 */
CHI_API int chimaera_admin_destroy_pool(chi_pool_query_t query, chi_pool_id_t pool_id);

/*
 * Stops the runtime: it refuses new tasks, gives running tasks a grace period, destroys the pools
 * and exits. Waits until the stop has started.
 *   grace_period_ns   nanoseconds; UINT64_MAX: runtime.grace_period
 * Returns 0, or a code of the calls on tasks.
 */
CHI_API int chimaera_admin_stop_runtime(chi_pool_query_t query, uint64_t grace_period_ns);

/*
 * Waits until all tasks that were submitted before, by any client, have completed.
 * Returns 0, or
 *   -EDEADLK   called in a handler
 */
CHI_API int chimaera_admin_flush(chi_pool_query_t query);

/*
 * Waits until every worker has answered, regardless of parked tasks. A worker that a task occupies
 * answers when that task ends or parks.
 * Returns 0, or a code of the calls on tasks.
 */
CHI_API int chimaera_admin_ping(chi_pool_query_t query);

#ifdef __cplusplus
}
#endif

#endif
