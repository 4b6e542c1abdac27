/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and empty_tasks.h; do not edit. */
/* clang-format off */
#include "bench/empty/autogen/empty_runtime_methods.h"

#include "chimaera/archive.h"
#include "chimaera/lifecycle.h"
#include "chimaera/status.h"

static int run(struct chi_container *self, uint32_t method, struct chi_task *task,
               struct chi_run_context *rctx)
{
    switch (method) {
    case BENCH_EMPTY_METHOD_CREATE:
        return bench_empty_run_create((struct bench_empty *)(void *)self,
                   (struct chi_create_task *)(void *)task, rctx);
    case BENCH_EMPTY_METHOD_DESTROY:
        return bench_empty_run_destroy((struct bench_empty *)(void *)self,
                   (struct chi_destroy_task *)(void *)task, rctx);
    case BENCH_EMPTY_METHOD_NOP:
        return bench_empty_run_nop((struct bench_empty *)(void *)self,
                   (struct bench_empty_nop_task *)(void *)task, rctx);
    case BENCH_EMPTY_METHOD_INSIDE:
        return bench_empty_run_inside((struct bench_empty *)(void *)self,
                   (struct bench_empty_inside_task *)(void *)task, rctx);
    case BENCH_EMPTY_METHOD_CONTEND:
        return bench_empty_run_contend((struct bench_empty *)(void *)self,
                   (struct bench_empty_contend_task *)(void *)task, rctx);
    default:
        return CHI_ENOMETHOD;
    }
}

static void monitor(struct chi_container *self, enum chi_monitor_mode mode,
                    uint32_t method, struct chi_task *task, struct chi_run_context *rctx)
{
    switch (method) {
    case BENCH_EMPTY_METHOD_CREATE:
        bench_empty_monitor_create((struct bench_empty *)(void *)self, mode,
            (struct chi_create_task *)(void *)task, rctx);
        break;
    case BENCH_EMPTY_METHOD_DESTROY:
        bench_empty_monitor_destroy((struct bench_empty *)(void *)self, mode,
            (struct chi_destroy_task *)(void *)task, rctx);
        break;
    case BENCH_EMPTY_METHOD_NOP:
        bench_empty_monitor_nop((struct bench_empty *)(void *)self, mode,
            (struct bench_empty_nop_task *)(void *)task, rctx);
        break;
    case BENCH_EMPTY_METHOD_INSIDE:
        bench_empty_monitor_inside((struct bench_empty *)(void *)self, mode,
            (struct bench_empty_inside_task *)(void *)task, rctx);
        break;
    case BENCH_EMPTY_METHOD_CONTEND:
        bench_empty_monitor_contend((struct bench_empty *)(void *)self, mode,
            (struct bench_empty_contend_task *)(void *)task, rctx);
        break;
    default:
        break;
    }
}

static struct chi_task_schema *schema(uint32_t method)
{
    switch (method) {
    case BENCH_EMPTY_METHOD_CREATE:
        return &chi_create_schema;
    case BENCH_EMPTY_METHOD_DESTROY:
        return &chi_destroy_schema;
    case BENCH_EMPTY_METHOD_NOP:
        return &bench_empty_nop_schema;
    case BENCH_EMPTY_METHOD_INSIDE:
        return &bench_empty_inside_schema;
    case BENCH_EMPTY_METHOD_CONTEND:
        return &bench_empty_contend_schema;
    default:
        return NULL;
    }
}

const struct chi_container_ops bench_empty_ops = {
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
