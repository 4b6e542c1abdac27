/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pools and how workers find them: by id, without a lock. Changes are made by handlers of the admin
 * module, which may park; see pools/pools.h.
 */
#ifndef CHI_RUNTIME_POOL_H
#define CHI_RUNTIME_POOL_H

#include <pthread.h>
#include <stdatomic.h>

#include "chimaera/container.h"
#include "runtime/module/module.h"

struct chi_record;
struct chi_runtime;
struct chi_worker;

#define CHI_POOL_TABLE_SIZE 4096u /* places; half of it are pools at most */

enum chi_pool_state {
    CHI_POOL_CREATING = 0, /* only its own Create task runs */
    CHI_POOL_READY = 1,
    CHI_POOL_DYING = 2, /* not found any more; its tasks in flight run on */
};

/* Only the sums over all workers mean something; see origin.h. */
struct chi_pool_cell {
    _Alignas(CHI_CACHE_LINE) _Atomic(uint64_t) begun; /* tasks counted in, and */
    _Atomic(uint64_t) completed;                      /* counted out; its worker writes */
};

struct chi_pool {
    chi_pool_id_t id;
    char *name;
    const struct chi_module *module;
    const struct chi_container_ops *ops; /* the module's */
    uint32_t monitor_modes;              /* bits of those that its monitors want to be asked for */
    char *params; /* as archived; decides whether a second request means the same pool */
    size_t params_size;
    atomic_int state;
    atomic_bool cancel; /* its tasks are to end: see verdict.h */
    uint32_t container_count;
    struct chi_container **containers;
    struct chi_pool_cell *cells; /* [worker_count] */
    struct chi_runtime *runtime;
};

struct chi_pool_table {
    pthread_mutex_t lock; /* changes; never held while parked */
    _Atomic(struct chi_pool *) places[CHI_POOL_TABLE_SIZE];
    uint32_t count;
    uint32_t next_major;
    struct chi_module_table modules;
};

/* The pool of that id that takes tasks, or NULL. Workers; good until the worker's next message. */
static inline struct chi_pool *chi_pool_find(const struct chi_pool_table *table, chi_pool_id_t id)
{
    for (uint32_t i = 0; i < CHI_POOL_TABLE_SIZE; i++) {
        /* Acquire: pairs with the release that published the pool. */
        struct chi_pool *pool = atomic_load_explicit(
            &table->places[(id.major + i) % CHI_POOL_TABLE_SIZE], memory_order_acquire);
        if (pool == NULL)
            return NULL;
        if (chi_pool_id_equal(pool->id, id))
            return atomic_load_explicit(&pool->state, memory_order_acquire) == CHI_POOL_READY
                       ? pool
                       : NULL;
    }
    return NULL;
}

#endif
