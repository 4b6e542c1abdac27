/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and bdev_tasks.h; do not edit. */
/* clang-format off */
#include "chimaera/bdev/autogen/bdev_methods.h"
#include "chimaera/bdev/bdev_tasks.h"

#include "chimaera/ipc.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define CHI_SIZE_(type, member) sizeof(((type *)0)->member)
#define CHI_PLACE_(type, member) .offset = offsetof(type, member), .size = CHI_SIZE_(type, member)

static const struct chi_enum_value chimaera_bdev_type_values[] = {
    {.name = "file", .value = CHIMAERA_BDEV_TYPE_FILE},
    {.name = "ram", .value = CHIMAERA_BDEV_TYPE_RAM},
    {.name = NULL},
};
_Static_assert((long long)(CHIMAERA_BDEV_TYPE_FILE) == (long long)(uint32_t)(CHIMAERA_BDEV_TYPE_FILE),
               "CHIMAERA_BDEV_TYPE_FILE does not fit in 32 bits");
_Static_assert((long long)(CHIMAERA_BDEV_TYPE_RAM) == (long long)(uint32_t)(CHIMAERA_BDEV_TYPE_RAM),
               "CHIMAERA_BDEV_TYPE_RAM does not fit in 32 bits");

static const struct chi_member chimaera_bdev_block__plain_members[] = {
    {.name = "offset", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_block, offset)},
    {.name = "size", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_block, size)},
};
_Static_assert(sizeof(struct chimaera_bdev_block) == 16,
               "struct chimaera_bdev_block is packed, or not what chi_refresh_repo read");

static const struct chi_schema chimaera_bdev_block__plain_schema = {
    .name = "chimaera_bdev_block",
    .size = sizeof(struct chimaera_bdev_block),
    .member_count = 2,
    .members = chimaera_bdev_block__plain_members,
    .hash = 0xf69572d02e29d7f7,
};

static const struct chi_member chimaera_bdev_stats__plain_members[] = {
    {.name = "total", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, total)},
    {.name = "remaining", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, remaining)},
    {.name = "allocated_blocks", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, allocated_blocks)},
    {.name = "reads", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, reads)},
    {.name = "writes", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, writes)},
    {.name = "bytes_read", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, bytes_read)},
    {.name = "bytes_written", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, bytes_written)},
};
_Static_assert(sizeof(struct chimaera_bdev_stats) == 56,
               "struct chimaera_bdev_stats is packed, or not what chi_refresh_repo read");

static const struct chi_schema chimaera_bdev_stats__plain_schema = {
    .name = "chimaera_bdev_stats",
    .size = sizeof(struct chimaera_bdev_stats),
    .member_count = 7,
    .members = chimaera_bdev_stats__plain_members,
    .hash = 0x8200099831ceb915,
};

static const struct chi_member chimaera_bdev_create_params_members[] = {
    {.name = "type", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, type),
     .values = chimaera_bdev_type_values},
    {.name = "total_size", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, total_size)},
    {.name = "io_depth", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, io_depth)},
    {.name = "alignment", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, alignment)},
};
_Static_assert(sizeof(struct chimaera_bdev_create_params) == 24,
               "struct chimaera_bdev_create_params is packed, or not what chi_refresh_repo read");

const struct chi_schema chimaera_bdev_create_params_schema = {
    .name = "chimaera_bdev_create_params",
    .size = sizeof(struct chimaera_bdev_create_params),
    .member_count = 4,
    .members = chimaera_bdev_create_params_members,
    .hash = 0x1990684db664ebf3,
};

static const struct chi_member chimaera_bdev_allocate_blocks_task_members[] = {
    {.name = "size", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_allocate_blocks_task, size)},
    {.name = "max_blocks", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_allocate_blocks_task, max_blocks)},
    {.name = "blocks", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_allocate_blocks_task, blocks),
     .element_kind = CHI_MEMBER_STRUCT, .element_size = sizeof(struct chimaera_bdev_block),
     .nested = &chimaera_bdev_block__plain_schema},
};
_Static_assert(sizeof(struct chimaera_bdev_allocate_blocks_task) == 128,
               "struct chimaera_bdev_allocate_blocks_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_bdev_allocate_blocks_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_bdev_allocate_blocks_schema = {
    .type = {
        .name = "chimaera_bdev_allocate_blocks_task",
        .size = sizeof(struct chimaera_bdev_allocate_blocks_task),
        .member_count = 3,
        .members = chimaera_bdev_allocate_blocks_task_members,
        .hash = 0x7f8386d8cfbb1d2f,
    },
    .method_name = "allocate_blocks",
    .method = 10,
};

static const struct chi_member chimaera_bdev_free_blocks_task_members[] = {
    {.name = "blocks", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_free_blocks_task, blocks),
     .element_kind = CHI_MEMBER_STRUCT, .element_size = sizeof(struct chimaera_bdev_block),
     .nested = &chimaera_bdev_block__plain_schema},
};
_Static_assert(sizeof(struct chimaera_bdev_free_blocks_task) == 112,
               "struct chimaera_bdev_free_blocks_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_bdev_free_blocks_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_bdev_free_blocks_schema = {
    .type = {
        .name = "chimaera_bdev_free_blocks_task",
        .size = sizeof(struct chimaera_bdev_free_blocks_task),
        .member_count = 1,
        .members = chimaera_bdev_free_blocks_task_members,
        .hash = 0xc172b9dcbfc6d083,
    },
    .method_name = "free_blocks",
    .method = 11,
};

static const struct chi_member chimaera_bdev_write_task_members[] = {
    {.name = "blocks", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_write_task, blocks),
     .element_kind = CHI_MEMBER_STRUCT, .element_size = sizeof(struct chimaera_bdev_block),
     .nested = &chimaera_bdev_block__plain_schema},
    {.name = "data", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_write_task, data)},
};
_Static_assert(sizeof(struct chimaera_bdev_write_task) == 128,
               "struct chimaera_bdev_write_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_bdev_write_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_bdev_write_schema = {
    .type = {
        .name = "chimaera_bdev_write_task",
        .size = sizeof(struct chimaera_bdev_write_task),
        .member_count = 2,
        .members = chimaera_bdev_write_task_members,
        .hash = 0x7041f2826118126b,
    },
    .method_name = "write",
    .method = 12,
};

static const struct chi_member chimaera_bdev_read_task_members[] = {
    {.name = "blocks", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_read_task, blocks),
     .element_kind = CHI_MEMBER_STRUCT, .element_size = sizeof(struct chimaera_bdev_block),
     .nested = &chimaera_bdev_block__plain_schema},
    {.name = "data", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_read_task, data)},
};
_Static_assert(sizeof(struct chimaera_bdev_read_task) == 128,
               "struct chimaera_bdev_read_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_bdev_read_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_bdev_read_schema = {
    .type = {
        .name = "chimaera_bdev_read_task",
        .size = sizeof(struct chimaera_bdev_read_task),
        .member_count = 2,
        .members = chimaera_bdev_read_task_members,
        .hash = 0x7041f3826118141e,
    },
    .method_name = "read",
    .method = 13,
};

static const struct chi_member chimaera_bdev_get_stats_task_members[] = {
    {.name = "stats", .kind = CHI_MEMBER_STRUCT, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_get_stats_task, stats),
     .nested = &chimaera_bdev_stats__plain_schema},
};
_Static_assert(sizeof(struct chimaera_bdev_get_stats_task) == 120,
               "struct chimaera_bdev_get_stats_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_bdev_get_stats_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_bdev_get_stats_schema = {
    .type = {
        .name = "chimaera_bdev_get_stats_task",
        .size = sizeof(struct chimaera_bdev_get_stats_task),
        .member_count = 1,
        .members = chimaera_bdev_get_stats_task_members,
        .hash = 0xc3f6ccbb9c97d620,
    },
    .method_name = "get_stats",
    .method = 14,
};

static struct chi_task_schema *const chimaera_bdev_tasks[] = {
    &chimaera_bdev_allocate_blocks_schema,
    &chimaera_bdev_free_blocks_schema,
    &chimaera_bdev_write_schema,
    &chimaera_bdev_read_schema,
    &chimaera_bdev_get_stats_schema,
};

const struct chi_module_schemas chimaera_bdev_schemas = {
    .module = "chimaera_bdev",
    .tasks = chimaera_bdev_tasks,
    .count = 5,
};
