/* SPDX-License-Identifier: BSD-3-Clause */
/* The runtime's pools, out of the status that it sends as JSON. */
#ifndef CHIMAERA_TOOL_POOLS_H
#define CHIMAERA_TOOL_POOLS_H

#include "chimaera/types.h"

struct query_pool {
    chi_pool_id_t id;
    const char *name; /* UTF-8 */
    const char *module;
    uint32_t containers;
};

/*
 * Calls `visit` for each pool until it returns other than 0, which is returned; `pool` is valid
 * during the call. 0 after all of them. On failure a code, recorded.
 */
int query_pools(int (*visit)(const struct query_pool *pool, void *argument), void *argument);

#endif
