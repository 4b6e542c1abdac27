/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of a `chimaera bdev` command, and the pool that they name. */
#ifndef CHIMAERA_TOOL_BDEV_POOL_H
#define CHIMAERA_TOOL_BDEV_POOL_H

#include "chimaera/bdev/bdev_client.h"

struct bdev_request {
    bool json;
    uint64_t container;
    uint64_t offset; /* bytes */
    uint64_t size;   /* bytes; UINT64_MAX: up to the end */
    const char *pool;
    const char *file;
};

/* Opens the pool of a request, by name or id, and reads its statistics. `query` is then for the
 * request's container. Returns 0 or a code, recorded. */
int bdev_pool_open(const struct bdev_request *request, struct chimaera_bdev_client *client,
                   chi_pool_query_t *query, struct chimaera_bdev_stats *stats);

/* Copies a pool name from JSON to `name`, without the escapes of quotes and backslashes. Other
 * escapes stay. */
void bdev_pool_plain_name(const char *json, char *name);

#endif
