/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and kinds_tasks.h; do not edit. */
/* clang-format off */
#include "test/kinds/autogen/kinds_runtime_methods.h"

#include "chimaera/archive.h"
#include "chimaera/lifecycle.h"
#include "chimaera/status.h"

static int run(struct chi_container *self, uint32_t method, struct chi_task *task,
               struct chi_run_context *rctx)
{
    switch (method) {
    case TEST_KINDS_METHOD_CREATE:
        return test_kinds_run_create((struct test_kinds *)(void *)self,
                   (struct chi_create_task *)(void *)task, rctx);
    case TEST_KINDS_METHOD_DESTROY:
        return test_kinds_run_destroy((struct test_kinds *)(void *)self,
                   (struct chi_destroy_task *)(void *)task, rctx);
    case TEST_KINDS_METHOD_WAIT:
        return test_kinds_run_wait((struct test_kinds *)(void *)self,
                   (struct test_kinds_wait_task *)(void *)task, rctx);
    case TEST_KINDS_METHOD_NOTE:
        return test_kinds_run_note((struct test_kinds *)(void *)self,
                   (struct test_kinds_note_task *)(void *)task, rctx);
    case TEST_KINDS_METHOD_TRACE:
        return test_kinds_run_trace((struct test_kinds *)(void *)self,
                   (struct test_kinds_trace_task *)(void *)task, rctx);
    case TEST_KINDS_METHOD_OPEN:
        return test_kinds_run_open((struct test_kinds *)(void *)self,
                   (struct test_kinds_open_task *)(void *)task, rctx);
    case TEST_KINDS_METHOD_TICK:
        return test_kinds_run_tick((struct test_kinds *)(void *)self,
                   (struct test_kinds_tick_task *)(void *)task, rctx);
    case TEST_KINDS_METHOD_SPAWN:
        return test_kinds_run_spawn((struct test_kinds *)(void *)self,
                   (struct test_kinds_spawn_task *)(void *)task, rctx);
    case TEST_KINDS_METHOD_CLASS:
        return test_kinds_run_class((struct test_kinds *)(void *)self,
                   (struct test_kinds_class_task *)(void *)task, rctx);
    case TEST_KINDS_METHOD_FAIL:
        return test_kinds_run_fail((struct test_kinds *)(void *)self,
                   (struct test_kinds_fail_task *)(void *)task, rctx);
    default:
        return CHI_ENOMETHOD;
    }
}

static void monitor(struct chi_container *self, enum chi_monitor_mode mode,
                    uint32_t method, struct chi_task *task, struct chi_run_context *rctx)
{
    switch (method) {
    case TEST_KINDS_METHOD_CREATE:
        test_kinds_monitor_create((struct test_kinds *)(void *)self, mode,
            (struct chi_create_task *)(void *)task, rctx);
        break;
    case TEST_KINDS_METHOD_DESTROY:
        test_kinds_monitor_destroy((struct test_kinds *)(void *)self, mode,
            (struct chi_destroy_task *)(void *)task, rctx);
        break;
    case TEST_KINDS_METHOD_WAIT:
        test_kinds_monitor_wait((struct test_kinds *)(void *)self, mode,
            (struct test_kinds_wait_task *)(void *)task, rctx);
        break;
    case TEST_KINDS_METHOD_NOTE:
        test_kinds_monitor_note((struct test_kinds *)(void *)self, mode,
            (struct test_kinds_note_task *)(void *)task, rctx);
        break;
    case TEST_KINDS_METHOD_TRACE:
        test_kinds_monitor_trace((struct test_kinds *)(void *)self, mode,
            (struct test_kinds_trace_task *)(void *)task, rctx);
        break;
    case TEST_KINDS_METHOD_OPEN:
        test_kinds_monitor_open((struct test_kinds *)(void *)self, mode,
            (struct test_kinds_open_task *)(void *)task, rctx);
        break;
    case TEST_KINDS_METHOD_TICK:
        test_kinds_monitor_tick((struct test_kinds *)(void *)self, mode,
            (struct test_kinds_tick_task *)(void *)task, rctx);
        break;
    case TEST_KINDS_METHOD_SPAWN:
        test_kinds_monitor_spawn((struct test_kinds *)(void *)self, mode,
            (struct test_kinds_spawn_task *)(void *)task, rctx);
        break;
    case TEST_KINDS_METHOD_CLASS:
        test_kinds_monitor_class((struct test_kinds *)(void *)self, mode,
            (struct test_kinds_class_task *)(void *)task, rctx);
        break;
    case TEST_KINDS_METHOD_FAIL:
        test_kinds_monitor_fail((struct test_kinds *)(void *)self, mode,
            (struct test_kinds_fail_task *)(void *)task, rctx);
        break;
    default:
        break;
    }
}

static struct chi_task_schema *schema(uint32_t method)
{
    switch (method) {
    case TEST_KINDS_METHOD_CREATE:
        return &chi_create_schema;
    case TEST_KINDS_METHOD_DESTROY:
        return &chi_destroy_schema;
    case TEST_KINDS_METHOD_WAIT:
        return &test_kinds_wait_schema;
    case TEST_KINDS_METHOD_NOTE:
        return &test_kinds_note_schema;
    case TEST_KINDS_METHOD_TRACE:
        return &test_kinds_trace_schema;
    case TEST_KINDS_METHOD_OPEN:
        return &test_kinds_open_schema;
    case TEST_KINDS_METHOD_TICK:
        return &test_kinds_tick_schema;
    case TEST_KINDS_METHOD_SPAWN:
        return &test_kinds_spawn_schema;
    case TEST_KINDS_METHOD_CLASS:
        return &test_kinds_class_schema;
    case TEST_KINDS_METHOD_FAIL:
        return &test_kinds_fail_schema;
    default:
        return NULL;
    }
}

const struct chi_container_ops test_kinds_ops = {
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
