/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of pools: found by id without a lock; found by name, and changed, under its lock. A
 * hash table with open addressing. Places of removed pools are marked, so that a search continues
 * behind them. Workers, and the thread that starts the runtime.
 */
#include "runtime/module/pool_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "chimaera/status.h"
#include "runtime/core/runtime.h"
#include "runtime/module/module.h"
#include "runtime/module/pool.h"

/* Marks the place of a removed pool. */
struct chi_pool chi_pool_gone = {.id = {0, 0}, .state = CHI_POOL_DYING};

int chi_pool_table_create(struct chi_runtime *runtime, struct chi_pool_table **out)
{
    struct chi_pool_table *table = calloc(1, sizeof(*table));
    if (table == NULL)
        return -ENOMEM;
    pthread_mutex_init(&table->lock, NULL);
    table->next_major = CHI_ADMIN_POOL_ID.major;
    table->modules.paths = runtime->config.module_paths;
    table->modules.loading = runtime->mode.stepped    ? CHI_MODULE_HERE
                             : runtime->mode.embedded ? CHI_MODULE_APART
                                                      : CHI_MODULE_COPIED;
    *out = table;
    return 0;
}

void chi_pool_table_destroy(struct chi_pool_table *table)
{
    chi_module_table_fini(&table->modules);
    pthread_mutex_destroy(&table->lock);
    free(table);
}

/* ---- lock held */

_Atomic(struct chi_pool *) *chi_pool_place(struct chi_pool_table *table, chi_pool_id_t id)
{
    for (uint32_t i = 0; i < CHI_POOL_TABLE_SIZE; i++) {
        _Atomic(struct chi_pool *) *place = &table->places[(id.major + i) % CHI_POOL_TABLE_SIZE];
        struct chi_pool *pool = atomic_load_explicit(place, memory_order_relaxed);
        if (pool == NULL)
            return NULL;
        if (pool != &chi_pool_gone && chi_pool_id_equal(pool->id, id))
            return place;
    }
    return NULL;
}

struct chi_pool *chi_pool_by_name(struct chi_pool_table *table, const char *name)
{
    for (uint32_t i = 0; i < CHI_POOL_TABLE_SIZE; i++) {
        struct chi_pool *pool = atomic_load_explicit(&table->places[i], memory_order_relaxed);
        if (pool != NULL && pool != &chi_pool_gone && strcmp(pool->name, name) == 0)
            return pool;
    }
    return NULL;
}

int chi_pool_insert(struct chi_pool_table *table, struct chi_pool *pool)
{
    if (table->count >= CHI_POOL_TABLE_SIZE / 2)
        return chi_error(-ENFILE, "there are %u pools already, which is the maximum", table->count);
    for (uint32_t i = pool->id.major;; i++) {
        _Atomic(struct chi_pool *) *place = &table->places[i % CHI_POOL_TABLE_SIZE];
        struct chi_pool *there = atomic_load_explicit(place, memory_order_relaxed);
        if (there == NULL || there == &chi_pool_gone) {
            /* Release: pairs with the acquire in chi_pool_find(). */
            atomic_store_explicit(place, pool, memory_order_release);
            table->count++;
            return 0;
        }
    }
}

/* Marks at the end of a chain are removed, so that they do not accumulate. */
void chi_pool_drop(struct chi_pool_table *table, struct chi_pool *pool)
{
    uint32_t place = (uint32_t)(chi_pool_place(table, pool->id) - table->places);
    uint32_t next = (place + 1) % CHI_POOL_TABLE_SIZE;

    atomic_store_explicit(&table->places[place], &chi_pool_gone, memory_order_release);
    table->count--;
    if (atomic_load_explicit(&table->places[next], memory_order_relaxed) != NULL)
        return;
    while (atomic_load_explicit(&table->places[place], memory_order_relaxed) == &chi_pool_gone) {
        atomic_store_explicit(&table->places[place], NULL, memory_order_release);
        place = (place + CHI_POOL_TABLE_SIZE - 1) % CHI_POOL_TABLE_SIZE;
    }
}

chi_pool_id_t chi_pool_fresh_id(struct chi_pool_table *table)
{
    chi_pool_id_t id;
    do {
        id = chi_pool_id(table->next_major++, 0);
    } while (chi_pool_id_is_null(id) || chi_pool_place(table, id) != NULL);
    return id;
}

void chi_pool_visit(struct chi_runtime *runtime, void (*visit)(struct chi_pool *, void *),
                    void *argument)
{
    struct chi_pool_table *table = runtime->pools;
    pthread_mutex_lock(&table->lock);
    for (uint32_t i = 0; i < CHI_POOL_TABLE_SIZE; i++) {
        struct chi_pool *pool = atomic_load_explicit(&table->places[i], memory_order_relaxed);
        if (pool != NULL && pool != &chi_pool_gone)
            visit(pool, argument);
    }
    pthread_mutex_unlock(&table->lock);
}

int64_t chi_pool_in_flight(const struct chi_pool *pool)
{
    uint32_t workers = pool->runtime->worker_count;
    uint64_t begun = 0;
    uint64_t completed = 0;
    /*
     * In this order, as in chi_origin_count(): a copy that counts as completed must count as begun,
     * because copies begin and complete while their parent is in flight.
     */
    for (uint32_t w = 0; w < workers; w++)
        completed += atomic_load_explicit(&pool->cells[w].completed, memory_order_acquire);
    for (uint32_t w = 0; w < workers; w++)
        begun += atomic_load_explicit(&pool->cells[w].begun, memory_order_acquire);
    return (int64_t)(begun - completed);
}
