/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and stress_tasks.h; do not edit. */
/* clang-format off */
#include "test/stress/autogen/stress_methods.h"
#include "test/stress/stress_tasks.h"

#include "chimaera/buffer.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define CHI_SIZE_(type, member) sizeof(((type *)0)->member)
#define CHI_PLACE_(type, member) .offset = offsetof(type, member), .size = CHI_SIZE_(type, member)

static const struct chi_enum_value test_stress_lock_values[] = {
    {.name = "mutex", .value = TEST_STRESS_MUTEX},
    {.name = "read", .value = TEST_STRESS_READ},
    {.name = "write", .value = TEST_STRESS_WRITE},
    {.name = "upgrade", .value = TEST_STRESS_UPGRADE},
    {.name = "try", .value = TEST_STRESS_TRY},
    {.name = NULL},
};
_Static_assert((long long)(TEST_STRESS_MUTEX) == (long long)(uint32_t)(TEST_STRESS_MUTEX),
               "TEST_STRESS_MUTEX does not fit in 32 bits");
_Static_assert((long long)(TEST_STRESS_READ) == (long long)(uint32_t)(TEST_STRESS_READ),
               "TEST_STRESS_READ does not fit in 32 bits");
_Static_assert((long long)(TEST_STRESS_WRITE) == (long long)(uint32_t)(TEST_STRESS_WRITE),
               "TEST_STRESS_WRITE does not fit in 32 bits");
_Static_assert((long long)(TEST_STRESS_UPGRADE) == (long long)(uint32_t)(TEST_STRESS_UPGRADE),
               "TEST_STRESS_UPGRADE does not fit in 32 bits");
_Static_assert((long long)(TEST_STRESS_TRY) == (long long)(uint32_t)(TEST_STRESS_TRY),
               "TEST_STRESS_TRY does not fit in 32 bits");

static const struct chi_enum_value test_stress_end_values[] = {
    {.name = "wait", .value = TEST_STRESS_WAIT},
    {.name = "wait_any", .value = TEST_STRESS_WAIT_ANY},
    {.name = "forget", .value = TEST_STRESS_FORGET},
    {.name = "abandon", .value = TEST_STRESS_ABANDON},
    {.name = "cancel", .value = TEST_STRESS_CANCEL},
    {.name = "start", .value = TEST_STRESS_START},
    {.name = NULL},
};
_Static_assert((long long)(TEST_STRESS_WAIT) == (long long)(uint32_t)(TEST_STRESS_WAIT),
               "TEST_STRESS_WAIT does not fit in 32 bits");
_Static_assert((long long)(TEST_STRESS_WAIT_ANY) == (long long)(uint32_t)(TEST_STRESS_WAIT_ANY),
               "TEST_STRESS_WAIT_ANY does not fit in 32 bits");
_Static_assert((long long)(TEST_STRESS_FORGET) == (long long)(uint32_t)(TEST_STRESS_FORGET),
               "TEST_STRESS_FORGET does not fit in 32 bits");
_Static_assert((long long)(TEST_STRESS_ABANDON) == (long long)(uint32_t)(TEST_STRESS_ABANDON),
               "TEST_STRESS_ABANDON does not fit in 32 bits");
_Static_assert((long long)(TEST_STRESS_CANCEL) == (long long)(uint32_t)(TEST_STRESS_CANCEL),
               "TEST_STRESS_CANCEL does not fit in 32 bits");
_Static_assert((long long)(TEST_STRESS_START) == (long long)(uint32_t)(TEST_STRESS_START),
               "TEST_STRESS_START does not fit in 32 bits");

static const struct chi_member test_stress_steps__plain_members[] = {
    {.name = "yields", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_stress_steps, yields)},
    {.name = "sleep_us", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_stress_steps, sleep_us)},
    {.name = "fd_us", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_stress_steps, fd_us)},
    {.name = "compute_us", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_stress_steps, compute_us)},
    {.name = "asks", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_stress_steps, asks)},
};
_Static_assert(sizeof(struct test_stress_steps) == 20,
               "struct test_stress_steps is packed, or not what chi_refresh_repo read");

static const struct chi_schema test_stress_steps__plain_schema = {
    .name = "test_stress_steps",
    .size = sizeof(struct test_stress_steps),
    .member_count = 5,
    .members = test_stress_steps__plain_members,
    .hash = 0x7778de6766eea4e9,
};

static const struct chi_member test_stress_work_task_members[] = {
    {.name = "id", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_work_task, id)},
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_work_task, lane)},
    {.name = "steps", .kind = CHI_MEMBER_STRUCT, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_work_task, steps),
     .nested = &test_stress_steps__plain_schema},
    {.name = "answer_size", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_work_task, answer_size)},
    {.name = "text", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_work_task, text)},
    {.name = "numbers", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_work_task, numbers),
     .element_kind = CHI_MEMBER_U32, .element_size = sizeof(uint32_t)},
    {.name = "trail", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_stress_work_task, trail)},
    {.name = "bytes", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_stress_work_task, bytes)},
    {.name = "sum", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_work_task, sum)},
    {.name = "answer", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_work_task, answer)},
};
_Static_assert(sizeof(struct test_stress_work_task) == 320,
               "struct test_stress_work_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_stress_work_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_stress_work_schema = {
    .type = {
        .name = "test_stress_work_task",
        .size = sizeof(struct test_stress_work_task),
        .member_count = 10,
        .members = test_stress_work_task_members,
        .hash = 0xf01d570816be4932,
    },
    .method_name = "work",
    .method = 10,
};

static const struct chi_member test_stress_section_task_members[] = {
    {.name = "id", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_section_task, id)},
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_section_task, lane)},
    {.name = "lock", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_section_task, lock)},
    {.name = "kind", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_section_task, kind),
     .values = test_stress_lock_values},
    {.name = "inner", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_section_task, inner)},
    {.name = "steps", .kind = CHI_MEMBER_STRUCT, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_section_task, steps),
     .nested = &test_stress_steps__plain_schema},
    {.name = "entered", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_section_task, entered)},
};
_Static_assert(sizeof(struct test_stress_section_task) == 108,
               "struct test_stress_section_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_stress_section_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_stress_section_schema = {
    .type = {
        .name = "test_stress_section_task",
        .size = sizeof(struct test_stress_section_task),
        .member_count = 7,
        .members = test_stress_section_task_members,
        .hash = 0xc37d4d70c15f7360,
    },
    .method_name = "section",
    .method = 11,
};

static const struct chi_member test_stress_share_task_members[] = {
    {.name = "id", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_share_task, id)},
    {.name = "fail_mask", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_share_task, fail_mask)},
    {.name = "steps", .kind = CHI_MEMBER_STRUCT, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_share_task, steps),
     .nested = &test_stress_steps__plain_schema},
    {.name = "text", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_share_task, text)},
    {.name = "marks", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_stress_share_task, marks)},
    {.name = "sum", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_share_task, sum)},
    {.name = "containers", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_share_task, containers),
     .element_kind = CHI_MEMBER_U32, .element_size = sizeof(uint32_t)},
};
_Static_assert(sizeof(struct test_stress_share_task) == 216,
               "struct test_stress_share_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_stress_share_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_stress_share_schema = {
    .type = {
        .name = "test_stress_share_task",
        .size = sizeof(struct test_stress_share_task),
        .member_count = 7,
        .members = test_stress_share_task_members,
        .hash = 0xab43c5a706f481e0,
    },
    .method_name = "share",
    .method = 12,
};

static const struct chi_member test_stress_tree_task_members[] = {
    {.name = "id", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_tree_task, id)},
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_tree_task, lane)},
    {.name = "levels", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_tree_task, levels)},
    {.name = "width", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_tree_task, width)},
    {.name = "end", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_tree_task, end),
     .values = test_stress_end_values},
    {.name = "spread", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_tree_task, spread)},
    {.name = "steps", .kind = CHI_MEMBER_STRUCT, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_tree_task, steps),
     .nested = &test_stress_steps__plain_schema},
    {.name = "nodes", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_tree_task, nodes)},
};
_Static_assert(sizeof(struct test_stress_tree_task) == 120,
               "struct test_stress_tree_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_stress_tree_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_stress_tree_schema = {
    .type = {
        .name = "test_stress_tree_task",
        .size = sizeof(struct test_stress_tree_task),
        .member_count = 8,
        .members = test_stress_tree_task_members,
        .hash = 0x488cce6db0a07176,
    },
    .method_name = "tree",
    .method = 13,
};

static const struct chi_member test_stress_tick_task_members[] = {
    {.name = "id", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_tick_task, id)},
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_tick_task, lane)},
    {.name = "last", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_tick_task, last)},
    {.name = "steps", .kind = CHI_MEMBER_STRUCT, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_tick_task, steps),
     .nested = &test_stress_steps__plain_schema},
    {.name = "runs", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_tick_task, runs)},
};
_Static_assert(sizeof(struct test_stress_tick_task) == 104,
               "struct test_stress_tick_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_stress_tick_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_stress_tick_schema = {
    .type = {
        .name = "test_stress_tick_task",
        .size = sizeof(struct test_stress_tick_task),
        .member_count = 5,
        .members = test_stress_tick_task_members,
        .hash = 0xb29bae22527a26af,
    },
    .method_name = "tick",
    .method = 14,
};

static const struct chi_member test_stress_ledger_task_members[] = {
    {.name = "first", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_ledger_task, first)},
    {.name = "count", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_stress_ledger_task, count)},
    {.name = "entries", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_ledger_task, entries),
     .element_kind = CHI_MEMBER_U32, .element_size = sizeof(uint32_t)},
};
_Static_assert(sizeof(struct test_stress_ledger_task) == 120,
               "struct test_stress_ledger_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_stress_ledger_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_stress_ledger_schema = {
    .type = {
        .name = "test_stress_ledger_task",
        .size = sizeof(struct test_stress_ledger_task),
        .member_count = 3,
        .members = test_stress_ledger_task_members,
        .hash = 0xfc7f1eee966bd449,
    },
    .method_name = "ledger",
    .method = 15,
};

static const struct chi_member test_stress_report_task_members[] = {
    {.name = "intrusions", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_report_task, intrusions)},
    {.name = "lost", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_report_task, lost)},
    {.name = "locked", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_report_task, locked)},
    {.name = "sections", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_report_task, sections)},
    {.name = "unsettled", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_report_task, unsettled)},
    {.name = "passed", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_stress_report_task, passed)},
};
_Static_assert(sizeof(struct test_stress_report_task) == 112,
               "struct test_stress_report_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_stress_report_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_stress_report_schema = {
    .type = {
        .name = "test_stress_report_task",
        .size = sizeof(struct test_stress_report_task),
        .member_count = 6,
        .members = test_stress_report_task_members,
        .hash = 0xf592da58c63b4079,
    },
    .method_name = "report",
    .method = 16,
};

static struct chi_task_schema *const test_stress_tasks[] = {
    &test_stress_work_schema,
    &test_stress_section_schema,
    &test_stress_share_schema,
    &test_stress_tree_schema,
    &test_stress_tick_schema,
    &test_stress_ledger_schema,
    &test_stress_report_schema,
};

const struct chi_module_schemas test_stress_schemas = {
    .module = "test_stress",
    .tasks = test_stress_tasks,
    .count = 7,
};
