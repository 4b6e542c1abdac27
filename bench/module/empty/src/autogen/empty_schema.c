/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and empty_tasks.h; do not edit. */
/* clang-format off */
#include "bench/empty/autogen/empty_methods.h"
#include "bench/empty/empty_tasks.h"

#include "chimaera/buffer.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define CHI_SIZE_(type, member) sizeof(((type *)0)->member)
#define CHI_PLACE_(type, member) .offset = offsetof(type, member), .size = CHI_SIZE_(type, member)

static const struct chi_enum_value bench_empty_what_values[] = {
    {.name = "lock", .value = BENCH_EMPTY_LOCK},
    {.name = "yield", .value = BENCH_EMPTY_YIELD},
    {.name = "subtask", .value = BENCH_EMPTY_SUBTASK},
    {.name = NULL},
};
_Static_assert((long long)(BENCH_EMPTY_LOCK) == (long long)(uint32_t)(BENCH_EMPTY_LOCK),
               "BENCH_EMPTY_LOCK does not fit in 32 bits");
_Static_assert((long long)(BENCH_EMPTY_YIELD) == (long long)(uint32_t)(BENCH_EMPTY_YIELD),
               "BENCH_EMPTY_YIELD does not fit in 32 bits");
_Static_assert((long long)(BENCH_EMPTY_SUBTASK) == (long long)(uint32_t)(BENCH_EMPTY_SUBTASK),
               "BENCH_EMPTY_SUBTASK does not fit in 32 bits");

_Static_assert(offsetof(struct bench_empty_nop_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema bench_empty_nop_schema = {
    .type = {
        .name = "bench_empty_nop_task",
        .size = sizeof(struct bench_empty_nop_task),
        .member_count = 0,
        .members = NULL,
        .hash = 0xcbf29ce484222325,
    },
    .method_name = "nop",
    .method = 10,
};

static const struct chi_member bench_empty_inside_task_members[] = {
    {.name = "what", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct bench_empty_inside_task, what),
     .values = bench_empty_what_values},
    {.name = "count", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct bench_empty_inside_task, count)},
    {.name = "took_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct bench_empty_inside_task, took_ns)},
};
_Static_assert(sizeof(struct bench_empty_inside_task) == 80,
               "struct bench_empty_inside_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct bench_empty_inside_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema bench_empty_inside_schema = {
    .type = {
        .name = "bench_empty_inside_task",
        .size = sizeof(struct bench_empty_inside_task),
        .member_count = 3,
        .members = bench_empty_inside_task_members,
        .hash = 0xd6918a0468782766,
    },
    .method_name = "inside",
    .method = 11,
};

static const struct chi_member bench_empty_contend_task_members[] = {
    {.name = "count", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct bench_empty_contend_task, count)},
    {.name = "took_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct bench_empty_contend_task, took_ns)},
};
_Static_assert(sizeof(struct bench_empty_contend_task) == 80,
               "struct bench_empty_contend_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct bench_empty_contend_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema bench_empty_contend_schema = {
    .type = {
        .name = "bench_empty_contend_task",
        .size = sizeof(struct bench_empty_contend_task),
        .member_count = 2,
        .members = bench_empty_contend_task_members,
        .hash = 0xdffdb5aa26ce01d1,
    },
    .method_name = "contend",
    .method = 12,
};

static struct chi_task_schema *const bench_empty_tasks[] = {
    &bench_empty_nop_schema,
    &bench_empty_inside_schema,
    &bench_empty_contend_schema,
};

const struct chi_module_schemas bench_empty_schemas = {
    .module = "bench_empty",
    .tasks = bench_empty_tasks,
    .count = 3,
};
