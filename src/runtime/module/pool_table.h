/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of pools: made, changed and walked. See pools/pools.c for the states of a pool. */
#ifndef CHI_RUNTIME_POOL_TABLE_H
#define CHI_RUNTIME_POOL_TABLE_H

#include "runtime/module/pool.h"

int chi_pool_table_create(struct chi_runtime *runtime, struct chi_pool_table **table);
void chi_pool_table_destroy(struct chi_pool_table *table);

/* Calls `visit` for every pool, with the table locked. */
void chi_pool_visit(struct chi_runtime *runtime, void (*visit)(struct chi_pool *, void *),
                    void *argument);

/* The pool's tasks that have begun and not completed. */
int64_t chi_pool_in_flight(const struct chi_pool *pool);

/* ---- The table's lock held. */

/* In a place whose pool is gone. */
extern struct chi_pool chi_pool_gone;

/* Where the pool of that id is, whatever its state; NULL where it is not. */
_Atomic(struct chi_pool *) *chi_pool_place(struct chi_pool_table *table, chi_pool_id_t id);
struct chi_pool *chi_pool_by_name(struct chi_pool_table *table, const char *name);
/* 0 or -ENFILE. */
int chi_pool_insert(struct chi_pool_table *table, struct chi_pool *pool);
/* Takes it out. Workers may look at it until each has handled a message. */
void chi_pool_drop(struct chi_pool_table *table, struct chi_pool *pool);
/* An id that no pool has. */
chi_pool_id_t chi_pool_fresh_id(struct chi_pool_table *table);

#endif
