/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and admin_tasks.h; do not edit. */
/* clang-format off */
#ifndef CHIMAERA_ADMIN_METHODS_H
#define CHIMAERA_ADMIN_METHODS_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

#define CHIMAERA_ADMIN_LIBRARY "chimaera_admin"

enum chimaera_admin_method {
    CHIMAERA_ADMIN_METHOD_CREATE = 0,
    CHIMAERA_ADMIN_METHOD_DESTROY = 1,
    CHIMAERA_ADMIN_METHOD_GET_OR_CREATE_POOL = 10,
    CHIMAERA_ADMIN_METHOD_DESTROY_POOL = 11,
    CHIMAERA_ADMIN_METHOD_STOP_RUNTIME = 12,
    CHIMAERA_ADMIN_METHOD_FLUSH = 13,
    CHIMAERA_ADMIN_METHOD_OPEN_POOL = 14,
    CHIMAERA_ADMIN_METHOD_PING = 15,
};

struct chimaera_admin_get_or_create_pool_task;
struct chimaera_admin_destroy_pool_task;
struct chimaera_admin_stop_runtime_task;
struct chimaera_admin_flush_task;
struct chimaera_admin_open_pool_task;
struct chimaera_admin_ping_task;

CHI_BEGIN_DECLS

extern struct chi_task_schema chimaera_admin_get_or_create_pool_schema;
extern struct chi_task_schema chimaera_admin_destroy_pool_schema;
extern struct chi_task_schema chimaera_admin_stop_runtime_schema;
extern struct chi_task_schema chimaera_admin_flush_schema;
extern struct chi_task_schema chimaera_admin_open_pool_schema;
extern struct chi_task_schema chimaera_admin_ping_schema;
/* All of them, for struct chimaera_admin_pool_spec. */
extern const struct chi_module_schemas chimaera_admin_schemas;

CHI_END_DECLS

#endif
