/* SPDX-License-Identifier: BSD-3-Clause */
/* A pool's memory and its containers' Create and Destroy; for pools.c. In a handler. */
#ifndef CHI_RUNTIME_LIFECYCLE_H
#define CHI_RUNTIME_LIFECYCLE_H

#include "runtime/module/pool.h"
#include "runtime/pools/pools.h"

/* A pool with its containers, whose Create has not run; NULL where memory is out. */
struct chi_pool *chi_pool_make(struct chi_runtime *runtime, const struct chi_pool_request *request,
                               const struct chi_module *module, chi_pool_id_t id);
void chi_pool_free(struct chi_pool *pool);

/* Runs Create of each, in order; where one fails, Destroy of those before. Parks. */
int chi_pool_create_containers(struct chi_pool *pool);
/* Runs Destroy of the first `count`, the last ones first, some at a time. Their first error. Parks.
 */
int chi_pool_destroy_containers(struct chi_pool *pool, uint32_t count);

#endif
