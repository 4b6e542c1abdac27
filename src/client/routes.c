/* SPDX-License-Identifier: BSD-3-Clause */
/* The routes of a thread: a hash table with open addressing, from which nothing is removed. */
#include "client/routes.h"

#include <stdlib.h>

#include "base/cpu.h"
#include "task/task_phase.h"

#define FIRST_SIZE 64u

/* In place of a container's number. */
#define ANY_CONTAINER 0xFFFFFFFFu /* the runtime chooses, the same for all tasks of a process */
#define WHOLE_POOL    0xFFFFFFFEu /* with method 0: the number of containers of the pool */

struct chi_routes {
    uint32_t size; /* a power of two, at least twice `count` */
    uint32_t count;
    struct chi_route table[]; /* an entry with a null pool is free */
};

static struct chi_routes *create(uint32_t size)
{
    struct chi_routes *routes = calloc(1, sizeof(*routes) + size * sizeof(struct chi_route));
    if (routes != NULL)
        routes->size = size;
    return routes;
}

void chi_routes_destroy(struct chi_routes *routes)
{
    free(routes);
}

/* Returns the entry with that key, or the free one where it belongs. */
static struct chi_route *find(struct chi_routes *routes, chi_pool_id_t pool, uint32_t method,
                              uint32_t container)
{
    uint64_t key = ((uint64_t)pool.major << 32 | pool.minor) ^
                   ((uint64_t)container << 20 | method) * 0x9E3779B97F4A7C15u;
    uint32_t at = (uint32_t)(key * 0x9E3779B97F4A7C15u >> 32);

    for (;; at++) {
        struct chi_route *route = &routes->table[at & (routes->size - 1)];
        if (chi_pool_id_is_null(route->pool) ||
            (chi_pool_id_equal(route->pool, pool) && route->method == method &&
             route->container == container))
            return route;
    }
}

/* Makes room for two more entries. Returns false if there is none. */
static bool grow(struct chi_routes **routes)
{
    struct chi_routes *old = *routes;
    if (old != NULL && (old->count + 2) * 2 <= old->size)
        return true;
    if (old != NULL && old->count + 2 > CHI_ROUTES_MAX)
        return false;
    struct chi_routes *larger = create(old != NULL ? old->size * 2 : FIRST_SIZE);
    if (larger == NULL)
        return false;
    for (uint32_t i = 0; old != NULL && i < old->size; i++) {
        const struct chi_route *route = &old->table[i];
        if (!chi_pool_id_is_null(route->pool))
            *find(larger, route->pool, route->method, route->container) = *route;
    }
    larger->count = old != NULL ? old->count : 0;
    free(old);
    *routes = larger;
    return true;
}

/* Sets the container that the query means, of a pool with `containers`, 0: not known. */
static bool container_of(chi_pool_query_t query, uint32_t containers, uint32_t *container)
{
    switch (query.mode) {
    case CHI_ROUTE_LOCAL:
    case CHI_ROUTE_DYNAMIC:
    case CHI_ROUTE_PHYSICAL:
        *container = ANY_CONTAINER;
        return true;
    case CHI_ROUTE_DIRECT_ID:
        *container = query.first;
        return true;
    case CHI_ROUTE_DIRECT_HASH:
        *container = containers > 0 ? query.first % containers : 0;
        return containers > 0;
    default:
        return false; /* several containers */
    }
}

struct chi_route *chi_route_of(struct chi_routes *routes, const struct chi_client *client,
                               const struct chi_task *task)
{
    uint32_t containers = 0, container;
    if (task->pool_query.mode == CHI_ROUTE_DIRECT_HASH)
        containers = find(routes, task->pool_id, 0, WHOLE_POOL)->containers;
    if (!container_of(task->pool_query, containers, &container))
        return NULL;
    struct chi_route *route = find(routes, task->pool_id, task->method, container);
    if (chi_pool_id_is_null(route->pool))
        return NULL;
    if (CHI_UNLIKELY(route->lane != route->wanted)) {
        const struct chi_shm_lane *lane = client->lanes[route->lane].lane;
        /* Acquire: pairs with the release of the worker, which has passed the tasks on. */
        if (atomic_load_explicit(&lane->routed, memory_order_acquire) >= route->position)
            route->lane = route->wanted;
    }
    return route;
}

static struct chi_route *get(struct chi_routes *routes, chi_pool_id_t pool, uint32_t method,
                             uint32_t container, bool *made)
{
    struct chi_route *route = find(routes, pool, method, container);
    *made = chi_pool_id_is_null(route->pool);
    if (*made) {
        *route = (struct chi_route){.pool = pool, .method = method, .container = container};
        routes->count++;
    }
    return route;
}

void chi_routes_learn(struct chi_routes **routes, const struct chi_client *client,
                      const struct chi_task *task, uint16_t own, uint64_t position)
{
    uint32_t containers, worker, container;
    bool made;

    chi_task_placement(task, &worker, &containers);
    if (worker >= CHI_MAX_WORKERS || client->lane_of_worker[worker] == CHI_NO_LANE ||
        chi_pool_id_is_null(task->pool_id) ||
        !container_of(task->pool_query, containers, &container) || !grow(routes))
        return;
    if (task->pool_query.mode == CHI_ROUTE_DIRECT_HASH)
        get(*routes, task->pool_id, 0, WHOLE_POOL, &made)->containers = containers;
    struct chi_route *route = get(*routes, task->pool_id, task->method, container, &made);
    if (made) {
        route->lane = own;
        route->position = position;
    }
    route->wanted = client->lane_of_worker[worker];
}
