/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and kv_tasks.h; do not edit. */
/* clang-format off */
#include "example/kv/autogen/kv_runtime_methods.h"

#include "chimaera/status.h"

extern CHI_API struct chi_task_schema chimaera_admin_create_schema;
extern CHI_API struct chi_task_schema chimaera_admin_destroy_schema;

static int run(struct chi_container *self, uint32_t method, struct chi_task *task,
               struct chi_run_context *rctx)
{
    switch (method) {
    case EXAMPLE_KV_METHOD_CREATE:
        return example_kv_run_create((struct example_kv *)(void *)self,
                   (struct chimaera_admin_create_task *)(void *)task, rctx);
    case EXAMPLE_KV_METHOD_DESTROY:
        return example_kv_run_destroy((struct example_kv *)(void *)self,
                   (struct chimaera_admin_destroy_task *)(void *)task, rctx);
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
            (struct chimaera_admin_create_task *)(void *)task, rctx);
        break;
    case EXAMPLE_KV_METHOD_DESTROY:
        example_kv_monitor_destroy((struct example_kv *)(void *)self, mode,
            (struct chimaera_admin_destroy_task *)(void *)task, rctx);
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
        return &chimaera_admin_create_schema;
    case EXAMPLE_KV_METHOD_DESTROY:
        return &chimaera_admin_destroy_schema;
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

static int new_copy(uint32_t method, const struct chi_task *task, struct chi_task *copy)
{
    return chi_task_copy(&schema(method)->type, task, copy);
}

static void aggregate(uint32_t method, struct chi_task *into, struct chi_task *copy)
{
    if (method == EXAMPLE_KV_METHOD_SCAN) {
        example_kv_aggregate_scan((struct example_kv_scan_task *)(void *)into,
            (struct example_kv_scan_task *)(void *)copy);
        return;
    }
    chi_task_aggregate(&schema(method)->type, into, copy);
}

static void del(uint32_t method, struct chi_task *task)
{
    chi_task_unload_del(schema(method), task);
}

static int save_in(uint32_t method, const struct chi_task *task, struct chi_string *archive)
{
    return chi_task_save_in(schema(method), task, archive);
}

static int load_in(uint32_t method, const void *data, size_t size, struct chi_task *task)
{
    return chi_task_load_in(schema(method), data, size, task);
}

static int save_out(uint32_t method, const struct chi_task *task, struct chi_string *archive)
{
    return chi_task_save_out(schema(method), task, archive);
}

static int load_out(uint32_t method, const void *data, size_t size, struct chi_task *task)
{
    return chi_task_load_out(schema(method), data, size, task);
}

const struct chi_container_ops example_kv_ops = {
    .run = run,
    .monitor = monitor,
    .schema = schema,
    .new_copy = new_copy,
    .aggregate = aggregate,
    .create_params = &example_kv_create_params_schema,
    .del = del,
    .save_in = save_in,
    .load_in = load_in,
    .save_out = save_out,
    .load_out = load_out,
};
