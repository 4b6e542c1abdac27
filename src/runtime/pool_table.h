/* SPDX-License-Identifier: BSD-3-Clause */
/* What pools are made of, for pool.c alone; see there for their states. */
#ifndef CHI_RUNTIME_POOL_TABLE_H
#define CHI_RUNTIME_POOL_TABLE_H

#include "runtime/pool.h"

/* ---- pool_table.c; the table's lock held */

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

/* ---- pool_containers.c */

/* A pool with its containers, whose Create has not run; NULL where memory is out. */
struct chi_pool *chi_pool_make(struct chi_runtime *runtime, const struct chi_pool_request *request,
                               const struct chi_module *module, chi_pool_id_t id);
void chi_pool_free(struct chi_pool *pool);

/* Runs Create of each, in order; where one fails, Destroy of those before. Parks. */
int chi_pool_create_containers(struct chi_pool *pool);
/* Runs Destroy of the first `count`, the last ones first, some at a time. Their first error. Parks.
 */
int chi_pool_destroy_containers(struct chi_pool *pool, uint32_t count);

#endif
