/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and kinds_tasks.h; do not edit. */
/* clang-format off */
#include "test/kinds/autogen/kinds_methods.h"
#include "test/kinds/kinds_tasks.h"

#include "chimaera/ipc.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define SIZE(type, member) sizeof(((type *)0)->member)
#define PLACE(type, member) .offset = offsetof(type, member), .size = SIZE(type, member)

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

static const struct chi_member test_kinds_wait_task_members[] = {
    {.name = "lane", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct test_kinds_wait_task, lane)},
    {.name = "how", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct test_kinds_wait_task, how),
     .values = test_kinds_how_values},
    {.name = "tag", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct test_kinds_wait_task, tag)},
    {.name = "flag", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_INOUT, .count = 1,
     PLACE(struct test_kinds_wait_task, flag)},
    {.name = "first", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_wait_task, first)},
    {.name = "second", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_wait_task, second)},
    {.name = "third", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_wait_task, third)},
    {.name = "asked", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_wait_task, asked)},
};
_Static_assert(offsetof(struct test_kinds_wait_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct test_kinds_wait_task) <= CHI_TASK_MAX_SIZE,
               "struct test_kinds_wait_task is over 4096 bytes; pass bulk data as struct chi_buffer");

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
     PLACE(struct test_kinds_note_task, lane)},
    {.name = "tag", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct test_kinds_note_task, tag)},
};
_Static_assert(offsetof(struct test_kinds_note_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct test_kinds_note_task) <= CHI_TASK_MAX_SIZE,
               "struct test_kinds_note_task is over 4096 bytes; pass bulk data as struct chi_buffer");

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
     PLACE(struct test_kinds_trace_task, tags),
     .element_kind = CHI_MEMBER_U32, .element_size = sizeof(uint32_t)},
    {.name = "waiting", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_trace_task, waiting)},
    {.name = "ticks", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_trace_task, ticks)},
    {.name = "ended", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_trace_task, ended)},
};
_Static_assert(offsetof(struct test_kinds_trace_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct test_kinds_trace_task) <= CHI_TASK_MAX_SIZE,
               "struct test_kinds_trace_task is over 4096 bytes; pass bulk data as struct chi_buffer");

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
     PLACE(struct test_kinds_open_task, shut)},
};
_Static_assert(offsetof(struct test_kinds_open_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct test_kinds_open_task) <= CHI_TASK_MAX_SIZE,
               "struct test_kinds_open_task is over 4096 bytes; pass bulk data as struct chi_buffer");

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
     PLACE(struct test_kinds_tick_task, lane)},
    {.name = "first_run_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct test_kinds_tick_task, first_run_ns)},
    {.name = "code", .kind = CHI_MEMBER_I32, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct test_kinds_tick_task, code)},
    {.name = "code_at", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct test_kinds_tick_task, code_at)},
    {.name = "buffer", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct test_kinds_tick_task, buffer)},
    {.name = "runs", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_tick_task, runs)},
    {.name = "missed", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_tick_task, missed)},
    {.name = "times", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_tick_task, times),
     .element_kind = CHI_MEMBER_U64, .element_size = sizeof(uint64_t)},
};
_Static_assert(offsetof(struct test_kinds_tick_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct test_kinds_tick_task) <= CHI_TASK_MAX_SIZE,
               "struct test_kinds_tick_task is over 4096 bytes; pass bulk data as struct chi_buffer");

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
     PLACE(struct test_kinds_spawn_task, lane)},
    {.name = "kind", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct test_kinds_spawn_task, kind),
     .values = test_kinds_spawn_values},
    {.name = "count", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct test_kinds_spawn_task, count)},
    {.name = "tag", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct test_kinds_spawn_task, tag)},
    {.name = "pool", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct test_kinds_spawn_task, pool)},
    {.name = "done", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_spawn_task, done)},
    {.name = "codes", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_spawn_task, codes),
     .element_kind = CHI_MEMBER_I32, .element_size = sizeof(int32_t)},
};
_Static_assert(offsetof(struct test_kinds_spawn_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct test_kinds_spawn_task) <= CHI_TASK_MAX_SIZE,
               "struct test_kinds_spawn_task is over 4096 bytes; pass bulk data as struct chi_buffer");

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
};

static const struct chi_member test_kinds_class_task_members[] = {
    {.name = "queue", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_class_task, queue)},
    {.name = "thread", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct test_kinds_class_task, thread)},
};
_Static_assert(offsetof(struct test_kinds_class_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct test_kinds_class_task) <= CHI_TASK_MAX_SIZE,
               "struct test_kinds_class_task is over 4096 bytes; pass bulk data as struct chi_buffer");

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
