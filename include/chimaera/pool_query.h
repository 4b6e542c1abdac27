/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pool query selects the containers of a pool that run a task. A plain value; compare with
 * memcmp(). All functions: any thread; never park.
 */
#ifndef CHIMAERA_POOL_QUERY_H
#define CHIMAERA_POOL_QUERY_H

#include "chimaera/types.h"

enum chi_routing_mode {
    CHI_ROUTE_NULL = 0, /* refused; use one of the functions below to make a query */
    CHI_ROUTE_LOCAL = 1,
    CHI_ROUTE_DIRECT_ID = 2,
    CHI_ROUTE_DIRECT_HASH = 3,
    CHI_ROUTE_RANGE = 4,
    CHI_ROUTE_BROADCAST = 5,
    CHI_ROUTE_PHYSICAL = 6,
    CHI_ROUTE_DYNAMIC = 7,
    CHI_ROUTE_COUNT = 8,
};

typedef struct chi_pool_query {
    uint32_t mode;  /* enum chi_routing_mode */
    uint32_t first; /* container, hash, first of a range, or node */
    uint32_t count; /* of a range; else 0 */
} chi_pool_query_t;

static inline chi_pool_query_t chi_pool_query_make(uint32_t mode, uint32_t first, uint32_t count)
{
    chi_pool_query_t query = {mode, first, count};
    return query;
}

/*
 * Selects one container of this node. For a handler of the same pool: its own container. Else the
 * container is chosen by the id of the calling process, so one process always gets the same one.
 */
static inline chi_pool_query_t chi_pool_query_local(void)
{
    return chi_pool_query_make(CHI_ROUTE_LOCAL, 0, 0);
}

/* Selects the container with this id. */
static inline chi_pool_query_t chi_pool_query_direct_id(chi_container_id_t container)
{
    return chi_pool_query_make(CHI_ROUTE_DIRECT_ID, container, 0);
}

/* Selects the container `hash` modulo the number of containers; see chi_hash_bytes() for keys. */
static inline chi_pool_query_t chi_pool_query_direct_hash(uint32_t hash)
{
    return chi_pool_query_make(CHI_ROUTE_DIRECT_HASH, hash, 0);
}

/* Selects `count` containers, starting with the container `first`. */
static inline chi_pool_query_t chi_pool_query_range(uint32_t first, uint32_t count)
{
    return chi_pool_query_make(CHI_ROUTE_RANGE, first, count);
}

/* Selects all containers of the pool. */
static inline chi_pool_query_t chi_pool_query_broadcast(void)
{
    return chi_pool_query_make(CHI_ROUTE_BROADCAST, 0, 0);
}

/*
 * Selects a container on this node of the cluster, as a local query on that node does. 0: this
 * node.
 */
static inline chi_pool_query_t chi_pool_query_physical(chi_node_id_t node)
{
    return chi_pool_query_make(CHI_ROUTE_PHYSICAL, node, 0);
}

/* Lets the module's monitor choose (CHI_MONITOR_GLOBAL_SCHEDULE). Local if the monitor does not. */
static inline chi_pool_query_t chi_pool_query_dynamic(void)
{
    return chi_pool_query_make(CHI_ROUTE_DYNAMIC, 0, 0);
}

/* ---- The content of a query. */

static inline enum chi_routing_mode chi_pool_query_mode(chi_pool_query_t query)
{
    return query.mode < CHI_ROUTE_COUNT ? (enum chi_routing_mode)query.mode : CHI_ROUTE_NULL;
}

static inline bool chi_pool_query_is_null(chi_pool_query_t query)
{
    return query.mode == CHI_ROUTE_NULL;
}

static inline bool chi_pool_query_is_local(chi_pool_query_t query)
{
    return query.mode == CHI_ROUTE_LOCAL;
}

static inline bool chi_pool_query_is_direct_id(chi_pool_query_t query)
{
    return query.mode == CHI_ROUTE_DIRECT_ID;
}

static inline bool chi_pool_query_is_direct_hash(chi_pool_query_t query)
{
    return query.mode == CHI_ROUTE_DIRECT_HASH;
}

static inline bool chi_pool_query_is_range(chi_pool_query_t query)
{
    return query.mode == CHI_ROUTE_RANGE;
}

static inline bool chi_pool_query_is_broadcast(chi_pool_query_t query)
{
    return query.mode == CHI_ROUTE_BROADCAST;
}

static inline bool chi_pool_query_is_physical(chi_pool_query_t query)
{
    return query.mode == CHI_ROUTE_PHYSICAL;
}

static inline bool chi_pool_query_is_dynamic(chi_pool_query_t query)
{
    return query.mode == CHI_ROUTE_DYNAMIC;
}

/* The parts of a query. Each returns 0 for a query of a different mode. */

static inline chi_container_id_t chi_pool_query_container_id(chi_pool_query_t query)
{
    return chi_pool_query_is_direct_id(query) ? query.first : 0;
}

static inline uint32_t chi_pool_query_hash(chi_pool_query_t query)
{
    return chi_pool_query_is_direct_hash(query) ? query.first : 0;
}

static inline chi_container_id_t chi_pool_query_range_offset(chi_pool_query_t query)
{
    return chi_pool_query_is_range(query) ? query.first : 0;
}

static inline uint32_t chi_pool_query_range_count(chi_pool_query_t query)
{
    return chi_pool_query_is_range(query) ? query.count : 0;
}

static inline chi_node_id_t chi_pool_query_node_id(chi_pool_query_t query)
{
    return chi_pool_query_is_physical(query) ? query.first : 0;
}

#define CHI_POOL_QUERY_TEXT_SIZE 32

CHI_BEGIN_DECLS

/*
 * Parses the text form: "local", "broadcast", "dynamic", "direct_id:3", "direct_hash:77",
 * "range:0:10", "physical:2".
 * Returns 0, or
 *   -EINVAL   the text is malformed; chi_last_error() names the expected forms
 */
CHI_API int chi_pool_query_parse(const char *text, chi_pool_query_t *query);

/*
 * Checks whether a pool with `container_count` containers can route the query.
 * Returns 0, or a negative code with chi_last_error() set:
 *   CHI_EQUERY_NULL        the query is null
 *   CHI_EQUERY_MODE        the mode is unknown
 *   CHI_EQUERY_CONTAINER   the container does not exist
 *   CHI_EQUERY_RANGE       the range is empty or exceeds the last container
 *   CHI_EQUERY_NODE        the node does not exist
 *   -EINVAL                container_count is 0
 */
CHI_API int chi_pool_query_check(chi_pool_query_t query, uint32_t container_count);

/* Writes the text form into `text`, CHI_POOL_QUERY_TEXT_SIZE bytes, and returns `text`. */
CHI_API char *chi_pool_query_format(chi_pool_query_t query, char *text);

CHI_END_DECLS

#endif
