/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and probe_tasks.h; do not edit. */
/* clang-format off */
#include "test/probe/autogen/probe_methods.h"
#include "test/probe/probe_tasks.h"

#include "chimaera/buffer.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define CHI_SIZE_(type, member) sizeof(((type *)0)->member)
#define CHI_PLACE_(type, member) .offset = offsetof(type, member), .size = CHI_SIZE_(type, member)

static const struct chi_enum_value test_probe_spawn_values[] = {
    {.name = "all", .value = TEST_PROBE_SPAWN_ALL},
    {.name = "any", .value = TEST_PROBE_SPAWN_ANY},
    {.name = "timeout", .value = TEST_PROBE_SPAWN_TIMEOUT},
    {.name = "detach", .value = TEST_PROBE_SPAWN_DETACH},
    {.name = "forget", .value = TEST_PROBE_SPAWN_FORGET},
    {.name = "misuse", .value = TEST_PROBE_SPAWN_MISUSE},
    {.name = "keep", .value = TEST_PROBE_SPAWN_KEEP},
    {.name = "fail", .value = TEST_PROBE_SPAWN_FAIL},
    {.name = "say", .value = TEST_PROBE_SPAWN_SAY},
    {.name = NULL},
};
_Static_assert((long long)(TEST_PROBE_SPAWN_ALL) == (long long)(uint32_t)(TEST_PROBE_SPAWN_ALL),
               "TEST_PROBE_SPAWN_ALL does not fit in 32 bits");
_Static_assert((long long)(TEST_PROBE_SPAWN_ANY) == (long long)(uint32_t)(TEST_PROBE_SPAWN_ANY),
               "TEST_PROBE_SPAWN_ANY does not fit in 32 bits");
_Static_assert((long long)(TEST_PROBE_SPAWN_TIMEOUT) == (long long)(uint32_t)(TEST_PROBE_SPAWN_TIMEOUT),
               "TEST_PROBE_SPAWN_TIMEOUT does not fit in 32 bits");
_Static_assert((long long)(TEST_PROBE_SPAWN_DETACH) == (long long)(uint32_t)(TEST_PROBE_SPAWN_DETACH),
               "TEST_PROBE_SPAWN_DETACH does not fit in 32 bits");
_Static_assert((long long)(TEST_PROBE_SPAWN_FORGET) == (long long)(uint32_t)(TEST_PROBE_SPAWN_FORGET),
               "TEST_PROBE_SPAWN_FORGET does not fit in 32 bits");
_Static_assert((long long)(TEST_PROBE_SPAWN_MISUSE) == (long long)(uint32_t)(TEST_PROBE_SPAWN_MISUSE),
               "TEST_PROBE_SPAWN_MISUSE does not fit in 32 bits");
_Static_assert((long long)(TEST_PROBE_SPAWN_KEEP) == (long long)(uint32_t)(TEST_PROBE_SPAWN_KEEP),
               "TEST_PROBE_SPAWN_KEEP does not fit in 32 bits");
_Static_assert((long long)(TEST_PROBE_SPAWN_FAIL) == (long long)(uint32_t)(TEST_PROBE_SPAWN_FAIL),
               "TEST_PROBE_SPAWN_FAIL does not fit in 32 bits");
_Static_assert((long long)(TEST_PROBE_SPAWN_SAY) == (long long)(uint32_t)(TEST_PROBE_SPAWN_SAY),
               "TEST_PROBE_SPAWN_SAY does not fit in 32 bits");

static const struct chi_enum_value test_probe_mood_values[] = {
    {.name = "calm", .value = TEST_PROBE_MOOD_CALM},
    {.name = "failing", .value = TEST_PROBE_MOOD_FAILING},
    {.name = "eager", .value = TEST_PROBE_MOOD_EAGER},
    {.name = NULL},
};
_Static_assert((long long)(TEST_PROBE_MOOD_CALM) == (long long)(uint32_t)(TEST_PROBE_MOOD_CALM),
               "TEST_PROBE_MOOD_CALM does not fit in 32 bits");
_Static_assert((long long)(TEST_PROBE_MOOD_FAILING) == (long long)(uint32_t)(TEST_PROBE_MOOD_FAILING),
               "TEST_PROBE_MOOD_FAILING does not fit in 32 bits");
_Static_assert((long long)(TEST_PROBE_MOOD_EAGER) == (long long)(uint32_t)(TEST_PROBE_MOOD_EAGER),
               "TEST_PROBE_MOOD_EAGER does not fit in 32 bits");

static const struct chi_member test_probe_point__plain_members[] = {
    {.name = "x", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_probe_point, x)},
    {.name = "y", .kind = CHI_MEMBER_U16, .direction = CHI_DIRECTION_INOUT, .count = 3,
     CHI_PLACE_(struct test_probe_point, y)},
};
_Static_assert(sizeof(struct test_probe_point) == 12,
               "struct test_probe_point is packed, or not what chi_refresh_repo read");
_Static_assert(CHI_SIZE_(struct test_probe_point, y) == 3 * sizeof(uint16_t),
               "y is not what chi_refresh_repo read");

static const struct chi_schema test_probe_point__plain_schema = {
    .name = "test_probe_point",
    .size = sizeof(struct test_probe_point),
    .member_count = 2,
    .members = test_probe_point__plain_members,
    .hash = 0x00bbac5c94934a39,
};

static const struct chi_member test_probe_create_params_members[] = {
    {.name = "lanes", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_create_params, lanes)},
    {.name = "mood", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_create_params, mood),
     .values = test_probe_mood_values},
    {.name = "fail_code", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_create_params, fail_code)},
    {.name = "fail_container", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_create_params, fail_container)},
    {.name = "room", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_create_params, room)},
    {.name = "text", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_create_params, text)},
    {.name = "no_gates", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_create_params, no_gates)},
};
_Static_assert(sizeof(struct test_probe_create_params) == 80,
               "struct test_probe_create_params is packed, or not what chi_refresh_repo read");

const struct chi_schema test_probe_create_params_schema = {
    .name = "test_probe_create_params",
    .size = sizeof(struct test_probe_create_params),
    .member_count = 7,
    .members = test_probe_create_params_members,
    .hash = 0x0ce854de26d18b3e,
};

_Static_assert(offsetof(struct test_probe_nop_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_nop_schema = {
    .type = {
        .name = "test_probe_nop_task",
        .size = sizeof(struct test_probe_nop_task),
        .member_count = 0,
        .members = NULL,
        .hash = 0xcbf29ce484222325,
    },
    .method_name = "nop",
    .method = 10,
};

static const struct chi_member test_probe_echo_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, lane)},
    {.name = "in_u8", .kind = CHI_MEMBER_U8, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_u8)},
    {.name = "in_u16", .kind = CHI_MEMBER_U16, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_u16)},
    {.name = "in_u32", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_u32)},
    {.name = "in_u64", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_u64)},
    {.name = "in_i8", .kind = CHI_MEMBER_I8, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_i8)},
    {.name = "in_i16", .kind = CHI_MEMBER_I16, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_i16)},
    {.name = "in_i32", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_i32)},
    {.name = "in_i64", .kind = CHI_MEMBER_I64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_i64)},
    {.name = "in_f32", .kind = CHI_MEMBER_F32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_f32)},
    {.name = "in_f64", .kind = CHI_MEMBER_F64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_f64)},
    {.name = "in_array", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 5,
     CHI_PLACE_(struct test_probe_echo_task, in_array)},
    {.name = "in_point", .kind = CHI_MEMBER_STRUCT, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_point),
     .nested = &test_probe_point__plain_schema},
    {.name = "in_pool", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_pool)},
    {.name = "in_query", .kind = CHI_MEMBER_POOL_QUERY, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_query)},
    {.name = "in_vector", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_vector),
     .element_kind = CHI_MEMBER_U64, .element_size = sizeof(uint64_t)},
    {.name = "in_string", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, in_string)},
    {.name = "text", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, text)},
    {.name = "bytes", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, bytes)},
    {.name = "out_u8", .kind = CHI_MEMBER_U8, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_u8)},
    {.name = "out_u16", .kind = CHI_MEMBER_U16, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_u16)},
    {.name = "out_u32", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_u32)},
    {.name = "out_u64", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_u64)},
    {.name = "out_i8", .kind = CHI_MEMBER_I8, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_i8)},
    {.name = "out_i16", .kind = CHI_MEMBER_I16, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_i16)},
    {.name = "out_i32", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_i32)},
    {.name = "out_i64", .kind = CHI_MEMBER_I64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_i64)},
    {.name = "out_f32", .kind = CHI_MEMBER_F32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_f32)},
    {.name = "out_f64", .kind = CHI_MEMBER_F64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_f64)},
    {.name = "out_array", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 5,
     CHI_PLACE_(struct test_probe_echo_task, out_array)},
    {.name = "out_point", .kind = CHI_MEMBER_STRUCT, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_point),
     .nested = &test_probe_point__plain_schema},
    {.name = "out_pool", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_pool)},
    {.name = "out_query", .kind = CHI_MEMBER_POOL_QUERY, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_query)},
    {.name = "out_vector", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_vector),
     .element_kind = CHI_MEMBER_U64, .element_size = sizeof(uint64_t)},
    {.name = "out_string", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_echo_task, out_string)},
};
_Static_assert(sizeof(struct test_probe_echo_task) == 536,
               "struct test_probe_echo_task is packed, or not what chi_refresh_repo read");
_Static_assert(CHI_SIZE_(struct test_probe_echo_task, in_array) == 5 * sizeof(uint32_t),
               "in_array is not what chi_refresh_repo read");
_Static_assert(CHI_SIZE_(struct test_probe_echo_task, out_array) == 5 * sizeof(uint32_t),
               "out_array is not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_echo_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_echo_schema = {
    .type = {
        .name = "test_probe_echo_task",
        .size = sizeof(struct test_probe_echo_task),
        .member_count = 35,
        .members = test_probe_echo_task_members,
        .hash = 0x2294619ae2fe54c2,
    },
    .method_name = "echo",
    .method = 11,
};

static const struct chi_member test_probe_fail_task_members[] = {
    {.name = "code", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_fail_task, code)},
    {.name = "left", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_fail_task, left)},
};
_Static_assert(sizeof(struct test_probe_fail_task) == 72,
               "struct test_probe_fail_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_fail_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_fail_schema = {
    .type = {
        .name = "test_probe_fail_task",
        .size = sizeof(struct test_probe_fail_task),
        .member_count = 2,
        .members = test_probe_fail_task_members,
        .hash = 0xdefa205e5a1a6c4c,
    },
    .method_name = "fail",
    .method = 12,
};

_Static_assert(offsetof(struct test_probe_no_route_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_no_route_schema = {
    .type = {
        .name = "test_probe_no_route_task",
        .size = sizeof(struct test_probe_no_route_task),
        .member_count = 0,
        .members = NULL,
        .hash = 0xcbf29ce484222325,
    },
    .method_name = "no_route",
    .method = 13,
};

static const struct chi_member test_probe_sleep_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_sleep_task, lane)},
    {.name = "duration_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_sleep_task, duration_ns)},
    {.name = "slept", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_sleep_task, slept)},
};
_Static_assert(sizeof(struct test_probe_sleep_task) == 88,
               "struct test_probe_sleep_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_sleep_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_sleep_schema = {
    .type = {
        .name = "test_probe_sleep_task",
        .size = sizeof(struct test_probe_sleep_task),
        .member_count = 3,
        .members = test_probe_sleep_task_members,
        .hash = 0x183b7c5df25110ea,
    },
    .method_name = "sleep",
    .method = 14,
};

static const struct chi_member test_probe_yield_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_yield_task, lane)},
    {.name = "times", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_yield_task, times)},
};
_Static_assert(sizeof(struct test_probe_yield_task) == 72,
               "struct test_probe_yield_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_yield_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_yield_schema = {
    .type = {
        .name = "test_probe_yield_task",
        .size = sizeof(struct test_probe_yield_task),
        .member_count = 2,
        .members = test_probe_yield_task_members,
        .hash = 0x6b87f77ed9d4cef1,
    },
    .method_name = "yield",
    .method = 15,
};

static const struct chi_member test_probe_spawn_task_members[] = {
    {.name = "kind", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_spawn_task, kind),
     .values = test_probe_spawn_values},
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_spawn_task, lane)},
    {.name = "count", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_spawn_task, count)},
    {.name = "done", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_spawn_task, done)},
    {.name = "codes", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_spawn_task, codes),
     .element_kind = CHI_MEMBER_I32, .element_size = sizeof(int32_t)},
};
_Static_assert(sizeof(struct test_probe_spawn_task) == 128,
               "struct test_probe_spawn_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_spawn_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_spawn_schema = {
    .type = {
        .name = "test_probe_spawn_task",
        .size = sizeof(struct test_probe_spawn_task),
        .member_count = 5,
        .members = test_probe_spawn_task_members,
        .hash = 0x474c0d5683de83ee,
    },
    .method_name = "spawn",
    .method = 16,
};

static const struct chi_member test_probe_depth_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_depth_task, lane)},
    {.name = "levels", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_depth_task, levels)},
    {.name = "reached", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_depth_task, reached)},
    {.name = "minor", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_depth_task, minor)},
    {.name = "same_group", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_depth_task, same_group)},
};
_Static_assert(sizeof(struct test_probe_depth_task) == 84,
               "struct test_probe_depth_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_depth_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_depth_schema = {
    .type = {
        .name = "test_probe_depth_task",
        .size = sizeof(struct test_probe_depth_task),
        .member_count = 5,
        .members = test_probe_depth_task_members,
        .hash = 0x99d6df25718d2a41,
    },
    .method_name = "depth",
    .method = 17,
};

static const struct chi_member test_probe_wait_fd_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_wait_fd_task, lane)},
    {.name = "delay_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_wait_fd_task, delay_ns)},
    {.name = "events", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_wait_fd_task, events)},
};
_Static_assert(sizeof(struct test_probe_wait_fd_task) == 88,
               "struct test_probe_wait_fd_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_wait_fd_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_wait_fd_schema = {
    .type = {
        .name = "test_probe_wait_fd_task",
        .size = sizeof(struct test_probe_wait_fd_task),
        .member_count = 3,
        .members = test_probe_wait_fd_task_members,
        .hash = 0xb35370f6d523e96c,
    },
    .method_name = "wait_fd",
    .method = 18,
};

static const struct chi_member test_probe_big_output_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_big_output_task, lane)},
    {.name = "size", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_big_output_task, size)},
    {.name = "bytes", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_big_output_task, bytes)},
};
_Static_assert(sizeof(struct test_probe_big_output_task) == 128,
               "struct test_probe_big_output_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_big_output_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_big_output_schema = {
    .type = {
        .name = "test_probe_big_output_task",
        .size = sizeof(struct test_probe_big_output_task),
        .member_count = 3,
        .members = test_probe_big_output_task_members,
        .hash = 0x7e4ba83af4192aa9,
    },
    .method_name = "big_output",
    .method = 19,
};

static const struct chi_member test_probe_gate_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_gate_task, lane)},
    {.name = "gate", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_gate_task, gate)},
    {.name = "passed", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_gate_task, passed)},
};
_Static_assert(sizeof(struct test_probe_gate_task) == 76,
               "struct test_probe_gate_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_gate_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_gate_schema = {
    .type = {
        .name = "test_probe_gate_task",
        .size = sizeof(struct test_probe_gate_task),
        .member_count = 3,
        .members = test_probe_gate_task_members,
        .hash = 0xbe4cc3fd2749688c,
    },
    .method_name = "gate",
    .method = 20,
};

static const struct chi_member test_probe_open_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_open_task, lane)},
    {.name = "gate", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_open_task, gate)},
    {.name = "shut", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_open_task, shut)},
};
_Static_assert(sizeof(struct test_probe_open_task) == 76,
               "struct test_probe_open_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_open_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_open_schema = {
    .type = {
        .name = "test_probe_open_task",
        .size = sizeof(struct test_probe_open_task),
        .member_count = 3,
        .members = test_probe_open_task_members,
        .hash = 0xfc9ded96d2a09b6b,
    },
    .method_name = "open",
    .method = 21,
};

static const struct chi_member test_probe_stuck_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_stuck_task, lane)},
    {.name = "flag", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_probe_stuck_task, flag)},
    {.name = "spawn", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_stuck_task, spawn)},
    {.name = "spawned", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_stuck_task, spawned)},
};
_Static_assert(sizeof(struct test_probe_stuck_task) == 96,
               "struct test_probe_stuck_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_stuck_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_stuck_schema = {
    .type = {
        .name = "test_probe_stuck_task",
        .size = sizeof(struct test_probe_stuck_task),
        .member_count = 4,
        .members = test_probe_stuck_task_members,
        .hash = 0xd45f54ff9ce5a51e,
    },
    .method_name = "stuck",
    .method = 22,
};

static const struct chi_member test_probe_deep_stack_task_members[] = {
    {.name = "bytes", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_deep_stack_task, bytes)},
    {.name = "sum", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_deep_stack_task, sum)},
};
_Static_assert(sizeof(struct test_probe_deep_stack_task) == 80,
               "struct test_probe_deep_stack_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_deep_stack_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_deep_stack_schema = {
    .type = {
        .name = "test_probe_deep_stack_task",
        .size = sizeof(struct test_probe_deep_stack_task),
        .member_count = 2,
        .members = test_probe_deep_stack_task_members,
        .hash = 0x2c2fc36c79857f5a,
    },
    .method_name = "deep_stack",
    .method = 23,
};

static const struct chi_member test_probe_record_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_record_task, lane)},
    {.name = "yields", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_record_task, yields)},
    {.name = "place", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_record_task, place)},
    {.name = "thread", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_record_task, thread)},
};
_Static_assert(sizeof(struct test_probe_record_task) == 88,
               "struct test_probe_record_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_record_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_record_schema = {
    .type = {
        .name = "test_probe_record_task",
        .size = sizeof(struct test_probe_record_task),
        .member_count = 4,
        .members = test_probe_record_task_members,
        .hash = 0x7fe80db406d23c95,
    },
    .method_name = "record",
    .method = 24,
};

static const struct chi_member test_probe_wide_task_members[] = {
    {.name = "words", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 492,
     CHI_PLACE_(struct test_probe_wide_task, words)},
    {.name = "sum", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_wide_task, sum)},
};
_Static_assert(sizeof(struct test_probe_wide_task) == 4008,
               "struct test_probe_wide_task is packed, or not what chi_refresh_repo read");
_Static_assert(CHI_SIZE_(struct test_probe_wide_task, words) == 492 * sizeof(uint64_t),
               "words is not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_wide_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_wide_schema = {
    .type = {
        .name = "test_probe_wide_task",
        .size = sizeof(struct test_probe_wide_task),
        .member_count = 2,
        .members = test_probe_wide_task_members,
        .hash = 0xce9cffb8f0d326e2,
    },
    .method_name = "wide",
    .method = 25,
};

static const struct chi_member test_probe_counters_task_members[] = {
    {.name = "created", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_counters_task, created)},
    {.name = "destroyed", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_counters_task, destroyed)},
    {.name = "running", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_counters_task, running)},
    {.name = "global", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_counters_task, global)},
    {.name = "gathers", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_counters_task, gathers)},
    {.name = "weighed", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_counters_task, weighed)},
    {.name = "cleaned", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_counters_task, cleaned)},
    {.name = "cleaned_code", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_counters_task, cleaned_code)},
};
_Static_assert(sizeof(struct test_probe_counters_task) == 128,
               "struct test_probe_counters_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_counters_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_counters_schema = {
    .type = {
        .name = "test_probe_counters_task",
        .size = sizeof(struct test_probe_counters_task),
        .member_count = 8,
        .members = test_probe_counters_task_members,
        .hash = 0xcf361aa411af40f8,
    },
    .method_name = "counters",
    .method = 26,
};

_Static_assert(offsetof(struct test_probe_foreign_lane_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_foreign_lane_schema = {
    .type = {
        .name = "test_probe_foreign_lane_task",
        .size = sizeof(struct test_probe_foreign_lane_task),
        .member_count = 0,
        .members = NULL,
        .hash = 0xcbf29ce484222325,
    },
    .method_name = "foreign_lane",
    .method = 27,
};

static const struct chi_member test_probe_share_task_members[] = {
    {.name = "fail_first", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_share_task, fail_first)},
    {.name = "fail_count", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_share_task, fail_count)},
    {.name = "text", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_share_task, text)},
    {.name = "numbers", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_share_task, numbers),
     .element_kind = CHI_MEMBER_U32, .element_size = sizeof(uint32_t)},
    {.name = "trail", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_probe_share_task, trail)},
    {.name = "total", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_probe_share_task, total)},
    {.name = "marks", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_probe_share_task, marks)},
    {.name = "container", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_share_task, container)},
    {.name = "text_size", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_share_task, text_size)},
    {.name = "sum", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_share_task, sum)},
    {.name = "answer", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_share_task, answer)},
};
_Static_assert(sizeof(struct test_probe_share_task) == 312,
               "struct test_probe_share_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_share_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_share_schema = {
    .type = {
        .name = "test_probe_share_task",
        .size = sizeof(struct test_probe_share_task),
        .member_count = 11,
        .members = test_probe_share_task_members,
        .hash = 0xe217a0879ff2112e,
    },
    .method_name = "share",
    .method = 28,
};

static const struct chi_member test_probe_gather_task_members[] = {
    {.name = "yields", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_gather_task, yields)},
    {.name = "fail_first", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_gather_task, fail_first)},
    {.name = "fail_count", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_gather_task, fail_count)},
    {.name = "gate", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_gather_task, gate)},
    {.name = "ballast", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_gather_task, ballast)},
    {.name = "containers", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_gather_task, containers),
     .element_kind = CHI_MEMBER_U32, .element_size = sizeof(uint32_t)},
    {.name = "codes", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_gather_task, codes),
     .element_kind = CHI_MEMBER_I32, .element_size = sizeof(int32_t)},
    {.name = "sum", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_gather_task, sum)},
    {.name = "merged", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_gather_task, merged)},
};
_Static_assert(sizeof(struct test_probe_gather_task) == 240,
               "struct test_probe_gather_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_gather_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_gather_schema = {
    .type = {
        .name = "test_probe_gather_task",
        .size = sizeof(struct test_probe_gather_task),
        .member_count = 9,
        .members = test_probe_gather_task_members,
        .hash = 0x0f3a09b393a15b94,
    },
    .method_name = "gather",
    .method = 29,
};

static const struct chi_member test_probe_steer_task_members[] = {
    {.name = "to", .kind = CHI_MEMBER_POOL_QUERY, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_steer_task, to)},
    {.name = "container", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_steer_task, container)},
    {.name = "containers", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_steer_task, containers)},
};
_Static_assert(sizeof(struct test_probe_steer_task) == 84,
               "struct test_probe_steer_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_steer_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_steer_schema = {
    .type = {
        .name = "test_probe_steer_task",
        .size = sizeof(struct test_probe_steer_task),
        .member_count = 3,
        .members = test_probe_steer_task_members,
        .hash = 0x0255261d5186e6db,
    },
    .method_name = "steer",
    .method = 30,
};

static const struct chi_member test_probe_keyed_task_members[] = {
    {.name = "key", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_keyed_task, key)},
    {.name = "levels", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_keyed_task, levels)},
    {.name = "container", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_keyed_task, container)},
    {.name = "deepest", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_keyed_task, deepest)},
};
_Static_assert(sizeof(struct test_probe_keyed_task) == 128,
               "struct test_probe_keyed_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_keyed_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_keyed_schema = {
    .type = {
        .name = "test_probe_keyed_task",
        .size = sizeof(struct test_probe_keyed_task),
        .member_count = 4,
        .members = test_probe_keyed_task_members,
        .hash = 0x81c69c38cf83795f,
    },
    .method_name = "keyed",
    .method = 31,
};

static const struct chi_member test_probe_nest_task_members[] = {
    {.name = "levels", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_nest_task, levels)},
    {.name = "leaves", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_nest_task, leaves)},
    {.name = "failed", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_nest_task, failed)},
};
_Static_assert(sizeof(struct test_probe_nest_task) == 88,
               "struct test_probe_nest_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_nest_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_nest_schema = {
    .type = {
        .name = "test_probe_nest_task",
        .size = sizeof(struct test_probe_nest_task),
        .member_count = 3,
        .members = test_probe_nest_task_members,
        .hash = 0xef0f8cfab346888b,
    },
    .method_name = "nest",
    .method = 32,
};

static const struct chi_member test_probe_drop_pool_task_members[] = {
    {.name = "pool_id", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_drop_pool_task, pool_id)},
    {.name = "via", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_drop_pool_task, via)},
    {.name = "hops", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_drop_pool_task, hops)},
    {.name = "broadcast", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_drop_pool_task, broadcast)},
    {.name = "forget", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_drop_pool_task, forget)},
    {.name = "delay_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_drop_pool_task, delay_ns)},
};
_Static_assert(sizeof(struct test_probe_drop_pool_task) == 104,
               "struct test_probe_drop_pool_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_drop_pool_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_drop_pool_schema = {
    .type = {
        .name = "test_probe_drop_pool_task",
        .size = sizeof(struct test_probe_drop_pool_task),
        .member_count = 6,
        .members = test_probe_drop_pool_task_members,
        .hash = 0x6f46e32f61e69bd1,
    },
    .method_name = "drop_pool",
    .method = 33,
};

static const struct chi_member test_probe_weigh_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_weigh_task, lane)},
    {.name = "gate", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_weigh_task, gate)},
    {.name = "load", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_weigh_task, load)},
    {.name = "code", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_weigh_task, code)},
    {.name = "spin_us", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_weigh_task, spin_us)},
    {.name = "ran_lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_weigh_task, ran_lane)},
    {.name = "place", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_weigh_task, place)},
    {.name = "lane_load", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_weigh_task, lane_load)},
    {.name = "lane_size", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_weigh_task, lane_size)},
};
_Static_assert(sizeof(struct test_probe_weigh_task) == 120,
               "struct test_probe_weigh_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_weigh_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_weigh_schema = {
    .type = {
        .name = "test_probe_weigh_task",
        .size = sizeof(struct test_probe_weigh_task),
        .member_count = 9,
        .members = test_probe_weigh_task_members,
        .hash = 0x9b0902f6f6e92b76,
    },
    .method_name = "weigh",
    .method = 40,
};

static const struct chi_member test_probe_locks_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_locks_task, lane)},
    {.name = "script", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_probe_locks_task, script)},
    {.name = "journal", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_probe_locks_task, journal)},
};
_Static_assert(sizeof(struct test_probe_locks_task) == 168,
               "struct test_probe_locks_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_probe_locks_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_probe_locks_schema = {
    .type = {
        .name = "test_probe_locks_task",
        .size = sizeof(struct test_probe_locks_task),
        .member_count = 3,
        .members = test_probe_locks_task_members,
        .hash = 0x2c18bb54b49805bd,
    },
    .method_name = "locks",
    .method = 60,
};

static struct chi_task_schema *const test_probe_tasks[] = {
    &test_probe_nop_schema,
    &test_probe_echo_schema,
    &test_probe_fail_schema,
    &test_probe_no_route_schema,
    &test_probe_sleep_schema,
    &test_probe_yield_schema,
    &test_probe_spawn_schema,
    &test_probe_depth_schema,
    &test_probe_wait_fd_schema,
    &test_probe_big_output_schema,
    &test_probe_gate_schema,
    &test_probe_open_schema,
    &test_probe_stuck_schema,
    &test_probe_deep_stack_schema,
    &test_probe_record_schema,
    &test_probe_wide_schema,
    &test_probe_counters_schema,
    &test_probe_foreign_lane_schema,
    &test_probe_share_schema,
    &test_probe_gather_schema,
    &test_probe_steer_schema,
    &test_probe_keyed_schema,
    &test_probe_nest_schema,
    &test_probe_drop_pool_schema,
    &test_probe_weigh_schema,
    &test_probe_locks_schema,
};

const struct chi_module_schemas test_probe_schemas = {
    .module = "test_probe",
    .tasks = test_probe_tasks,
    .count = 26,
};
