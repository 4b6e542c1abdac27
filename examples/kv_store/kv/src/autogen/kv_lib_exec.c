/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and kv_tasks.h; do not edit. */
/* clang-format off */
#include "example/kv/autogen/kv_runtime_methods.h"

#include "chimaera/archive.h"
#include "chimaera/lifecycle.h"
#include "chimaera/status.h"

static int run(struct chi_container *self, uint32_t method, struct chi_task *task,
               struct chi_run_context *rctx)
{
    switch (method) {
    case EXAMPLE_KV_METHOD_CREATE:
        return example_kv_run_create((struct example_kv *)(void *)self,
                   (struct chi_create_task *)(void *)task, rctx);
    case EXAMPLE_KV_METHOD_DESTROY:
        return example_kv_run_destroy((struct example_kv *)(void *)self,
                   (struct chi_destroy_task *)(void *)task, rctx);
    case EXAMPLE_KV_METHOD_PUT:
        return example_kv_run_put((struct example_kv *)(void *)self,
                   (struct example_kv_put_task *)(void *)task, rctx);
    case EXAMPLE_KV_METHOD_GET:
        return example_kv_run_get((struct example_kv *)(void *)self,
                   (struct example_kv_get_task *)(void *)task, rctx);
    case EXAMPLE_KV_METHOD_DELETE:
        return example_kv_run_delete((struct example_kv *)(void *)self,
                   (struct example_kv_delete_task *)(void *)task, rctx);
    case EXAMPLE_KV_METHOD_SCAN:
        return example_kv_run_scan((struct example_kv *)(void *)self,
                   (struct example_kv_scan_task *)(void *)task, rctx);
    default:
        return CHI_ENOMETHOD;
    }
}

static void monitor(struct chi_container *self, enum chi_monitor_mode mode,
                    uint32_t method, struct chi_task *task, struct chi_run_context *rctx)
{
    switch (method) {
    case EXAMPLE_KV_METHOD_CREATE:
        example_kv_monitor_create((struct example_kv *)(void *)self, mode,
            (struct chi_create_task *)(void *)task, rctx);
        break;
    case EXAMPLE_KV_METHOD_DESTROY:
        example_kv_monitor_destroy((struct example_kv *)(void *)self, mode,
            (struct chi_destroy_task *)(void *)task, rctx);
        break;
    case EXAMPLE_KV_METHOD_PUT:
        example_kv_monitor_put((struct example_kv *)(void *)self, mode,
            (struct example_kv_put_task *)(void *)task, rctx);
        break;
    case EXAMPLE_KV_METHOD_GET:
        example_kv_monitor_get((struct example_kv *)(void *)self, mode,
            (struct example_kv_get_task *)(void *)task, rctx);
        break;
    case EXAMPLE_KV_METHOD_DELETE:
        example_kv_monitor_delete((struct example_kv *)(void *)self, mode,
            (struct example_kv_delete_task *)(void *)task, rctx);
        break;
    case EXAMPLE_KV_METHOD_SCAN:
        example_kv_monitor_scan((struct example_kv *)(void *)self, mode,
            (struct example_kv_scan_task *)(void *)task, rctx);
        break;
    default:
        break;
    }
}

static struct chi_task_schema *schema(uint32_t method)
{
    switch (method) {
    case EXAMPLE_KV_METHOD_CREATE:
        return &chi_create_schema;
    case EXAMPLE_KV_METHOD_DESTROY:
        return &chi_destroy_schema;
    case EXAMPLE_KV_METHOD_PUT:
        return &example_kv_put_schema;
    case EXAMPLE_KV_METHOD_GET:
        return &example_kv_get_schema;
    case EXAMPLE_KV_METHOD_DELETE:
        return &example_kv_delete_schema;
    case EXAMPLE_KV_METHOD_SCAN:
        return &example_kv_scan_schema;
    default:
        return NULL;
    }
}

static void aggregate(const struct chi_task_schema *schema_, struct chi_task *into, struct chi_task *copy)
{
    if (schema_ && schema_->method == EXAMPLE_KV_METHOD_SCAN) {
        example_kv_aggregate_scan((struct example_kv_scan_task *)(void *)into, (struct example_kv_scan_task *)(void *)copy);
        return;
    }
    chi_task_aggregate(schema_, into, copy);
}

const struct chi_container_ops example_kv_ops = {
    .run = run,
    .monitor = monitor,
    .schema = schema,
    .create_params = &example_kv_create_params_schema,
    .new_copy = chi_task_copy,
    .aggregate = aggregate,
    .del = chi_task_unload_del,
    .save_in = chi_task_save_in,
    .load_in = chi_task_load_in,
    .save_out = chi_task_save_out,
    .load_out = chi_task_load_out,
};
