/* SPDX-License-Identifier: BSD-3-Clause */
/* What a pool query means for a pool. The one place that knows; inline, for the path of a task. */
#ifndef CHI_TASK_QUERY_H
#define CHI_TASK_QUERY_H

#include "chimaera/hash.h"
#include "chimaera/pool_query.h"
#include "chimaera/status.h"

#define CHI_THIS_NODE 0u /* until there are others */

struct chi_query_range {
    uint32_t first;
    uint32_t count; /* 0: any container of this node will do */
};

/* The container that is meant by any container of this node, the same for all tasks of a process.
 */
static inline uint32_t chi_query_any_container(uint32_t pid, uint32_t container_count)
{
    return chi_hash_bytes(&pid, sizeof(pid)) % container_count;
}

/* The containers meant: 0 and `range`, or the code of what is wrong. */
static inline int chi_query_resolve(chi_pool_query_t query, uint32_t container_count,
                                    struct chi_query_range *range)
{
    *range = (struct chi_query_range){0, 1};
    switch (query.mode) {
    case CHI_ROUTE_NULL:
        return CHI_EQUERY_NULL;
    case CHI_ROUTE_PHYSICAL:
        if (query.first != CHI_THIS_NODE)
            return CHI_EQUERY_NODE;
        range->count = container_count > 1 ? 0 : 1;
        return 0;
    case CHI_ROUTE_LOCAL:
    case CHI_ROUTE_DYNAMIC:
        range->count = container_count > 1 ? 0 : 1;
        return 0;
    case CHI_ROUTE_DIRECT_ID:
        range->first = query.first;
        return query.first < container_count ? 0 : CHI_EQUERY_CONTAINER;
    case CHI_ROUTE_DIRECT_HASH:
        range->first = query.first % container_count;
        return 0;
    case CHI_ROUTE_RANGE:
        if (query.count == 0 || query.count > container_count ||
            query.first > container_count - query.count)
            return CHI_EQUERY_RANGE;
        *range = (struct chi_query_range){query.first, query.count};
        return 0;
    case CHI_ROUTE_BROADCAST:
        range->count = container_count;
        return 0;
    default:
        return CHI_EQUERY_MODE;
    }
}

#endif
