/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of a task for messages. Any thread that may access the record. */
#ifndef CHI_RUNTIME_MODULE_RECORD_NAMES_H
#define CHI_RUNTIME_MODULE_RECORD_NAMES_H

#include "runtime/core/record.h"
#include "runtime/module/pool.h"

/* Returns the name of the method; "a call" for a call of the runtime itself. */
static inline const char *chi_record_method_name(const struct chi_record *record)
{
    return record->schema != NULL ? record->schema->method_name : "a call";
}

/* Returns the name of the pool; "(runtime)" for a call of the runtime itself. */
static inline const char *chi_record_pool_name(const struct chi_record *record)
{
    return record->pool != NULL ? record->pool->name : "(runtime)";
}

#endif
