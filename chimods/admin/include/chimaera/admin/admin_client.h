/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Client calls of the admin module. They go to pool 1.0 and need no client struct. Inside a handler
 * they park the calling fiber. Each returns 0 or a negative code, with chi_last_error() set.
 */
#ifndef CHIMAERA_ADMIN_CLIENT_H
#define CHIMAERA_ADMIN_CLIENT_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/admin/autogen/admin_methods.h>
#include <chimaera/params.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What to create or open; zeroed members are defaults. */
struct chimaera_admin_pool_spec {
    const char *mod_name;                   /* <NS>_<MOD>_LIBRARY */
    const char *pool_name;                  /* the user's name for the pool, never empty */
    const struct chi_schema *params_schema; /* NULL: the module takes no parameters */
    const void *params;
    chi_pool_id_t pool_id; /* the id asked for; zeroed: any */
    uint32_t containers;   /* per node, up to 16384; 0: as many as it has, 1 for a new pool */
    const struct chi_module_schemas *schemas; /* &<ns>_<mod>_schemas; NULL: not compared */
};

/*
 * Gets the pool of that name, or creates it. Sets `pool_id`. CHI_EPOOL_NAME, CHI_EPOOL_EXISTS (the
 * name or id is taken by another module, other parameters or another number of containers),
 * CHI_ESCHEMA (the module was built with another layout of a task, which the message names, or of
 * its parameters), -EINVAL (more containers than are possible), CHI_ENOMODULE, CHI_EBADMODULE,
 * -ENOMEM, what the module's Create returned, and what chi_task_new(), chi_task_enqueue() and
 * chi_task_wait() return.
 */
CHI_API int chimaera_admin_get_or_create_pool(chi_pool_query_t query,
                                              const struct chimaera_admin_pool_spec *spec,
                                              chi_pool_id_t *pool_id);

/* The same, without waiting; NULL on failure with chi_last_error_code(). */
CHI_API struct chimaera_admin_get_or_create_pool_task *chimaera_admin_get_or_create_pool_async(
    chi_pool_query_t query, const struct chimaera_admin_pool_spec *spec);

/* What to destroy, and how. */
struct chimaera_admin_destroy_spec {
    chi_pool_id_t pool_id; /* zeroed: the pool of that name */
    const char *pool_name;
    bool cancel; /* end its tasks that have not begun or wait, instead of waiting for them */
};

/*
 * Gets a pool that is there, by `spec->pool_name`, `spec->pool_id` or both. `mod_name` and
 * `schemas` are compared where they are given, the rest is not looked at. Sets `pool_id`.
 * CHI_ENOPOOL, CHI_EPOOL_NAME (neither name nor id), CHI_EPOOL_EXISTS (it is another module's, or
 * name and id are not the same pool's), CHI_ESCHEMA, and what the calls on tasks return.
 */
CHI_API int chimaera_admin_open_pool(chi_pool_query_t query,
                                     const struct chimaera_admin_pool_spec *spec,
                                     chi_pool_id_t *pool_id);

/*
 * Destroys a pool once its tasks are done; later ones get CHI_ENOPOOL, periodic ones end. With
 * `cancel` its tasks end with -ECANCELED where they have not begun or wait; that also ends the wait
 * of somebody who destroys the pool without. CHI_ENOPOOL, -EPERM (admin), what the module's Destroy
 * returned, -EDEADLK where a handler of the pool waits for it, itself or by way of subtasks.
 */
CHI_API int chimaera_admin_destroy_pool_with(chi_pool_query_t query,
                                             const struct chimaera_admin_destroy_spec *spec);

/* The same, without waiting; NULL on failure with chi_last_error_code(). */
CHI_API struct chimaera_admin_destroy_pool_task *chimaera_admin_destroy_pool_async(
    chi_pool_query_t query, const struct chimaera_admin_destroy_spec *spec);

/* The same by id, without `cancel`. */
CHI_API int chimaera_admin_destroy_pool(chi_pool_query_t query, chi_pool_id_t pool_id);

/*
 * Stops the runtime: it takes no more work, lets running tasks finish for `grace_period_ns`
 * (UINT64_MAX: as configured), destroys the pools and exits. Returns when the stop has begun.
 */
CHI_API int chimaera_admin_stop_runtime(chi_pool_query_t query, uint64_t grace_period_ns);

/* Returns when every task submitted before it, by any client, has completed. -EDEADLK in a handler.
 */
CHI_API int chimaera_admin_flush(chi_pool_query_t query);

/* Returns when every worker has answered, whatever tasks wait; one that a task holds answers when
 * that has ended or waits. */
CHI_API int chimaera_admin_ping(chi_pool_query_t query);

#ifdef __cplusplus
}
#endif

#endif
