/* SPDX-License-Identifier: BSD-3-Clause */
/* The routes of a thread: a hash table of pools, each with an array of its containers. No pool is
 * ever removed, because its routes would change without waiting for `routed`. */
#include "client/routes.h"

#include <stdlib.h>

#include "base/cpu.h"
#include "task/query.h"
#include "task/task_phase.h"

#define FIRST_SIZE     16u
#define CONTAINERS_MAX 65536u /* of all pools */
#define LATELY         64u    /* tasks of a route after which older ones count half */
#define MARGIN         2u     /* else two lanes that take turns would change the route each time */

struct pool_routes {
    chi_pool_id_t pool; /* null: the entry is free */
    uint32_t containers;
    struct chi_route *routes; /* [containers]; NULL in a free entry */
};

struct chi_routes {
    uint32_t size; /* a power of two, at least twice `count` */
    uint32_t count;
    uint32_t containers;
    struct pool_routes table[];
};

/* Returns the pool's entry, or the free one where it belongs. */
static struct pool_routes *find(struct chi_routes *routes, chi_pool_id_t pool)
{
    uint64_t key = (uint64_t)pool.major << 32 | pool.minor;
    uint32_t at = (uint32_t)(key * 0x9E3779B97F4A7C15u >> 32);

    for (;; at++) {
        struct pool_routes *entry = &routes->table[at & (routes->size - 1)];
        if (entry->routes == NULL || chi_pool_id_equal(entry->pool, pool))
            return entry;
    }
}

/* Makes room for one more pool. Returns false if there is no memory. */
static bool grow(struct chi_routes **routes)
{
    struct chi_routes *old = *routes;
    uint32_t size = old != NULL ? old->size * 2 : FIRST_SIZE;

    if (old != NULL && (old->count + 1) * 2 <= old->size)
        return true;
    struct chi_routes *larger = calloc(1, sizeof(*larger) + size * sizeof(larger->table[0]));
    if (larger == NULL)
        return false;
    larger->size = size;
    for (uint32_t i = 0; old != NULL && i < old->size; i++)
        if (old->table[i].routes != NULL)
            *find(larger, old->table[i].pool) = old->table[i];
    if (old != NULL) {
        larger->count = old->count;
        larger->containers = old->containers;
    }
    free(old);
    *routes = larger;
    return true;
}

void chi_routes_destroy(struct chi_routes *routes)
{
    for (uint32_t i = 0; routes != NULL && i < routes->size; i++)
        free(routes->table[i].routes);
    free(routes);
}

/* Sets the one container of the pool that runs the task. Returns false if there are several, or if
 * the module's monitor may choose. */
static bool container_of(const struct chi_task *task, uint32_t containers, uint32_t *container)
{
    struct chi_query_range range;
    if (chi_query_resolve(task->pool_query, containers, &range) < 0 || range.count > 1 ||
        (containers > 1 && task->pool_query.mode == CHI_ROUTE_DYNAMIC))
        return false;
    *container =
        range.count == 1 ? range.first : chi_query_any_container(task->node.pid, containers);
    return true;
}

struct chi_route *chi_route_take(struct chi_routes *routes, const struct chi_client *client,
                                 const struct chi_task *task)
{
    struct pool_routes *pool = find(routes, task->pool_id);
    uint32_t container;

    if (pool->routes == NULL || !container_of(task, pool->containers, &container))
        return NULL;
    struct chi_route *route = &pool->routes[container];
    if (route->lane == CHI_NO_LANE)
        return NULL;
    if (CHI_UNLIKELY(route->lane != route->wanted)) {
        const struct chi_shm_lane *lane = client->lanes[route->lane].lane;
        /* Acquire: pairs with the release of the worker, which has passed the tasks on. */
        if (atomic_load_explicit(&lane->routed, memory_order_acquire) >= route->position) {
            route->lane = route->wanted;
            route->sent = route->moved = 0;
        }
    }
    if (CHI_UNLIKELY(++route->sent == LATELY)) {
        route->sent /= 2;
        route->moved /= 2;
    }
    return route;
}

/* Returns the entry of the pool, which has that many containers; NULL: there is no room. */
static struct pool_routes *get(struct chi_routes **routes, chi_pool_id_t id, uint32_t containers)
{
    if (containers == 0 || !grow(routes))
        return NULL;
    struct pool_routes *pool = find(*routes, id);
    if (pool->routes != NULL && pool->containers == containers)
        return pool;
    /* New, or a later pool with that id. */
    uint32_t others = (*routes)->containers - (pool->routes != NULL ? pool->containers : 0);
    struct chi_route *fresh =
        others + containers <= CONTAINERS_MAX ? calloc(containers, sizeof(*fresh)) : NULL;
    if (fresh == NULL)
        return NULL;
    for (uint32_t i = 0; i < containers; i++)
        fresh[i].lane = CHI_NO_LANE;
    (*routes)->count += pool->routes == NULL;
    (*routes)->containers = others + containers;
    free(pool->routes);
    *pool = (struct pool_routes){.pool = id, .containers = containers, .routes = fresh};
    return pool;
}

void chi_routes_learn(struct chi_routes **routes, const struct chi_client *client,
                      const struct chi_task *task, uint16_t own, uint64_t position)
{
    uint32_t containers, worker, container;

    chi_task_placement(task, &worker, &containers);
    if (worker >= CHI_MAX_WORKERS || client->lane_of_worker[worker] == CHI_NO_LANE)
        return;
    struct pool_routes *pool = get(routes, task->pool_id, containers);
    if (pool == NULL || !container_of(task, containers, &container))
        return;
    struct chi_route *route = &pool->routes[container];
    if (route->lane == CHI_NO_LANE)
        *route = (struct chi_route){
            .lane = own, .wanted = client->lane_of_worker[worker], .position = position};
    else if (++route->moved * 2 > route->sent + MARGIN)
        route->wanted = client->lane_of_worker[worker];
}
