/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of pools: creating, changing and visiting it. Called by pools/pools.c, where the states
 * of a pool are described, and by control/report.c.
 */
#ifndef CHI_RUNTIME_MODULE_POOL_TABLE_H
#define CHI_RUNTIME_MODULE_POOL_TABLE_H

#include "runtime/module/pool.h"

/* Creates an empty table. The thread that starts the runtime. Returns 0 or -ENOMEM. */
int chi_pool_table_create(struct chi_runtime *runtime, struct chi_pool_table **table);

/* Frees the table and unloads the modules. All pools are destroyed, all threads have ended. */
void chi_pool_table_destroy(struct chi_pool_table *table);

/* Calls `visit` for each pool, with the table's lock held. Any thread. */
void chi_pool_visit(struct chi_runtime *runtime, void (*visit)(struct chi_pool *, void *),
                    void *argument);

/* Returns the number of the pool's tasks in flight. Any thread. */
int64_t chi_pool_in_flight(const struct chi_pool *pool);

/* ---- with the table's lock held */

/* Marks the place of a removed pool. */
extern struct chi_pool chi_pool_gone;

/* Returns the place of the pool with that id, in any state; NULL if there is none. */
_Atomic(struct chi_pool *) *chi_pool_place(struct chi_pool_table *table, chi_pool_id_t id);

/* Returns the pool with that name, in any state, or NULL. */
struct chi_pool *chi_pool_by_name(struct chi_pool_table *table, const char *name);

/* Adds a pool. Returns 0, or -ENFILE if the table is full. */
int chi_pool_insert(struct chi_pool_table *table, struct chi_pool *pool);

/* Removes a pool. Workers may use it until each has handled its next message. */
void chi_pool_drop(struct chi_pool_table *table, struct chi_pool *pool);

/* Returns an id that no pool has. */
chi_pool_id_t chi_pool_fresh_id(struct chi_pool_table *table);

#endif
