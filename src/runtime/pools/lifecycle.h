/* SPDX-License-Identifier: BSD-3-Clause */
/* A pool's memory, and Create and Destroy of its containers. Called by pools.c in a handler. */
#ifndef CHI_RUNTIME_POOLS_LIFECYCLE_H
#define CHI_RUNTIME_POOLS_LIFECYCLE_H

#include "runtime/module/pool.h"
#include "runtime/pools/pools.h"

/* Allocates a pool with its containers, whose Create has not run. NULL: out of memory. Never parks.
 */
struct chi_pool *chi_pool_make(struct chi_runtime *runtime, const struct chi_pool_request *request,
                               const struct chi_module *module, chi_pool_id_t id);

/* Frees a pool whose Destroy has run, or whose Create has not. NULL is allowed. Never parks. */
void chi_pool_free(struct chi_pool *pool);

/*
 * Runs Create of each container, in order. After a failure it runs Destroy of those before. Parks
 * the calling fiber. Returns 0, or the code of the Create that failed.
 */
int chi_pool_create_containers(struct chi_pool *pool);

/*
 * Runs Destroy of the first `count` containers, from the last to the first, several at a time.
 * Parks the calling fiber. Returns 0, or the first negative code.
 */
int chi_pool_destroy_containers(struct chi_pool *pool, uint32_t count);

#endif
