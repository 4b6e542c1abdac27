/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pools, and how workers find them: by id, without a lock. Handlers of the admin module create and
 * destroy them: see pools/pools.h.
 */
#ifndef CHI_RUNTIME_MODULE_POOL_H
#define CHI_RUNTIME_MODULE_POOL_H

#include <pthread.h>
#include <stdatomic.h>

#include "chimaera/container.h"
#include "runtime/module/module.h"

struct chi_record;
struct chi_runtime;
struct chi_worker;

#define CHI_POOL_TABLE_SIZE 4096u /* places; at most half of them are used */

enum chi_pool_state {
    CHI_POOL_CREATING = 0, /* only its own Create task runs */
    CHI_POOL_READY = 1,
    CHI_POOL_DYING = 2, /* not found any more; its tasks in flight go on */
};

/* Only the sums over all workers mean something; see core/origin.h. */
struct chi_pool_cell {
    _Alignas(CHI_CACHE_LINE) _Atomic(uint64_t) begun; /* tasks that were routed to it; its worker */
    _Atomic(uint64_t) completed;                      /* tasks that completed; its worker */
};

struct chi_pool {
    chi_pool_id_t id;
    char *name;
    const struct chi_module *module;
    const struct chi_container_ops *ops; /* the module's */
    uint32_t monitor_modes;              /* the optional modes that its monitor handles, as bits */
    char *params; /* archive; a second request for the pool must have the same */
    size_t params_size;
    atomic_int state;   /* enum chi_pool_state */
    atomic_bool cancel; /* its tasks have to end: worker/verdict.h */
    bool restricted;    /* created by a client of another user: pools/open_file.c */
    uint32_t container_count;
    struct chi_container **containers;
    struct chi_pool_cell *cells; /* [worker_count] */
    struct chi_runtime *runtime;
};

struct chi_pool_table {
    pthread_mutex_t lock; /* for changes; never held while parked */
    _Atomic(struct chi_pool *) places[CHI_POOL_TABLE_SIZE];
    uint32_t count;
    uint32_t next_major;
    struct chi_module_table modules;
};

/*
 * Returns the pool with that id if it is READY, or NULL. Workers only. The result is valid until
 * the worker handles its next message.
 */
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
