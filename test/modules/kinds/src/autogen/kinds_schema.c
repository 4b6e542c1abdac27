/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and kinds_tasks.h; do not edit. */
/* clang-format off */
#include "test/kinds/autogen/kinds_methods.h"
#include "test/kinds/kinds_tasks.h"

#include "chimaera/buffer.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define CHI_SIZE_(type, member) sizeof(((type *)0)->member)
#define CHI_PLACE_(type, member) .offset = offsetof(type, member), .size = CHI_SIZE_(type, member)

static const struct chi_enum_value test_kinds_how_values[] = {
    {.name = "gate", .value = TEST_KINDS_GATE},
    {.name = "sleep", .value = TEST_KINDS_SLEEP},
    {.name = "yield", .value = TEST_KINDS_YIELD},
    {.name = "subtask", .value = TEST_KINDS_SUBTASK},
    {.name = "any", .value = TEST_KINDS_ANY},
    {.name = "poll", .value = TEST_KINDS_POLL},
    {.name = "shield", .value = TEST_KINDS_SHIELD},
    {.name = "busy", .value = TEST_KINDS_BUSY},
    {.name = NULL},
};
_Static_assert((long long)(TEST_KINDS_GATE) == (long long)(uint32_t)(TEST_KINDS_GATE),
               "TEST_KINDS_GATE does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_SLEEP) == (long long)(uint32_t)(TEST_KINDS_SLEEP),
               "TEST_KINDS_SLEEP does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_YIELD) == (long long)(uint32_t)(TEST_KINDS_YIELD),
               "TEST_KINDS_YIELD does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_SUBTASK) == (long long)(uint32_t)(TEST_KINDS_SUBTASK),
               "TEST_KINDS_SUBTASK does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_ANY) == (long long)(uint32_t)(TEST_KINDS_ANY),
               "TEST_KINDS_ANY does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_POLL) == (long long)(uint32_t)(TEST_KINDS_POLL),
               "TEST_KINDS_POLL does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_SHIELD) == (long long)(uint32_t)(TEST_KINDS_SHIELD),
               "TEST_KINDS_SHIELD does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_BUSY) == (long long)(uint32_t)(TEST_KINDS_BUSY),
               "TEST_KINDS_BUSY does not fit in 32 bits");

static const struct chi_enum_value test_kinds_spawn_values[] = {
    {.name = "cancel", .value = TEST_KINDS_SPAWN_CANCEL},
    {.name = "timeout", .value = TEST_KINDS_SPAWN_TIMEOUT},
    {.name = "forget", .value = TEST_KINDS_SPAWN_FORGET},
    {.name = "periodic", .value = TEST_KINDS_SPAWN_PERIODIC},
    {.name = "leave", .value = TEST_KINDS_SPAWN_LEAVE},
    {.name = "call", .value = TEST_KINDS_SPAWN_CALL},
    {.name = "late", .value = TEST_KINDS_SPAWN_LATE},
    {.name = "misuse", .value = TEST_KINDS_SPAWN_MISUSE},
    {.name = NULL},
};
_Static_assert((long long)(TEST_KINDS_SPAWN_CANCEL) == (long long)(uint32_t)(TEST_KINDS_SPAWN_CANCEL),
               "TEST_KINDS_SPAWN_CANCEL does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_SPAWN_TIMEOUT) == (long long)(uint32_t)(TEST_KINDS_SPAWN_TIMEOUT),
               "TEST_KINDS_SPAWN_TIMEOUT does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_SPAWN_FORGET) == (long long)(uint32_t)(TEST_KINDS_SPAWN_FORGET),
               "TEST_KINDS_SPAWN_FORGET does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_SPAWN_PERIODIC) == (long long)(uint32_t)(TEST_KINDS_SPAWN_PERIODIC),
               "TEST_KINDS_SPAWN_PERIODIC does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_SPAWN_LEAVE) == (long long)(uint32_t)(TEST_KINDS_SPAWN_LEAVE),
               "TEST_KINDS_SPAWN_LEAVE does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_SPAWN_CALL) == (long long)(uint32_t)(TEST_KINDS_SPAWN_CALL),
               "TEST_KINDS_SPAWN_CALL does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_SPAWN_LATE) == (long long)(uint32_t)(TEST_KINDS_SPAWN_LATE),
               "TEST_KINDS_SPAWN_LATE does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_SPAWN_MISUSE) == (long long)(uint32_t)(TEST_KINDS_SPAWN_MISUSE),
               "TEST_KINDS_SPAWN_MISUSE does not fit in 32 bits");

static const struct chi_enum_value test_kinds_fail_values[] = {
    {.name = "null", .value = TEST_KINDS_FAIL_NULL},
    {.name = "arithmetic", .value = TEST_KINDS_FAIL_ARITHMETIC},
    {.name = "instruction", .value = TEST_KINDS_FAIL_INSTRUCTION},
    {.name = "abort", .value = TEST_KINDS_FAIL_ABORT},
    {.name = "depth", .value = TEST_KINDS_FAIL_DEPTH},
    {.name = "frame", .value = TEST_KINDS_FAIL_FRAME},
    {.name = "free", .value = TEST_KINDS_FAIL_FREE},
    {.name = "exit", .value = TEST_KINDS_FAIL_EXIT},
    {.name = "kill", .value = TEST_KINDS_FAIL_KILL},
    {.name = "twice", .value = TEST_KINDS_FAIL_TWICE},
    {.name = "mute", .value = TEST_KINDS_FAIL_MUTE},
    {.name = "fork", .value = TEST_KINDS_FAIL_FORK},
    {.name = NULL},
};
_Static_assert((long long)(TEST_KINDS_FAIL_NULL) == (long long)(uint32_t)(TEST_KINDS_FAIL_NULL),
               "TEST_KINDS_FAIL_NULL does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_FAIL_ARITHMETIC) == (long long)(uint32_t)(TEST_KINDS_FAIL_ARITHMETIC),
               "TEST_KINDS_FAIL_ARITHMETIC does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_FAIL_INSTRUCTION) == (long long)(uint32_t)(TEST_KINDS_FAIL_INSTRUCTION),
               "TEST_KINDS_FAIL_INSTRUCTION does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_FAIL_ABORT) == (long long)(uint32_t)(TEST_KINDS_FAIL_ABORT),
               "TEST_KINDS_FAIL_ABORT does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_FAIL_DEPTH) == (long long)(uint32_t)(TEST_KINDS_FAIL_DEPTH),
               "TEST_KINDS_FAIL_DEPTH does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_FAIL_FRAME) == (long long)(uint32_t)(TEST_KINDS_FAIL_FRAME),
               "TEST_KINDS_FAIL_FRAME does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_FAIL_FREE) == (long long)(uint32_t)(TEST_KINDS_FAIL_FREE),
               "TEST_KINDS_FAIL_FREE does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_FAIL_EXIT) == (long long)(uint32_t)(TEST_KINDS_FAIL_EXIT),
               "TEST_KINDS_FAIL_EXIT does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_FAIL_KILL) == (long long)(uint32_t)(TEST_KINDS_FAIL_KILL),
               "TEST_KINDS_FAIL_KILL does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_FAIL_TWICE) == (long long)(uint32_t)(TEST_KINDS_FAIL_TWICE),
               "TEST_KINDS_FAIL_TWICE does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_FAIL_MUTE) == (long long)(uint32_t)(TEST_KINDS_FAIL_MUTE),
               "TEST_KINDS_FAIL_MUTE does not fit in 32 bits");
_Static_assert((long long)(TEST_KINDS_FAIL_FORK) == (long long)(uint32_t)(TEST_KINDS_FAIL_FORK),
               "TEST_KINDS_FAIL_FORK does not fit in 32 bits");

static const struct chi_member test_kinds_wait_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_wait_task, lane)},
    {.name = "how", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_wait_task, how),
     .values = test_kinds_how_values},
    {.name = "tag", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_wait_task, tag)},
    {.name = "flag", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct test_kinds_wait_task, flag)},
    {.name = "first", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_wait_task, first)},
    {.name = "second", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_wait_task, second)},
    {.name = "third", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_wait_task, third)},
    {.name = "asked", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_wait_task, asked)},
};
_Static_assert(sizeof(struct test_kinds_wait_task) == 112,
               "struct test_kinds_wait_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_kinds_wait_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_kinds_wait_schema = {
    .type = {
        .name = "test_kinds_wait_task",
        .size = sizeof(struct test_kinds_wait_task),
        .member_count = 8,
        .members = test_kinds_wait_task_members,
        .hash = 0x71f830a11ee5abef,
    },
    .method_name = "wait",
    .method = 10,
};

static const struct chi_member test_kinds_note_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_note_task, lane)},
    {.name = "tag", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_note_task, tag)},
};
_Static_assert(sizeof(struct test_kinds_note_task) == 72,
               "struct test_kinds_note_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_kinds_note_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_kinds_note_schema = {
    .type = {
        .name = "test_kinds_note_task",
        .size = sizeof(struct test_kinds_note_task),
        .member_count = 2,
        .members = test_kinds_note_task_members,
        .hash = 0x32f007126aa9ccff,
    },
    .method_name = "note",
    .method = 11,
};

static const struct chi_member test_kinds_trace_task_members[] = {
    {.name = "tags", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_trace_task, tags),
     .element_kind = CHI_MEMBER_U32, .element_size = sizeof(uint32_t)},
    {.name = "waiting", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_trace_task, waiting)},
    {.name = "ticks", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_trace_task, ticks)},
    {.name = "ended", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_trace_task, ended)},
};
_Static_assert(sizeof(struct test_kinds_trace_task) == 136,
               "struct test_kinds_trace_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_kinds_trace_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_kinds_trace_schema = {
    .type = {
        .name = "test_kinds_trace_task",
        .size = sizeof(struct test_kinds_trace_task),
        .member_count = 4,
        .members = test_kinds_trace_task_members,
        .hash = 0xbd3ce11f31f72a7a,
    },
    .method_name = "trace",
    .method = 12,
};

static const struct chi_member test_kinds_open_task_members[] = {
    {.name = "shut", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_open_task, shut)},
};
_Static_assert(sizeof(struct test_kinds_open_task) == 68,
               "struct test_kinds_open_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_kinds_open_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_kinds_open_schema = {
    .type = {
        .name = "test_kinds_open_task",
        .size = sizeof(struct test_kinds_open_task),
        .member_count = 1,
        .members = test_kinds_open_task_members,
        .hash = 0x93540a5d06852922,
    },
    .method_name = "open",
    .method = 13,
};

static const struct chi_member test_kinds_tick_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_tick_task, lane)},
    {.name = "first_run_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_tick_task, first_run_ns)},
    {.name = "code", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_tick_task, code)},
    {.name = "code_at", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_tick_task, code_at)},
    {.name = "buffer", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_tick_task, buffer)},
    {.name = "runs", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_tick_task, runs)},
    {.name = "missed", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_tick_task, missed)},
    {.name = "times", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_tick_task, times),
     .element_kind = CHI_MEMBER_U64, .element_size = sizeof(uint64_t)},
};
_Static_assert(sizeof(struct test_kinds_tick_task) == 168,
               "struct test_kinds_tick_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_kinds_tick_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_kinds_tick_schema = {
    .type = {
        .name = "test_kinds_tick_task",
        .size = sizeof(struct test_kinds_tick_task),
        .member_count = 8,
        .members = test_kinds_tick_task_members,
        .hash = 0xbfa849bcd7e131db,
    },
    .method_name = "tick",
    .method = 14,
};

static const struct chi_member test_kinds_spawn_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_spawn_task, lane)},
    {.name = "kind", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_spawn_task, kind),
     .values = test_kinds_spawn_values},
    {.name = "count", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_spawn_task, count)},
    {.name = "tag", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_spawn_task, tag)},
    {.name = "pool", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_spawn_task, pool)},
    {.name = "done", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_spawn_task, done)},
    {.name = "codes", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_spawn_task, codes),
     .element_kind = CHI_MEMBER_I32, .element_size = sizeof(int32_t)},
};
_Static_assert(sizeof(struct test_kinds_spawn_task) == 144,
               "struct test_kinds_spawn_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_kinds_spawn_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_kinds_spawn_schema = {
    .type = {
        .name = "test_kinds_spawn_task",
        .size = sizeof(struct test_kinds_spawn_task),
        .member_count = 7,
        .members = test_kinds_spawn_task_members,
        .hash = 0x5b8140250c4ce261,
    },
    .method_name = "spawn",
    .method = 15,
    .flags = CHI_METHOD_OUTLIVES_CLIENT,
};

static const struct chi_member test_kinds_class_task_members[] = {
    {.name = "queue", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_class_task, queue)},
    {.name = "thread", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct test_kinds_class_task, thread)},
};
_Static_assert(sizeof(struct test_kinds_class_task) == 72,
               "struct test_kinds_class_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_kinds_class_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_kinds_class_schema = {
    .type = {
        .name = "test_kinds_class_task",
        .size = sizeof(struct test_kinds_class_task),
        .member_count = 2,
        .members = test_kinds_class_task_members,
        .hash = 0x539728fd653914d8,
    },
    .method_name = "class",
    .method = 16,
};

static const struct chi_member test_kinds_fail_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_fail_task, lane)},
    {.name = "how", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct test_kinds_fail_task, how),
     .values = test_kinds_fail_values},
};
_Static_assert(sizeof(struct test_kinds_fail_task) == 72,
               "struct test_kinds_fail_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct test_kinds_fail_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema test_kinds_fail_schema = {
    .type = {
        .name = "test_kinds_fail_task",
        .size = sizeof(struct test_kinds_fail_task),
        .member_count = 2,
        .members = test_kinds_fail_task_members,
        .hash = 0x227098537354dfdd,
    },
    .method_name = "fail",
    .method = 17,
};

static struct chi_task_schema *const test_kinds_tasks[] = {
    &test_kinds_wait_schema,
    &test_kinds_note_schema,
    &test_kinds_trace_schema,
    &test_kinds_open_schema,
    &test_kinds_tick_schema,
    &test_kinds_spawn_schema,
    &test_kinds_class_schema,
    &test_kinds_fail_schema,
};

const struct chi_module_schemas test_kinds_schemas = {
    .module = "test_kinds",
    .tasks = test_kinds_tasks,
    .count = 8,
};
