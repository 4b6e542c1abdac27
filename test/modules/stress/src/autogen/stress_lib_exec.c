/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and stress_tasks.h; do not edit. */
/* clang-format off */
#include "test/stress/autogen/stress_runtime_methods.h"

#include "chimaera/archive.h"
#include "chimaera/lifecycle.h"
#include "chimaera/status.h"

static int run(struct chi_container *self, uint32_t method, struct chi_task *task,
               struct chi_run_context *rctx)
{
    switch (method) {
    case TEST_STRESS_METHOD_CREATE:
        return test_stress_run_create((struct test_stress *)(void *)self,
                   (struct chi_create_task *)(void *)task, rctx);
    case TEST_STRESS_METHOD_DESTROY:
        return test_stress_run_destroy((struct test_stress *)(void *)self,
                   (struct chi_destroy_task *)(void *)task, rctx);
    case TEST_STRESS_METHOD_WORK:
        return test_stress_run_work((struct test_stress *)(void *)self,
                   (struct test_stress_work_task *)(void *)task, rctx);
    case TEST_STRESS_METHOD_SECTION:
        return test_stress_run_section((struct test_stress *)(void *)self,
                   (struct test_stress_section_task *)(void *)task, rctx);
    case TEST_STRESS_METHOD_SHARE:
        return test_stress_run_share((struct test_stress *)(void *)self,
                   (struct test_stress_share_task *)(void *)task, rctx);
    case TEST_STRESS_METHOD_TREE:
        return test_stress_run_tree((struct test_stress *)(void *)self,
                   (struct test_stress_tree_task *)(void *)task, rctx);
    case TEST_STRESS_METHOD_TICK:
        return test_stress_run_tick((struct test_stress *)(void *)self,
                   (struct test_stress_tick_task *)(void *)task, rctx);
    case TEST_STRESS_METHOD_LEDGER:
        return test_stress_run_ledger((struct test_stress *)(void *)self,
                   (struct test_stress_ledger_task *)(void *)task, rctx);
    case TEST_STRESS_METHOD_REPORT:
        return test_stress_run_report((struct test_stress *)(void *)self,
                   (struct test_stress_report_task *)(void *)task, rctx);
    default:
        return CHI_ENOMETHOD;
    }
}

static void monitor(struct chi_container *self, enum chi_monitor_mode mode,
                    uint32_t method, struct chi_task *task, struct chi_run_context *rctx)
{
    switch (method) {
    case TEST_STRESS_METHOD_CREATE:
        test_stress_monitor_create((struct test_stress *)(void *)self, mode,
            (struct chi_create_task *)(void *)task, rctx);
        break;
    case TEST_STRESS_METHOD_DESTROY:
        test_stress_monitor_destroy((struct test_stress *)(void *)self, mode,
            (struct chi_destroy_task *)(void *)task, rctx);
        break;
    case TEST_STRESS_METHOD_WORK:
        test_stress_monitor_work((struct test_stress *)(void *)self, mode,
            (struct test_stress_work_task *)(void *)task, rctx);
        break;
    case TEST_STRESS_METHOD_SECTION:
        test_stress_monitor_section((struct test_stress *)(void *)self, mode,
            (struct test_stress_section_task *)(void *)task, rctx);
        break;
    case TEST_STRESS_METHOD_SHARE:
        test_stress_monitor_share((struct test_stress *)(void *)self, mode,
            (struct test_stress_share_task *)(void *)task, rctx);
        break;
    case TEST_STRESS_METHOD_TREE:
        test_stress_monitor_tree((struct test_stress *)(void *)self, mode,
            (struct test_stress_tree_task *)(void *)task, rctx);
        break;
    case TEST_STRESS_METHOD_TICK:
        test_stress_monitor_tick((struct test_stress *)(void *)self, mode,
            (struct test_stress_tick_task *)(void *)task, rctx);
        break;
    case TEST_STRESS_METHOD_LEDGER:
        test_stress_monitor_ledger((struct test_stress *)(void *)self, mode,
            (struct test_stress_ledger_task *)(void *)task, rctx);
        break;
    case TEST_STRESS_METHOD_REPORT:
        test_stress_monitor_report((struct test_stress *)(void *)self, mode,
            (struct test_stress_report_task *)(void *)task, rctx);
        break;
    default:
        break;
    }
}

static struct chi_task_schema *schema(uint32_t method)
{
    switch (method) {
    case TEST_STRESS_METHOD_CREATE:
        return &chi_create_schema;
    case TEST_STRESS_METHOD_DESTROY:
        return &chi_destroy_schema;
    case TEST_STRESS_METHOD_WORK:
        return &test_stress_work_schema;
    case TEST_STRESS_METHOD_SECTION:
        return &test_stress_section_schema;
    case TEST_STRESS_METHOD_SHARE:
        return &test_stress_share_schema;
    case TEST_STRESS_METHOD_TREE:
        return &test_stress_tree_schema;
    case TEST_STRESS_METHOD_TICK:
        return &test_stress_tick_schema;
    case TEST_STRESS_METHOD_LEDGER:
        return &test_stress_ledger_schema;
    case TEST_STRESS_METHOD_REPORT:
        return &test_stress_report_schema;
    default:
        return NULL;
    }
}

static void aggregate(const struct chi_task_schema *schema_, struct chi_task *into, struct chi_task *copy)
{
    if (schema_ && schema_->method == TEST_STRESS_METHOD_SHARE) {
        test_stress_aggregate_share((struct test_stress_share_task *)(void *)into, (struct test_stress_share_task *)(void *)copy);
        return;
    }
    if (schema_ && schema_->method == TEST_STRESS_METHOD_REPORT) {
        test_stress_aggregate_report((struct test_stress_report_task *)(void *)into, (struct test_stress_report_task *)(void *)copy);
        return;
    }
    chi_task_aggregate(schema_, into, copy);
}

const struct chi_container_ops test_stress_ops = {
    .run = run,
    .monitor = monitor,
    .schema = schema,
    .create_params = NULL,
    .new_copy = chi_task_copy,
    .aggregate = aggregate,
    .del = chi_task_unload_del,
    .save_in = chi_task_save_in,
    .load_in = chi_task_load_in,
    .save_out = chi_task_save_out,
    .load_out = chi_task_load_out,
};
