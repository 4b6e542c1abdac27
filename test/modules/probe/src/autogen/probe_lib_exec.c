/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and probe_tasks.h; do not edit. */
/* clang-format off */
#include "test/probe/autogen/probe_runtime_methods.h"

#include "chimaera/archive.h"
#include "chimaera/lifecycle.h"
#include "chimaera/status.h"

static int run(struct chi_container *self, uint32_t method, struct chi_task *task,
               struct chi_run_context *rctx)
{
    switch (method) {
    case TEST_PROBE_METHOD_CREATE:
        return test_probe_run_create((struct test_probe *)(void *)self,
                   (struct chi_create_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_DESTROY:
        return test_probe_run_destroy((struct test_probe *)(void *)self,
                   (struct chi_destroy_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_NOP:
        return test_probe_run_nop((struct test_probe *)(void *)self,
                   (struct test_probe_nop_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_ECHO:
        return test_probe_run_echo((struct test_probe *)(void *)self,
                   (struct test_probe_echo_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_FAIL:
        return test_probe_run_fail((struct test_probe *)(void *)self,
                   (struct test_probe_fail_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_NO_ROUTE:
        return test_probe_run_no_route((struct test_probe *)(void *)self,
                   (struct test_probe_no_route_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_SLEEP:
        return test_probe_run_sleep((struct test_probe *)(void *)self,
                   (struct test_probe_sleep_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_YIELD:
        return test_probe_run_yield((struct test_probe *)(void *)self,
                   (struct test_probe_yield_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_SPAWN:
        return test_probe_run_spawn((struct test_probe *)(void *)self,
                   (struct test_probe_spawn_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_DEPTH:
        return test_probe_run_depth((struct test_probe *)(void *)self,
                   (struct test_probe_depth_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_WAIT_FD:
        return test_probe_run_wait_fd((struct test_probe *)(void *)self,
                   (struct test_probe_wait_fd_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_BIG_OUTPUT:
        return test_probe_run_big_output((struct test_probe *)(void *)self,
                   (struct test_probe_big_output_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_GATE:
        return test_probe_run_gate((struct test_probe *)(void *)self,
                   (struct test_probe_gate_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_OPEN:
        return test_probe_run_open((struct test_probe *)(void *)self,
                   (struct test_probe_open_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_STUCK:
        return test_probe_run_stuck((struct test_probe *)(void *)self,
                   (struct test_probe_stuck_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_DEEP_STACK:
        return test_probe_run_deep_stack((struct test_probe *)(void *)self,
                   (struct test_probe_deep_stack_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_RECORD:
        return test_probe_run_record((struct test_probe *)(void *)self,
                   (struct test_probe_record_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_WIDE:
        return test_probe_run_wide((struct test_probe *)(void *)self,
                   (struct test_probe_wide_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_COUNTERS:
        return test_probe_run_counters((struct test_probe *)(void *)self,
                   (struct test_probe_counters_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_FOREIGN_LANE:
        return test_probe_run_foreign_lane((struct test_probe *)(void *)self,
                   (struct test_probe_foreign_lane_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_SHARE:
        return test_probe_run_share((struct test_probe *)(void *)self,
                   (struct test_probe_share_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_GATHER:
        return test_probe_run_gather((struct test_probe *)(void *)self,
                   (struct test_probe_gather_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_STEER:
        return test_probe_run_steer((struct test_probe *)(void *)self,
                   (struct test_probe_steer_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_KEYED:
        return test_probe_run_keyed((struct test_probe *)(void *)self,
                   (struct test_probe_keyed_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_NEST:
        return test_probe_run_nest((struct test_probe *)(void *)self,
                   (struct test_probe_nest_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_DROP_POOL:
        return test_probe_run_drop_pool((struct test_probe *)(void *)self,
                   (struct test_probe_drop_pool_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_WEIGH:
        return test_probe_run_weigh((struct test_probe *)(void *)self,
                   (struct test_probe_weigh_task *)(void *)task, rctx);
    case TEST_PROBE_METHOD_LOCKS:
        return test_probe_run_locks((struct test_probe *)(void *)self,
                   (struct test_probe_locks_task *)(void *)task, rctx);
    default:
        return CHI_ENOMETHOD;
    }
}

static void monitor(struct chi_container *self, enum chi_monitor_mode mode,
                    uint32_t method, struct chi_task *task, struct chi_run_context *rctx)
{
    switch (method) {
    case TEST_PROBE_METHOD_CREATE:
        test_probe_monitor_create((struct test_probe *)(void *)self, mode,
            (struct chi_create_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_DESTROY:
        test_probe_monitor_destroy((struct test_probe *)(void *)self, mode,
            (struct chi_destroy_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_NOP:
        test_probe_monitor_nop((struct test_probe *)(void *)self, mode,
            (struct test_probe_nop_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_ECHO:
        test_probe_monitor_echo((struct test_probe *)(void *)self, mode,
            (struct test_probe_echo_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_FAIL:
        test_probe_monitor_fail((struct test_probe *)(void *)self, mode,
            (struct test_probe_fail_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_NO_ROUTE:
        test_probe_monitor_no_route((struct test_probe *)(void *)self, mode,
            (struct test_probe_no_route_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_SLEEP:
        test_probe_monitor_sleep((struct test_probe *)(void *)self, mode,
            (struct test_probe_sleep_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_YIELD:
        test_probe_monitor_yield((struct test_probe *)(void *)self, mode,
            (struct test_probe_yield_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_SPAWN:
        test_probe_monitor_spawn((struct test_probe *)(void *)self, mode,
            (struct test_probe_spawn_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_DEPTH:
        test_probe_monitor_depth((struct test_probe *)(void *)self, mode,
            (struct test_probe_depth_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_WAIT_FD:
        test_probe_monitor_wait_fd((struct test_probe *)(void *)self, mode,
            (struct test_probe_wait_fd_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_BIG_OUTPUT:
        test_probe_monitor_big_output((struct test_probe *)(void *)self, mode,
            (struct test_probe_big_output_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_GATE:
        test_probe_monitor_gate((struct test_probe *)(void *)self, mode,
            (struct test_probe_gate_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_OPEN:
        test_probe_monitor_open((struct test_probe *)(void *)self, mode,
            (struct test_probe_open_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_STUCK:
        test_probe_monitor_stuck((struct test_probe *)(void *)self, mode,
            (struct test_probe_stuck_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_DEEP_STACK:
        test_probe_monitor_deep_stack((struct test_probe *)(void *)self, mode,
            (struct test_probe_deep_stack_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_RECORD:
        test_probe_monitor_record((struct test_probe *)(void *)self, mode,
            (struct test_probe_record_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_WIDE:
        test_probe_monitor_wide((struct test_probe *)(void *)self, mode,
            (struct test_probe_wide_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_COUNTERS:
        test_probe_monitor_counters((struct test_probe *)(void *)self, mode,
            (struct test_probe_counters_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_FOREIGN_LANE:
        test_probe_monitor_foreign_lane((struct test_probe *)(void *)self, mode,
            (struct test_probe_foreign_lane_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_SHARE:
        test_probe_monitor_share((struct test_probe *)(void *)self, mode,
            (struct test_probe_share_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_GATHER:
        test_probe_monitor_gather((struct test_probe *)(void *)self, mode,
            (struct test_probe_gather_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_STEER:
        test_probe_monitor_steer((struct test_probe *)(void *)self, mode,
            (struct test_probe_steer_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_KEYED:
        test_probe_monitor_keyed((struct test_probe *)(void *)self, mode,
            (struct test_probe_keyed_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_NEST:
        test_probe_monitor_nest((struct test_probe *)(void *)self, mode,
            (struct test_probe_nest_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_DROP_POOL:
        test_probe_monitor_drop_pool((struct test_probe *)(void *)self, mode,
            (struct test_probe_drop_pool_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_WEIGH:
        test_probe_monitor_weigh((struct test_probe *)(void *)self, mode,
            (struct test_probe_weigh_task *)(void *)task, rctx);
        break;
    case TEST_PROBE_METHOD_LOCKS:
        test_probe_monitor_locks((struct test_probe *)(void *)self, mode,
            (struct test_probe_locks_task *)(void *)task, rctx);
        break;
    default:
        break;
    }
}

static struct chi_task_schema *schema(uint32_t method)
{
    switch (method) {
    case TEST_PROBE_METHOD_CREATE:
        return &chi_create_schema;
    case TEST_PROBE_METHOD_DESTROY:
        return &chi_destroy_schema;
    case TEST_PROBE_METHOD_NOP:
        return &test_probe_nop_schema;
    case TEST_PROBE_METHOD_ECHO:
        return &test_probe_echo_schema;
    case TEST_PROBE_METHOD_FAIL:
        return &test_probe_fail_schema;
    case TEST_PROBE_METHOD_NO_ROUTE:
        return &test_probe_no_route_schema;
    case TEST_PROBE_METHOD_SLEEP:
        return &test_probe_sleep_schema;
    case TEST_PROBE_METHOD_YIELD:
        return &test_probe_yield_schema;
    case TEST_PROBE_METHOD_SPAWN:
        return &test_probe_spawn_schema;
    case TEST_PROBE_METHOD_DEPTH:
        return &test_probe_depth_schema;
    case TEST_PROBE_METHOD_WAIT_FD:
        return &test_probe_wait_fd_schema;
    case TEST_PROBE_METHOD_BIG_OUTPUT:
        return &test_probe_big_output_schema;
    case TEST_PROBE_METHOD_GATE:
        return &test_probe_gate_schema;
    case TEST_PROBE_METHOD_OPEN:
        return &test_probe_open_schema;
    case TEST_PROBE_METHOD_STUCK:
        return &test_probe_stuck_schema;
    case TEST_PROBE_METHOD_DEEP_STACK:
        return &test_probe_deep_stack_schema;
    case TEST_PROBE_METHOD_RECORD:
        return &test_probe_record_schema;
    case TEST_PROBE_METHOD_WIDE:
        return &test_probe_wide_schema;
    case TEST_PROBE_METHOD_COUNTERS:
        return &test_probe_counters_schema;
    case TEST_PROBE_METHOD_FOREIGN_LANE:
        return &test_probe_foreign_lane_schema;
    case TEST_PROBE_METHOD_SHARE:
        return &test_probe_share_schema;
    case TEST_PROBE_METHOD_GATHER:
        return &test_probe_gather_schema;
    case TEST_PROBE_METHOD_STEER:
        return &test_probe_steer_schema;
    case TEST_PROBE_METHOD_KEYED:
        return &test_probe_keyed_schema;
    case TEST_PROBE_METHOD_NEST:
        return &test_probe_nest_schema;
    case TEST_PROBE_METHOD_DROP_POOL:
        return &test_probe_drop_pool_schema;
    case TEST_PROBE_METHOD_WEIGH:
        return &test_probe_weigh_schema;
    case TEST_PROBE_METHOD_LOCKS:
        return &test_probe_locks_schema;
    default:
        return NULL;
    }
}

static void aggregate(const struct chi_task_schema *schema_, struct chi_task *into, struct chi_task *copy)
{
    if (schema_ && schema_->method == TEST_PROBE_METHOD_GATHER) {
        test_probe_aggregate_gather((struct test_probe_gather_task *)(void *)into, (struct test_probe_gather_task *)(void *)copy);
        return;
    }
    if (schema_ && schema_->method == TEST_PROBE_METHOD_NEST) {
        test_probe_aggregate_nest((struct test_probe_nest_task *)(void *)into, (struct test_probe_nest_task *)(void *)copy);
        return;
    }
    chi_task_aggregate(schema_, into, copy);
}

const struct chi_container_ops test_probe_ops = {
    .run = run,
    .monitor = monitor,
    .schema = schema,
    .create_params = &test_probe_create_params_schema,
    .new_copy = chi_task_copy,
    .aggregate = aggregate,
    .del = chi_task_unload_del,
    .save_in = chi_task_save_in,
    .load_in = chi_task_load_in,
    .save_out = chi_task_save_out,
    .load_out = chi_task_load_out,
};
