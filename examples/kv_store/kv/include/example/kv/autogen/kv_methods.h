/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and kv_tasks.h; do not edit. */
/* clang-format off */
#ifndef EXAMPLE_KV_METHODS_H
#define EXAMPLE_KV_METHODS_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

#define EXAMPLE_KV_LIBRARY "example_kv"

enum example_kv_method {
    EXAMPLE_KV_METHOD_CREATE = 0,
    EXAMPLE_KV_METHOD_DESTROY = 1,
    EXAMPLE_KV_METHOD_PUT = 10,
    EXAMPLE_KV_METHOD_GET = 11,
    EXAMPLE_KV_METHOD_DELETE = 12,
    EXAMPLE_KV_METHOD_SCAN = 13,
};

struct example_kv_put_task;
struct example_kv_get_task;
struct example_kv_delete_task;
struct example_kv_scan_task;
struct example_kv_create_params;

CHI_BEGIN_DECLS

extern struct chi_task_schema example_kv_put_schema;
extern struct chi_task_schema example_kv_get_schema;
extern struct chi_task_schema example_kv_delete_schema;
extern struct chi_task_schema example_kv_scan_schema;
extern const struct chi_schema example_kv_create_params_schema;
/* All of them, for struct chimaera_admin_pool_spec. */
extern const struct chi_module_schemas example_kv_schemas;

CHI_END_DECLS

#endif
