/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and MOD_NAME_tasks.h; do not edit. */
/* clang-format off */
#ifndef CHIMAERA_MOD_NAME_METHODS_H
#define CHIMAERA_MOD_NAME_METHODS_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

#define CHIMAERA_MOD_NAME_LIBRARY "chimaera_MOD_NAME"

enum chimaera_MOD_NAME_method {
    CHIMAERA_MOD_NAME_METHOD_CREATE = 0,
    CHIMAERA_MOD_NAME_METHOD_DESTROY = 1,
    CHIMAERA_MOD_NAME_METHOD_CUSTOM = 10,
    CHIMAERA_MOD_NAME_METHOD_CO_MUTEX_TEST = 20,
    CHIMAERA_MOD_NAME_METHOD_CO_RW_LOCK_TEST = 21,
    CHIMAERA_MOD_NAME_METHOD_FIRE_AND_FORGET_TEST = 22,
    CHIMAERA_MOD_NAME_METHOD_WAIT_TEST = 23,
};

struct chimaera_MOD_NAME_custom_task;
struct chimaera_MOD_NAME_co_mutex_test_task;
struct chimaera_MOD_NAME_co_rw_lock_test_task;
struct chimaera_MOD_NAME_fire_and_forget_test_task;
struct chimaera_MOD_NAME_wait_test_task;
struct chimaera_MOD_NAME_create_params;

CHI_BEGIN_DECLS

extern struct chi_task_schema chimaera_MOD_NAME_custom_schema;
extern struct chi_task_schema chimaera_MOD_NAME_co_mutex_test_schema;
extern struct chi_task_schema chimaera_MOD_NAME_co_rw_lock_test_schema;
extern struct chi_task_schema chimaera_MOD_NAME_fire_and_forget_test_schema;
extern struct chi_task_schema chimaera_MOD_NAME_wait_test_schema;
extern const struct chi_schema chimaera_MOD_NAME_create_params_schema;
/* All of them, for struct chimaera_admin_pool_spec. */
extern const struct chi_module_schemas chimaera_MOD_NAME_schemas;

CHI_END_DECLS

#endif
