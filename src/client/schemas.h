/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The schemas that this process has made tasks of, by number, so that chi_task_del() knows what a
 * task holds without reading an address from shared memory. Grows only. Any thread.
 */
#ifndef CHI_CLIENT_SCHEMAS_H
#define CHI_CLIENT_SCHEMAS_H

#include <stdatomic.h>

#include "base/cpu.h"
#include "chimaera/schema.h"
#include "chimaera/task.h"

/* Gives the schema a number: at least 1, or 0 where the table is full. */
uint32_t chi_client_schema_add(struct chi_task_schema *schema);

static inline uint32_t chi_client_schema_number(struct chi_task_schema *schema)
{
    /* Acquire: pairs with the release in chi_client_schema_add(). */
    uint32_t number = atomic_load_explicit(&schema->number, memory_order_acquire);
    return CHI_LIKELY(number != 0) ? number : chi_client_schema_add(schema);
}

/* Frees the strings and vectors of a task whose schema has this number; any number is safe. */
void chi_client_schema_fini_task(uint32_t number, struct chi_task *task);

/* Around a fork, so that the child finds the table complete and its lock free. */
void chi_client_schemas_before_fork(void);
void chi_client_schemas_after_fork(bool in_child);

#endif
