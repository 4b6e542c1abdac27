/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and payload_tasks.h; do not edit. */
/* clang-format off */
#include "bench/payload/autogen/payload_methods.h"
#include "bench/payload/payload_tasks.h"

#include "chimaera/buffer.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define CHI_SIZE_(type, member) sizeof(((type *)0)->member)
#define CHI_PLACE_(type, member) .offset = offsetof(type, member), .size = CHI_SIZE_(type, member)

_Static_assert(offsetof(struct bench_payload_empty_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema bench_payload_empty_schema = {
    .type = {
        .name = "bench_payload_empty_task",
        .size = sizeof(struct bench_payload_empty_task),
        .member_count = 0,
        .members = NULL,
        .hash = 0xcbf29ce484222325,
    },
    .method_name = "empty",
    .method = 10,
};

static const struct chi_member bench_payload_words_task_members[] = {
    {.name = "word", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct bench_payload_words_task, word)},
    {.name = "answer", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct bench_payload_words_task, answer)},
};
_Static_assert(sizeof(struct bench_payload_words_task) == 80,
               "struct bench_payload_words_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct bench_payload_words_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema bench_payload_words_schema = {
    .type = {
        .name = "bench_payload_words_task",
        .size = sizeof(struct bench_payload_words_task),
        .member_count = 2,
        .members = bench_payload_words_task_members,
        .hash = 0x9782aa0bdb5e46b2,
    },
    .method_name = "words",
    .method = 11,
};

static const struct chi_member bench_payload_text_task_members[] = {
    {.name = "text", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct bench_payload_text_task, text)},
    {.name = "answer", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct bench_payload_text_task, answer)},
};
_Static_assert(sizeof(struct bench_payload_text_task) == 160,
               "struct bench_payload_text_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct bench_payload_text_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema bench_payload_text_schema = {
    .type = {
        .name = "bench_payload_text_task",
        .size = sizeof(struct bench_payload_text_task),
        .member_count = 2,
        .members = bench_payload_text_task_members,
        .hash = 0x918ede436ab68de5,
    },
    .method_name = "text",
    .method = 12,
};

static const struct chi_member bench_payload_block_task_members[] = {
    {.name = "from", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct bench_payload_block_task, from)},
    {.name = "to", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct bench_payload_block_task, to)},
};
_Static_assert(sizeof(struct bench_payload_block_task) == 96,
               "struct bench_payload_block_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct bench_payload_block_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema bench_payload_block_schema = {
    .type = {
        .name = "bench_payload_block_task",
        .size = sizeof(struct bench_payload_block_task),
        .member_count = 2,
        .members = bench_payload_block_task_members,
        .hash = 0xd58ef5c374b45c25,
    },
    .method_name = "block",
    .method = 13,
};

static const struct chi_member bench_payload_numbers_task_members[] = {
    {.name = "numbers", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct bench_payload_numbers_task, numbers),
     .element_kind = CHI_MEMBER_U64, .element_size = sizeof(uint64_t)},
    {.name = "answer", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct bench_payload_numbers_task, answer),
     .element_kind = CHI_MEMBER_U64, .element_size = sizeof(uint64_t)},
};
_Static_assert(sizeof(struct bench_payload_numbers_task) == 160,
               "struct bench_payload_numbers_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct bench_payload_numbers_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema bench_payload_numbers_schema = {
    .type = {
        .name = "bench_payload_numbers_task",
        .size = sizeof(struct bench_payload_numbers_task),
        .member_count = 2,
        .members = bench_payload_numbers_task_members,
        .hash = 0x27c8d5a28f14a7b2,
    },
    .method_name = "numbers",
    .method = 14,
};

_Static_assert(offsetof(struct bench_payload_subtask_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema bench_payload_subtask_schema = {
    .type = {
        .name = "bench_payload_subtask_task",
        .size = sizeof(struct bench_payload_subtask_task),
        .member_count = 0,
        .members = NULL,
        .hash = 0xcbf29ce484222325,
    },
    .method_name = "subtask",
    .method = 15,
};

static struct chi_task_schema *const bench_payload_tasks[] = {
    &bench_payload_empty_schema,
    &bench_payload_words_schema,
    &bench_payload_text_schema,
    &bench_payload_block_schema,
    &bench_payload_numbers_schema,
    &bench_payload_subtask_schema,
};

const struct chi_module_schemas bench_payload_schemas = {
    .module = "bench_payload",
    .tasks = bench_payload_tasks,
    .count = 6,
};
