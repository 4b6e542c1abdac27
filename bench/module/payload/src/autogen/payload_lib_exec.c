/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and payload_tasks.h; do not edit. */
/* clang-format off */
#include "bench/payload/autogen/payload_runtime_methods.h"

#include "chimaera/status.h"

extern CHI_API struct chi_task_schema chimaera_admin_create_schema;
extern CHI_API struct chi_task_schema chimaera_admin_destroy_schema;

static int run(struct chi_container *self, uint32_t method, struct chi_task *task,
               struct chi_run_context *rctx)
{
    switch (method) {
    case BENCH_PAYLOAD_METHOD_CREATE:
        return bench_payload_run_create((struct bench_payload *)(void *)self,
                   (struct chimaera_admin_create_task *)(void *)task, rctx);
    case BENCH_PAYLOAD_METHOD_DESTROY:
        return bench_payload_run_destroy((struct bench_payload *)(void *)self,
                   (struct chimaera_admin_destroy_task *)(void *)task, rctx);
    case BENCH_PAYLOAD_METHOD_EMPTY:
        return bench_payload_run_empty((struct bench_payload *)(void *)self,
                   (struct bench_payload_empty_task *)(void *)task, rctx);
    case BENCH_PAYLOAD_METHOD_WORDS:
        return bench_payload_run_words((struct bench_payload *)(void *)self,
                   (struct bench_payload_words_task *)(void *)task, rctx);
    case BENCH_PAYLOAD_METHOD_TEXT:
        return bench_payload_run_text((struct bench_payload *)(void *)self,
                   (struct bench_payload_text_task *)(void *)task, rctx);
    case BENCH_PAYLOAD_METHOD_BLOCK:
        return bench_payload_run_block((struct bench_payload *)(void *)self,
                   (struct bench_payload_block_task *)(void *)task, rctx);
    case BENCH_PAYLOAD_METHOD_NUMBERS:
        return bench_payload_run_numbers((struct bench_payload *)(void *)self,
                   (struct bench_payload_numbers_task *)(void *)task, rctx);
    case BENCH_PAYLOAD_METHOD_SUBTASK:
        return bench_payload_run_subtask((struct bench_payload *)(void *)self,
                   (struct bench_payload_subtask_task *)(void *)task, rctx);
    default:
        return CHI_ENOMETHOD;
    }
}

static void monitor(struct chi_container *self, enum chi_monitor_mode mode,
                    uint32_t method, struct chi_task *task, struct chi_run_context *rctx)
{
    switch (method) {
    case BENCH_PAYLOAD_METHOD_CREATE:
        bench_payload_monitor_create((struct bench_payload *)(void *)self, mode,
            (struct chimaera_admin_create_task *)(void *)task, rctx);
        break;
    case BENCH_PAYLOAD_METHOD_DESTROY:
        bench_payload_monitor_destroy((struct bench_payload *)(void *)self, mode,
            (struct chimaera_admin_destroy_task *)(void *)task, rctx);
        break;
    case BENCH_PAYLOAD_METHOD_EMPTY:
        bench_payload_monitor_empty((struct bench_payload *)(void *)self, mode,
            (struct bench_payload_empty_task *)(void *)task, rctx);
        break;
    case BENCH_PAYLOAD_METHOD_WORDS:
        bench_payload_monitor_words((struct bench_payload *)(void *)self, mode,
            (struct bench_payload_words_task *)(void *)task, rctx);
        break;
    case BENCH_PAYLOAD_METHOD_TEXT:
        bench_payload_monitor_text((struct bench_payload *)(void *)self, mode,
            (struct bench_payload_text_task *)(void *)task, rctx);
        break;
    case BENCH_PAYLOAD_METHOD_BLOCK:
        bench_payload_monitor_block((struct bench_payload *)(void *)self, mode,
            (struct bench_payload_block_task *)(void *)task, rctx);
        break;
    case BENCH_PAYLOAD_METHOD_NUMBERS:
        bench_payload_monitor_numbers((struct bench_payload *)(void *)self, mode,
            (struct bench_payload_numbers_task *)(void *)task, rctx);
        break;
    case BENCH_PAYLOAD_METHOD_SUBTASK:
        bench_payload_monitor_subtask((struct bench_payload *)(void *)self, mode,
            (struct bench_payload_subtask_task *)(void *)task, rctx);
        break;
    default:
        break;
    }
}

static struct chi_task_schema *schema(uint32_t method)
{
    switch (method) {
    case BENCH_PAYLOAD_METHOD_CREATE:
        return &chimaera_admin_create_schema;
    case BENCH_PAYLOAD_METHOD_DESTROY:
        return &chimaera_admin_destroy_schema;
    case BENCH_PAYLOAD_METHOD_EMPTY:
        return &bench_payload_empty_schema;
    case BENCH_PAYLOAD_METHOD_WORDS:
        return &bench_payload_words_schema;
    case BENCH_PAYLOAD_METHOD_TEXT:
        return &bench_payload_text_schema;
    case BENCH_PAYLOAD_METHOD_BLOCK:
        return &bench_payload_block_schema;
    case BENCH_PAYLOAD_METHOD_NUMBERS:
        return &bench_payload_numbers_schema;
    case BENCH_PAYLOAD_METHOD_SUBTASK:
        return &bench_payload_subtask_schema;
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

const struct chi_container_ops bench_payload_ops = {
    .run = run,
    .monitor = monitor,
    .schema = schema,
    .new_copy = new_copy,
    .aggregate = aggregate,
    .create_params = NULL,
    .del = del,
    .save_in = save_in,
    .load_in = load_in,
    .save_out = save_out,
    .load_out = load_out,
};
