/* SPDX-License-Identifier: BSD-3-Clause */
/* What messages call a task. */
#ifndef CHI_RUNTIME_RECORD_NAMES_H
#define CHI_RUNTIME_RECORD_NAMES_H

#include "runtime/core/record.h"
#include "runtime/module/pool.h"

/* The method's name, or what the runtime calls its own. */
static inline const char *chi_record_method_name(const struct chi_record *record)
{
    return record->schema != NULL ? record->schema->method_name : "a call";
}

/* The pool's name, or what the runtime calls its own. */
static inline const char *chi_record_pool_name(const struct chi_record *record)
{
    return record->pool != NULL ? record->pool->name : "(runtime)";
}

#endif
