/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and empty_tasks.h; do not edit. */
/* clang-format off */
#ifndef BENCH_EMPTY_METHODS_H
#define BENCH_EMPTY_METHODS_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

#define BENCH_EMPTY_LIBRARY "bench_empty"

enum bench_empty_method {
    BENCH_EMPTY_METHOD_CREATE = 0,
    BENCH_EMPTY_METHOD_DESTROY = 1,
    BENCH_EMPTY_METHOD_NOP = 10,
    BENCH_EMPTY_METHOD_INSIDE = 11,
    BENCH_EMPTY_METHOD_CONTEND = 12,
};

struct bench_empty_nop_task;
struct bench_empty_inside_task;
struct bench_empty_contend_task;

CHI_BEGIN_DECLS

extern struct chi_task_schema bench_empty_nop_schema;
extern struct chi_task_schema bench_empty_inside_schema;
extern struct chi_task_schema bench_empty_contend_schema;
/* All of them, for struct chimaera_admin_pool_spec. */
extern const struct chi_module_schemas bench_empty_schemas;

CHI_END_DECLS

#endif
