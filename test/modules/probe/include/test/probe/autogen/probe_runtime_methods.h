/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and probe_tasks.h; do not edit. */
/* clang-format off */
#ifndef TEST_PROBE_RUNTIME_METHODS_H
#define TEST_PROBE_RUNTIME_METHODS_H

#include "test/probe/autogen/probe_methods.h"

#include "chimaera/container.h"

struct test_probe; /* the module's state; begins with struct chi_container */
struct chi_create_task;
struct chi_destroy_task;
struct test_probe_nop_task;
struct test_probe_echo_task;
struct test_probe_fail_task;
struct test_probe_no_route_task;
struct test_probe_sleep_task;
struct test_probe_yield_task;
struct test_probe_spawn_task;
struct test_probe_depth_task;
struct test_probe_wait_fd_task;
struct test_probe_big_output_task;
struct test_probe_gate_task;
struct test_probe_open_task;
struct test_probe_stuck_task;
struct test_probe_deep_stack_task;
struct test_probe_record_task;
struct test_probe_wide_task;
struct test_probe_counters_task;
struct test_probe_foreign_lane_task;
struct test_probe_share_task;
struct test_probe_gather_task;
struct test_probe_steer_task;
struct test_probe_keyed_task;
struct test_probe_nest_task;
struct test_probe_drop_pool_task;
struct test_probe_weigh_task;
struct test_probe_locks_task;

CHI_BEGIN_DECLS

int test_probe_run_create(struct test_probe *self, struct chi_create_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_create(struct test_probe *self, enum chi_monitor_mode mode,
    struct chi_create_task *task, struct chi_run_context *rctx);

int test_probe_run_destroy(struct test_probe *self, struct chi_destroy_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_destroy(struct test_probe *self, enum chi_monitor_mode mode,
    struct chi_destroy_task *task, struct chi_run_context *rctx);

int test_probe_run_nop(struct test_probe *self, struct test_probe_nop_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_nop(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_nop_task *task, struct chi_run_context *rctx);

int test_probe_run_echo(struct test_probe *self, struct test_probe_echo_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_echo(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_echo_task *task, struct chi_run_context *rctx);

int test_probe_run_fail(struct test_probe *self, struct test_probe_fail_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_fail(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_fail_task *task, struct chi_run_context *rctx);

int test_probe_run_no_route(struct test_probe *self, struct test_probe_no_route_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_no_route(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_no_route_task *task, struct chi_run_context *rctx);

int test_probe_run_sleep(struct test_probe *self, struct test_probe_sleep_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_sleep(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_sleep_task *task, struct chi_run_context *rctx);

int test_probe_run_yield(struct test_probe *self, struct test_probe_yield_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_yield(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_yield_task *task, struct chi_run_context *rctx);

int test_probe_run_spawn(struct test_probe *self, struct test_probe_spawn_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_spawn(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_spawn_task *task, struct chi_run_context *rctx);

int test_probe_run_depth(struct test_probe *self, struct test_probe_depth_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_depth(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_depth_task *task, struct chi_run_context *rctx);

int test_probe_run_wait_fd(struct test_probe *self, struct test_probe_wait_fd_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_wait_fd(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_wait_fd_task *task, struct chi_run_context *rctx);

int test_probe_run_big_output(struct test_probe *self, struct test_probe_big_output_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_big_output(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_big_output_task *task, struct chi_run_context *rctx);

int test_probe_run_gate(struct test_probe *self, struct test_probe_gate_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_gate(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_gate_task *task, struct chi_run_context *rctx);

int test_probe_run_open(struct test_probe *self, struct test_probe_open_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_open(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_open_task *task, struct chi_run_context *rctx);

int test_probe_run_stuck(struct test_probe *self, struct test_probe_stuck_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_stuck(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_stuck_task *task, struct chi_run_context *rctx);

int test_probe_run_deep_stack(struct test_probe *self, struct test_probe_deep_stack_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_deep_stack(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_deep_stack_task *task, struct chi_run_context *rctx);

int test_probe_run_record(struct test_probe *self, struct test_probe_record_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_record(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_record_task *task, struct chi_run_context *rctx);

int test_probe_run_wide(struct test_probe *self, struct test_probe_wide_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_wide(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_wide_task *task, struct chi_run_context *rctx);

int test_probe_run_counters(struct test_probe *self, struct test_probe_counters_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_counters(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_counters_task *task, struct chi_run_context *rctx);

int test_probe_run_foreign_lane(struct test_probe *self, struct test_probe_foreign_lane_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_foreign_lane(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_foreign_lane_task *task, struct chi_run_context *rctx);

int test_probe_run_share(struct test_probe *self, struct test_probe_share_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_share(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_share_task *task, struct chi_run_context *rctx);

int test_probe_run_gather(struct test_probe *self, struct test_probe_gather_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_gather(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_gather_task *task, struct chi_run_context *rctx);

int test_probe_run_steer(struct test_probe *self, struct test_probe_steer_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_steer(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_steer_task *task, struct chi_run_context *rctx);

int test_probe_run_keyed(struct test_probe *self, struct test_probe_keyed_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_keyed(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_keyed_task *task, struct chi_run_context *rctx);

int test_probe_run_nest(struct test_probe *self, struct test_probe_nest_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_nest(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_nest_task *task, struct chi_run_context *rctx);

int test_probe_run_drop_pool(struct test_probe *self, struct test_probe_drop_pool_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_drop_pool(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_drop_pool_task *task, struct chi_run_context *rctx);

int test_probe_run_weigh(struct test_probe *self, struct test_probe_weigh_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_weigh(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_weigh_task *task, struct chi_run_context *rctx);

int test_probe_run_locks(struct test_probe *self, struct test_probe_locks_task *task,
    struct chi_run_context *rctx);
void test_probe_monitor_locks(struct test_probe *self, enum chi_monitor_mode mode,
    struct test_probe_locks_task *task, struct chi_run_context *rctx);

void test_probe_aggregate_gather(struct test_probe_gather_task *into, struct test_probe_gather_task *copy);

void test_probe_aggregate_nest(struct test_probe_nest_task *into, struct test_probe_nest_task *copy);

extern const struct chi_container_ops test_probe_ops;

CHI_END_DECLS

#endif
