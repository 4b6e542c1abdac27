/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/schemas.h"

#include <pthread.h>

#include "task/schema.h"

static struct {
    pthread_mutex_t lock;
    _Atomic(uint32_t) count;
    struct chi_task_schema *table[UINT16_MAX + 1];
} schemas = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool holds_memory(const struct chi_schema *schema)
{
    for (uint32_t i = 0; i < schema->member_count; i++)
        if (schema->members[i].kind == CHI_MEMBER_STRING ||
            schema->members[i].kind == CHI_MEMBER_VECTOR)
            return true;
    return false;
}

void chi_client_schemas_before_fork(void)
{
    pthread_mutex_lock(&schemas.lock);
}

void chi_client_schemas_after_fork(bool in_child)
{
    if (in_child)
        pthread_mutex_init(&schemas.lock, NULL);
    else
        pthread_mutex_unlock(&schemas.lock);
}

/* All schemas without strings and vectors have number 1: their tasks hold nothing to free. */
uint32_t chi_client_schema_add(struct chi_task_schema *schema)
{
    if (!holds_memory(&schema->type)) {
        atomic_store_explicit(&schema->number, 1, memory_order_release);
        return 1;
    }
    pthread_mutex_lock(&schemas.lock);
    uint32_t number = atomic_load_explicit(&schema->number, memory_order_relaxed);
    uint32_t count = atomic_load_explicit(&schemas.count, memory_order_relaxed);
    if (number == 0 && count + 2 <= UINT16_MAX) {
        number = count + 2;
        schemas.table[number] = schema;
        /* Release: pairs with the acquires of threads that read a number. */
        atomic_store_explicit(&schemas.count, count + 1, memory_order_release);
        atomic_store_explicit(&schema->number, number, memory_order_release);
    }
    pthread_mutex_unlock(&schemas.lock);
    return number;
}

void chi_client_schema_fini_task(uint32_t number, struct chi_task *task)
{
    if (number > 1 && number - 2 < atomic_load_explicit(&schemas.count, memory_order_acquire))
        chi_schema_fini_task(&schemas.table[number]->type, task);
}
