/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools are made, found and destroyed. In a handler of the admin module unless said; parks. */
#ifndef CHI_RUNTIME_POOLS_H
#define CHI_RUNTIME_POOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "chimaera/types.h"

struct chi_runtime;
struct chimaera_admin_task_hash;

struct chi_pool_request {
    const char *mod_name;
    const char *pool_name;
    const char *params; /* archive */
    size_t params_size;
    chi_pool_id_t pool_id;                          /* {0, 0}: any */
    uint32_t containers;                            /* 0: as many as it has; 1 for a new one */
    const struct chimaera_admin_task_hash *schemas; /* what the client takes the tasks to be */
    size_t schema_count;
};

struct chi_pool_answer {
    chi_pool_id_t pool_id;
    uint32_t containers;
    bool created; /* false: it was there */
};

/*
 * Gets or creates a pool. In a handler; parks. 0 with `answer` set, or a code with the reason in
 * chi_last_error().
 */
CHI_API int chi_pool_get_or_create(struct chi_runtime *runtime,
                                   const struct chi_pool_request *request,
                                   struct chi_pool_answer *answer);

/* The id of the pool of that name. 0 or CHI_ENOPOOL. */
int chi_pool_id_by_name(struct chi_runtime *runtime, const char *name, chi_pool_id_t *id);

/*
 * Finds a pool by name, id or both; an empty `mod_name` is any. In a handler; parks while it is
 * being created or destroyed. 0 with `pool_id` set, or a code with the reason in chi_last_error().
 */
int chi_pool_open(struct chi_runtime *runtime, const struct chi_pool_request *request,
                  chi_pool_id_t *pool_id);

/*
 * Destroys a pool when its tasks have completed; with `cancel` those that have not begun or wait
 * are ended, also where somebody else destroys it already and waits. In a handler; parks, and is
 * not cut short. CHI_ENOPOOL, -EPERM for admin, -EDEADLK where a handler of the pool waits for
 * this; it stays then. What Destroy returned.
 */
int chi_pool_destroy(struct chi_runtime *runtime, chi_pool_id_t id, bool cancel);

/* Destroys all pools, admin last. In a handler; parks. */
int chi_pool_destroy_all(struct chi_runtime *runtime);

/* Parks until every worker has handled a message. Not to be cut short: shielded. */
void chi_pool_pass_all_workers(struct chi_runtime *runtime);

#endif
