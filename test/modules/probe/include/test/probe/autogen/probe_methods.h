/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and probe_tasks.h; do not edit. */
/* clang-format off */
#ifndef TEST_PROBE_METHODS_H
#define TEST_PROBE_METHODS_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

#define TEST_PROBE_LIBRARY "test_probe"

enum test_probe_method {
    TEST_PROBE_METHOD_CREATE = 0,
    TEST_PROBE_METHOD_DESTROY = 1,
    TEST_PROBE_METHOD_NOP = 10,
    TEST_PROBE_METHOD_ECHO = 11,
    TEST_PROBE_METHOD_FAIL = 12,
    TEST_PROBE_METHOD_NO_ROUTE = 13,
    TEST_PROBE_METHOD_SLEEP = 14,
    TEST_PROBE_METHOD_YIELD = 15,
    TEST_PROBE_METHOD_SPAWN = 16,
    TEST_PROBE_METHOD_DEPTH = 17,
    TEST_PROBE_METHOD_WAIT_FD = 18,
    TEST_PROBE_METHOD_BIG_OUTPUT = 19,
    TEST_PROBE_METHOD_GATE = 20,
    TEST_PROBE_METHOD_OPEN = 21,
    TEST_PROBE_METHOD_STUCK = 22,
    TEST_PROBE_METHOD_DEEP_STACK = 23,
    TEST_PROBE_METHOD_RECORD = 24,
    TEST_PROBE_METHOD_WIDE = 25,
    TEST_PROBE_METHOD_COUNTERS = 26,
    TEST_PROBE_METHOD_FOREIGN_LANE = 27,
    TEST_PROBE_METHOD_SHARE = 28,
    TEST_PROBE_METHOD_GATHER = 29,
    TEST_PROBE_METHOD_STEER = 30,
    TEST_PROBE_METHOD_KEYED = 31,
    TEST_PROBE_METHOD_NEST = 32,
    TEST_PROBE_METHOD_DROP_POOL = 33,
    TEST_PROBE_METHOD_WEIGH = 40,
    TEST_PROBE_METHOD_LOCKS = 60,
};

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
struct test_probe_create_params;

CHI_BEGIN_DECLS

extern struct chi_task_schema test_probe_nop_schema;
extern struct chi_task_schema test_probe_echo_schema;
extern struct chi_task_schema test_probe_fail_schema;
extern struct chi_task_schema test_probe_no_route_schema;
extern struct chi_task_schema test_probe_sleep_schema;
extern struct chi_task_schema test_probe_yield_schema;
extern struct chi_task_schema test_probe_spawn_schema;
extern struct chi_task_schema test_probe_depth_schema;
extern struct chi_task_schema test_probe_wait_fd_schema;
extern struct chi_task_schema test_probe_big_output_schema;
extern struct chi_task_schema test_probe_gate_schema;
extern struct chi_task_schema test_probe_open_schema;
extern struct chi_task_schema test_probe_stuck_schema;
extern struct chi_task_schema test_probe_deep_stack_schema;
extern struct chi_task_schema test_probe_record_schema;
extern struct chi_task_schema test_probe_wide_schema;
extern struct chi_task_schema test_probe_counters_schema;
extern struct chi_task_schema test_probe_foreign_lane_schema;
extern struct chi_task_schema test_probe_share_schema;
extern struct chi_task_schema test_probe_gather_schema;
extern struct chi_task_schema test_probe_steer_schema;
extern struct chi_task_schema test_probe_keyed_schema;
extern struct chi_task_schema test_probe_nest_schema;
extern struct chi_task_schema test_probe_drop_pool_schema;
extern struct chi_task_schema test_probe_weigh_schema;
extern struct chi_task_schema test_probe_locks_schema;
extern const struct chi_schema test_probe_create_params_schema;
/* All of them, for struct chimaera_admin_pool_spec. */
extern const struct chi_module_schemas test_probe_schemas;

CHI_END_DECLS

#endif
