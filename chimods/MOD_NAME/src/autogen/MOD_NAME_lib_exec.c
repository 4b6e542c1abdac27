/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and MOD_NAME_tasks.h; do not edit. */
/* clang-format off */
#include "chimaera/MOD_NAME/autogen/MOD_NAME_runtime_methods.h"

#include "chimaera/archive.h"
#include "chimaera/lifecycle.h"
#include "chimaera/status.h"

static int run(struct chi_container *self, uint32_t method, struct chi_task *task,
               struct chi_run_context *rctx)
{
    switch (method) {
    case CHIMAERA_MOD_NAME_METHOD_CREATE:
        return chimaera_MOD_NAME_run_create((struct chimaera_MOD_NAME *)(void *)self,
                   (struct chi_create_task *)(void *)task, rctx);
    case CHIMAERA_MOD_NAME_METHOD_DESTROY:
        return chimaera_MOD_NAME_run_destroy((struct chimaera_MOD_NAME *)(void *)self,
                   (struct chi_destroy_task *)(void *)task, rctx);
    case CHIMAERA_MOD_NAME_METHOD_CUSTOM:
        return chimaera_MOD_NAME_run_custom((struct chimaera_MOD_NAME *)(void *)self,
                   (struct chimaera_MOD_NAME_custom_task *)(void *)task, rctx);
    case CHIMAERA_MOD_NAME_METHOD_CO_MUTEX_TEST:
        return chimaera_MOD_NAME_run_co_mutex_test((struct chimaera_MOD_NAME *)(void *)self,
                   (struct chimaera_MOD_NAME_co_mutex_test_task *)(void *)task, rctx);
    case CHIMAERA_MOD_NAME_METHOD_CO_RW_LOCK_TEST:
        return chimaera_MOD_NAME_run_co_rw_lock_test((struct chimaera_MOD_NAME *)(void *)self,
                   (struct chimaera_MOD_NAME_co_rw_lock_test_task *)(void *)task, rctx);
    case CHIMAERA_MOD_NAME_METHOD_FIRE_AND_FORGET_TEST:
        return chimaera_MOD_NAME_run_fire_and_forget_test((struct chimaera_MOD_NAME *)(void *)self,
                   (struct chimaera_MOD_NAME_fire_and_forget_test_task *)(void *)task, rctx);
    case CHIMAERA_MOD_NAME_METHOD_WAIT_TEST:
        return chimaera_MOD_NAME_run_wait_test((struct chimaera_MOD_NAME *)(void *)self,
                   (struct chimaera_MOD_NAME_wait_test_task *)(void *)task, rctx);
    default:
        return CHI_ENOMETHOD;
    }
}

static void monitor(struct chi_container *self, enum chi_monitor_mode mode,
                    uint32_t method, struct chi_task *task, struct chi_run_context *rctx)
{
    switch (method) {
    case CHIMAERA_MOD_NAME_METHOD_CREATE:
        chimaera_MOD_NAME_monitor_create((struct chimaera_MOD_NAME *)(void *)self, mode,
            (struct chi_create_task *)(void *)task, rctx);
        break;
    case CHIMAERA_MOD_NAME_METHOD_DESTROY:
        chimaera_MOD_NAME_monitor_destroy((struct chimaera_MOD_NAME *)(void *)self, mode,
            (struct chi_destroy_task *)(void *)task, rctx);
        break;
    case CHIMAERA_MOD_NAME_METHOD_CUSTOM:
        chimaera_MOD_NAME_monitor_custom((struct chimaera_MOD_NAME *)(void *)self, mode,
            (struct chimaera_MOD_NAME_custom_task *)(void *)task, rctx);
        break;
    case CHIMAERA_MOD_NAME_METHOD_CO_MUTEX_TEST:
        chimaera_MOD_NAME_monitor_co_mutex_test((struct chimaera_MOD_NAME *)(void *)self, mode,
            (struct chimaera_MOD_NAME_co_mutex_test_task *)(void *)task, rctx);
        break;
    case CHIMAERA_MOD_NAME_METHOD_CO_RW_LOCK_TEST:
        chimaera_MOD_NAME_monitor_co_rw_lock_test((struct chimaera_MOD_NAME *)(void *)self, mode,
            (struct chimaera_MOD_NAME_co_rw_lock_test_task *)(void *)task, rctx);
        break;
    case CHIMAERA_MOD_NAME_METHOD_FIRE_AND_FORGET_TEST:
        chimaera_MOD_NAME_monitor_fire_and_forget_test((struct chimaera_MOD_NAME *)(void *)self, mode,
            (struct chimaera_MOD_NAME_fire_and_forget_test_task *)(void *)task, rctx);
        break;
    case CHIMAERA_MOD_NAME_METHOD_WAIT_TEST:
        chimaera_MOD_NAME_monitor_wait_test((struct chimaera_MOD_NAME *)(void *)self, mode,
            (struct chimaera_MOD_NAME_wait_test_task *)(void *)task, rctx);
        break;
    default:
        break;
    }
}

static struct chi_task_schema *schema(uint32_t method)
{
    switch (method) {
    case CHIMAERA_MOD_NAME_METHOD_CREATE:
        return &chi_create_schema;
    case CHIMAERA_MOD_NAME_METHOD_DESTROY:
        return &chi_destroy_schema;
    case CHIMAERA_MOD_NAME_METHOD_CUSTOM:
        return &chimaera_MOD_NAME_custom_schema;
    case CHIMAERA_MOD_NAME_METHOD_CO_MUTEX_TEST:
        return &chimaera_MOD_NAME_co_mutex_test_schema;
    case CHIMAERA_MOD_NAME_METHOD_CO_RW_LOCK_TEST:
        return &chimaera_MOD_NAME_co_rw_lock_test_schema;
    case CHIMAERA_MOD_NAME_METHOD_FIRE_AND_FORGET_TEST:
        return &chimaera_MOD_NAME_fire_and_forget_test_schema;
    case CHIMAERA_MOD_NAME_METHOD_WAIT_TEST:
        return &chimaera_MOD_NAME_wait_test_schema;
    default:
        return NULL;
    }
}

const struct chi_container_ops chimaera_MOD_NAME_ops = {
    .run = run,
    .monitor = monitor,
    .schema = schema,
    .create_params = &chimaera_MOD_NAME_create_params_schema,
    .new_copy = chi_task_copy,
    .aggregate = chi_task_aggregate,
    .del = chi_task_unload_del,
    .save_in = chi_task_save_in,
    .load_in = chi_task_load_in,
    .save_out = chi_task_save_out,
    .load_out = chi_task_load_out,
};
