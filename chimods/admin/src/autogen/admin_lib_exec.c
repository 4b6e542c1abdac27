/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and admin_tasks.h; do not edit. */
/* clang-format off */
#include "chimaera/admin/autogen/admin_runtime_methods.h"

#include "chimaera/archive.h"
#include "chimaera/lifecycle.h"
#include "chimaera/status.h"

static int run(struct chi_container *self, uint32_t method, struct chi_task *task,
               struct chi_run_context *rctx)
{
    switch (method) {
    case CHIMAERA_ADMIN_METHOD_CREATE:
        return chimaera_admin_run_create((struct chimaera_admin *)(void *)self,
                   (struct chi_create_task *)(void *)task, rctx);
    case CHIMAERA_ADMIN_METHOD_DESTROY:
        return chimaera_admin_run_destroy((struct chimaera_admin *)(void *)self,
                   (struct chi_destroy_task *)(void *)task, rctx);
    case CHIMAERA_ADMIN_METHOD_GET_OR_CREATE_POOL:
        return chimaera_admin_run_get_or_create_pool((struct chimaera_admin *)(void *)self,
                   (struct chimaera_admin_get_or_create_pool_task *)(void *)task, rctx);
    case CHIMAERA_ADMIN_METHOD_DESTROY_POOL:
        return chimaera_admin_run_destroy_pool((struct chimaera_admin *)(void *)self,
                   (struct chimaera_admin_destroy_pool_task *)(void *)task, rctx);
    case CHIMAERA_ADMIN_METHOD_STOP_RUNTIME:
        return chimaera_admin_run_stop_runtime((struct chimaera_admin *)(void *)self,
                   (struct chimaera_admin_stop_runtime_task *)(void *)task, rctx);
    case CHIMAERA_ADMIN_METHOD_FLUSH:
        return chimaera_admin_run_flush((struct chimaera_admin *)(void *)self,
                   (struct chimaera_admin_flush_task *)(void *)task, rctx);
    case CHIMAERA_ADMIN_METHOD_OPEN_POOL:
        return chimaera_admin_run_open_pool((struct chimaera_admin *)(void *)self,
                   (struct chimaera_admin_open_pool_task *)(void *)task, rctx);
    case CHIMAERA_ADMIN_METHOD_PING:
        return chimaera_admin_run_ping((struct chimaera_admin *)(void *)self,
                   (struct chimaera_admin_ping_task *)(void *)task, rctx);
    default:
        return CHI_ENOMETHOD;
    }
}

static void monitor(struct chi_container *self, enum chi_monitor_mode mode,
                    uint32_t method, struct chi_task *task, struct chi_run_context *rctx)
{
    switch (method) {
    case CHIMAERA_ADMIN_METHOD_CREATE:
        chimaera_admin_monitor_create((struct chimaera_admin *)(void *)self, mode,
            (struct chi_create_task *)(void *)task, rctx);
        break;
    case CHIMAERA_ADMIN_METHOD_DESTROY:
        chimaera_admin_monitor_destroy((struct chimaera_admin *)(void *)self, mode,
            (struct chi_destroy_task *)(void *)task, rctx);
        break;
    case CHIMAERA_ADMIN_METHOD_GET_OR_CREATE_POOL:
        chimaera_admin_monitor_get_or_create_pool((struct chimaera_admin *)(void *)self, mode,
            (struct chimaera_admin_get_or_create_pool_task *)(void *)task, rctx);
        break;
    case CHIMAERA_ADMIN_METHOD_DESTROY_POOL:
        chimaera_admin_monitor_destroy_pool((struct chimaera_admin *)(void *)self, mode,
            (struct chimaera_admin_destroy_pool_task *)(void *)task, rctx);
        break;
    case CHIMAERA_ADMIN_METHOD_STOP_RUNTIME:
        chimaera_admin_monitor_stop_runtime((struct chimaera_admin *)(void *)self, mode,
            (struct chimaera_admin_stop_runtime_task *)(void *)task, rctx);
        break;
    case CHIMAERA_ADMIN_METHOD_FLUSH:
        chimaera_admin_monitor_flush((struct chimaera_admin *)(void *)self, mode,
            (struct chimaera_admin_flush_task *)(void *)task, rctx);
        break;
    case CHIMAERA_ADMIN_METHOD_OPEN_POOL:
        chimaera_admin_monitor_open_pool((struct chimaera_admin *)(void *)self, mode,
            (struct chimaera_admin_open_pool_task *)(void *)task, rctx);
        break;
    case CHIMAERA_ADMIN_METHOD_PING:
        chimaera_admin_monitor_ping((struct chimaera_admin *)(void *)self, mode,
            (struct chimaera_admin_ping_task *)(void *)task, rctx);
        break;
    default:
        break;
    }
}

static struct chi_task_schema *schema(uint32_t method)
{
    switch (method) {
    case CHIMAERA_ADMIN_METHOD_CREATE:
        return &chi_create_schema;
    case CHIMAERA_ADMIN_METHOD_DESTROY:
        return &chi_destroy_schema;
    case CHIMAERA_ADMIN_METHOD_GET_OR_CREATE_POOL:
        return &chimaera_admin_get_or_create_pool_schema;
    case CHIMAERA_ADMIN_METHOD_DESTROY_POOL:
        return &chimaera_admin_destroy_pool_schema;
    case CHIMAERA_ADMIN_METHOD_STOP_RUNTIME:
        return &chimaera_admin_stop_runtime_schema;
    case CHIMAERA_ADMIN_METHOD_FLUSH:
        return &chimaera_admin_flush_schema;
    case CHIMAERA_ADMIN_METHOD_OPEN_POOL:
        return &chimaera_admin_open_pool_schema;
    case CHIMAERA_ADMIN_METHOD_PING:
        return &chimaera_admin_ping_schema;
    default:
        return NULL;
    }
}

const struct chi_container_ops chimaera_admin_ops = {
    .run = run,
    .monitor = monitor,
    .schema = schema,
    .create_params = NULL,
    .new_copy = chi_task_copy,
    .aggregate = chi_task_aggregate,
    .del = chi_task_unload_del,
    .save_in = chi_task_save_in,
    .load_in = chi_task_load_in,
    .save_out = chi_task_save_out,
    .load_out = chi_task_load_out,
};
