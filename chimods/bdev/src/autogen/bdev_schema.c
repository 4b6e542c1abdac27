/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and bdev_tasks.h; do not edit. */
/* clang-format off */
#include "chimaera/bdev/autogen/bdev_methods.h"
#include "chimaera/bdev/bdev_tasks.h"

#include "chimaera/buffer.h"
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

static const struct chi_enum_value chimaera_bdev_mode_values[] = {
    {.name = "blocks", .value = CHIMAERA_BDEV_MODE_BLOCKS},
    {.name = "raw", .value = CHIMAERA_BDEV_MODE_RAW},
    {.name = NULL},
};
_Static_assert((long long)(CHIMAERA_BDEV_MODE_BLOCKS) == (long long)(uint32_t)(CHIMAERA_BDEV_MODE_BLOCKS),
               "CHIMAERA_BDEV_MODE_BLOCKS does not fit in 32 bits");
_Static_assert((long long)(CHIMAERA_BDEV_MODE_RAW) == (long long)(uint32_t)(CHIMAERA_BDEV_MODE_RAW),
               "CHIMAERA_BDEV_MODE_RAW does not fit in 32 bits");

static const struct chi_enum_value chimaera_bdev_engine_values[] = {
    {.name = "auto", .value = CHIMAERA_BDEV_ENGINE_AUTO},
    {.name = "uring", .value = CHIMAERA_BDEV_ENGINE_URING},
    {.name = "threads", .value = CHIMAERA_BDEV_ENGINE_THREADS},
    {.name = NULL},
};
_Static_assert((long long)(CHIMAERA_BDEV_ENGINE_AUTO) == (long long)(uint32_t)(CHIMAERA_BDEV_ENGINE_AUTO),
               "CHIMAERA_BDEV_ENGINE_AUTO does not fit in 32 bits");
_Static_assert((long long)(CHIMAERA_BDEV_ENGINE_URING) == (long long)(uint32_t)(CHIMAERA_BDEV_ENGINE_URING),
               "CHIMAERA_BDEV_ENGINE_URING does not fit in 32 bits");
_Static_assert((long long)(CHIMAERA_BDEV_ENGINE_THREADS) == (long long)(uint32_t)(CHIMAERA_BDEV_ENGINE_THREADS),
               "CHIMAERA_BDEV_ENGINE_THREADS does not fit in 32 bits");

static const struct chi_member chimaera_bdev_block__plain_members[] = {
    {.name = "offset", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_block, offset)},
    {.name = "size", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_block, size)},
    {.name = "device", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_block, device)},
};
_Static_assert(sizeof(struct chimaera_bdev_block) == 16,
               "struct chimaera_bdev_block is packed, or not what chi_refresh_repo read");

static const struct chi_schema chimaera_bdev_block__plain_schema = {
    .name = "chimaera_bdev_block",
    .size = sizeof(struct chimaera_bdev_block),
    .member_count = 3,
    .members = chimaera_bdev_block__plain_members,
    .hash = 0x6f52eba520fa364b,
};

static const struct chi_member chimaera_bdev_latency__plain_members[] = {
    {.name = "p50_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_latency, p50_ns)},
    {.name = "p95_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_latency, p95_ns)},
    {.name = "p99_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_latency, p99_ns)},
    {.name = "p999_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_latency, p999_ns)},
    {.name = "max_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_latency, max_ns)},
};
_Static_assert(sizeof(struct chimaera_bdev_latency) == 40,
               "struct chimaera_bdev_latency is packed, or not what chi_refresh_repo read");

static const struct chi_schema chimaera_bdev_latency__plain_schema = {
    .name = "chimaera_bdev_latency",
    .size = sizeof(struct chimaera_bdev_latency),
    .member_count = 5,
    .members = chimaera_bdev_latency__plain_members,
    .hash = 0x220e27c3908884f3,
};

static const struct chi_member chimaera_bdev_perf__plain_members[] = {
    {.name = "read_mb_per_s", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_perf, read_mb_per_s)},
    {.name = "write_mb_per_s", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_perf, write_mb_per_s)},
    {.name = "read_latency_us", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_perf, read_latency_us)},
    {.name = "write_latency_us", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_perf, write_latency_us)},
    {.name = "iops", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_perf, iops)},
};
_Static_assert(sizeof(struct chimaera_bdev_perf) == 20,
               "struct chimaera_bdev_perf is packed, or not what chi_refresh_repo read");

static const struct chi_schema chimaera_bdev_perf__plain_schema = {
    .name = "chimaera_bdev_perf",
    .size = sizeof(struct chimaera_bdev_perf),
    .member_count = 5,
    .members = chimaera_bdev_perf__plain_members,
    .hash = 0x5009e7b636a354e9,
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
    {.name = "flushes", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, flushes)},
    {.name = "trims", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, trims)},
    {.name = "errors", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, errors)},
    {.name = "bytes_read", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, bytes_read)},
    {.name = "bytes_written", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, bytes_written)},
    {.name = "read_bytes_per_s", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, read_bytes_per_s)},
    {.name = "write_bytes_per_s", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, write_bytes_per_s)},
    {.name = "read_latency", .kind = CHI_MEMBER_STRUCT, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, read_latency),
     .nested = &chimaera_bdev_latency__plain_schema},
    {.name = "write_latency", .kind = CHI_MEMBER_STRUCT, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, write_latency),
     .nested = &chimaera_bdev_latency__plain_schema},
    {.name = "perf", .kind = CHI_MEMBER_STRUCT, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, perf),
     .nested = &chimaera_bdev_perf__plain_schema},
    {.name = "device", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, device)},
    {.name = "type", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, type)},
    {.name = "mode", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, mode)},
    {.name = "engine", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, engine)},
    {.name = "direct", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, direct)},
    {.name = "alignment", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, alignment)},
    {.name = "io_unit", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, io_unit)},
    {.name = "memory_unit", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, memory_unit)},
    {.name = "io_depth", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, io_depth)},
    {.name = "in_flight", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, in_flight)},
    {.name = "most_in_flight", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, most_in_flight)},
    {.name = "waiting", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, waiting)},
    {.name = "rings", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, rings)},
    {.name = "operations", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, operations)},
    {.name = "submissions", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, submissions)},
    {.name = "registered_operations", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, registered_operations)},
    {.name = "registered_bytes", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, registered_bytes)},
    {.name = "bytes_in_place", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, bytes_in_place)},
    {.name = "bytes_bounced", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, bytes_bounced)},
    {.name = "commits", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, commits)},
    {.name = "log_pages", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, log_pages)},
    {.name = "compactions", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_stats, compactions)},
};
_Static_assert(sizeof(struct chimaera_bdev_stats) == 320,
               "struct chimaera_bdev_stats is packed, or not what chi_refresh_repo read");

static const struct chi_schema chimaera_bdev_stats__plain_schema = {
    .name = "chimaera_bdev_stats",
    .size = sizeof(struct chimaera_bdev_stats),
    .member_count = 37,
    .members = chimaera_bdev_stats__plain_members,
    .hash = 0x1710f479ff7adf88,
};

static const struct chi_member chimaera_bdev_extent__plain_members[] = {
    {.name = "offset", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_extent, offset)},
    {.name = "size", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_extent, size)},
    {.name = "flags", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_extent, flags)},
    {.name = "reserved", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_extent, reserved)},
};
_Static_assert(sizeof(struct chimaera_bdev_extent) == 24,
               "struct chimaera_bdev_extent is packed, or not what chi_refresh_repo read");

static const struct chi_schema chimaera_bdev_extent__plain_schema = {
    .name = "chimaera_bdev_extent",
    .size = sizeof(struct chimaera_bdev_extent),
    .member_count = 4,
    .members = chimaera_bdev_extent__plain_members,
    .hash = 0x1dab317b3dce7066,
};

static const struct chi_member chimaera_bdev_create_params_members[] = {
    {.name = "type", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, type),
     .values = chimaera_bdev_type_values},
    {.name = "mode", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, mode),
     .values = chimaera_bdev_mode_values},
    {.name = "engine", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, engine),
     .values = chimaera_bdev_engine_values},
    {.name = "force", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, force)},
    {.name = "total_size", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, total_size)},
    {.name = "io_depth", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, io_depth)},
    {.name = "alignment", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, alignment)},
    {.name = "read_mb_per_s", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, read_mb_per_s)},
    {.name = "write_mb_per_s", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, write_mb_per_s)},
    {.name = "read_latency_us", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, read_latency_us)},
    {.name = "write_latency_us", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, write_latency_us)},
    {.name = "iops", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_create_params, iops)},
};
_Static_assert(sizeof(struct chimaera_bdev_create_params) == 56,
               "struct chimaera_bdev_create_params is packed, or not what chi_refresh_repo read");

const struct chi_schema chimaera_bdev_create_params_schema = {
    .name = "chimaera_bdev_create_params",
    .size = sizeof(struct chimaera_bdev_create_params),
    .member_count = 12,
    .members = chimaera_bdev_create_params_members,
    .hash = 0xeb7b68fa3c191fd6,
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
        .hash = 0xd2c03f4eac993137,
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
        .hash = 0xacc8ffe8ae60a1bb,
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
        .hash = 0x54710ee70ef1c1a3,
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
        .hash = 0x54710fe70ef1c356,
    },
    .method_name = "read",
    .method = 13,
};

static const struct chi_member chimaera_bdev_get_stats_task_members[] = {
    {.name = "stats", .kind = CHI_MEMBER_STRUCT, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_get_stats_task, stats),
     .nested = &chimaera_bdev_stats__plain_schema},
};
_Static_assert(sizeof(struct chimaera_bdev_get_stats_task) == 384,
               "struct chimaera_bdev_get_stats_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_bdev_get_stats_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_bdev_get_stats_schema = {
    .type = {
        .name = "chimaera_bdev_get_stats_task",
        .size = sizeof(struct chimaera_bdev_get_stats_task),
        .member_count = 1,
        .members = chimaera_bdev_get_stats_task_members,
        .hash = 0x5e49c16631bc3060,
    },
    .method_name = "get_stats",
    .method = 14,
};

_Static_assert(offsetof(struct chimaera_bdev_flush_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_bdev_flush_schema = {
    .type = {
        .name = "chimaera_bdev_flush_task",
        .size = sizeof(struct chimaera_bdev_flush_task),
        .member_count = 0,
        .members = NULL,
        .hash = 0xcbf29ce484222325,
    },
    .method_name = "flush",
    .method = 15,
};

static const struct chi_member chimaera_bdev_raw_write_task_members[] = {
    {.name = "offset", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_raw_write_task, offset)},
    {.name = "data", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_raw_write_task, data)},
};
_Static_assert(sizeof(struct chimaera_bdev_raw_write_task) == 88,
               "struct chimaera_bdev_raw_write_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_bdev_raw_write_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_bdev_raw_write_schema = {
    .type = {
        .name = "chimaera_bdev_raw_write_task",
        .size = sizeof(struct chimaera_bdev_raw_write_task),
        .member_count = 2,
        .members = chimaera_bdev_raw_write_task_members,
        .hash = 0xc363f45c9800237e,
    },
    .method_name = "raw_write",
    .method = 16,
};

static const struct chi_member chimaera_bdev_raw_read_task_members[] = {
    {.name = "offset", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_raw_read_task, offset)},
    {.name = "data", .kind = CHI_MEMBER_BUFFER, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_raw_read_task, data)},
};
_Static_assert(sizeof(struct chimaera_bdev_raw_read_task) == 88,
               "struct chimaera_bdev_raw_read_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_bdev_raw_read_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_bdev_raw_read_schema = {
    .type = {
        .name = "chimaera_bdev_raw_read_task",
        .size = sizeof(struct chimaera_bdev_raw_read_task),
        .member_count = 2,
        .members = chimaera_bdev_raw_read_task_members,
        .hash = 0xc363f35c980021cb,
    },
    .method_name = "raw_read",
    .method = 17,
};

static const struct chi_member chimaera_bdev_raw_trim_task_members[] = {
    {.name = "offset", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_raw_trim_task, offset)},
    {.name = "size", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_raw_trim_task, size)},
};
_Static_assert(sizeof(struct chimaera_bdev_raw_trim_task) == 80,
               "struct chimaera_bdev_raw_trim_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_bdev_raw_trim_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_bdev_raw_trim_schema = {
    .type = {
        .name = "chimaera_bdev_raw_trim_task",
        .size = sizeof(struct chimaera_bdev_raw_trim_task),
        .member_count = 2,
        .members = chimaera_bdev_raw_trim_task_members,
        .hash = 0x05c6e4f4058dd4eb,
    },
    .method_name = "raw_trim",
    .method = 18,
};

static const struct chi_member chimaera_bdev_raw_zero_task_members[] = {
    {.name = "offset", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_raw_zero_task, offset)},
    {.name = "size", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_raw_zero_task, size)},
};
_Static_assert(sizeof(struct chimaera_bdev_raw_zero_task) == 80,
               "struct chimaera_bdev_raw_zero_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_bdev_raw_zero_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_bdev_raw_zero_schema = {
    .type = {
        .name = "chimaera_bdev_raw_zero_task",
        .size = sizeof(struct chimaera_bdev_raw_zero_task),
        .member_count = 2,
        .members = chimaera_bdev_raw_zero_task_members,
        .hash = 0x05c6e4f4058dd4eb,
    },
    .method_name = "raw_zero",
    .method = 19,
};

static const struct chi_member chimaera_bdev_raw_extents_task_members[] = {
    {.name = "offset", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_raw_extents_task, offset)},
    {.name = "size", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_raw_extents_task, size)},
    {.name = "max_extents", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_raw_extents_task, max_extents)},
    {.name = "extents", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_bdev_raw_extents_task, extents),
     .element_kind = CHI_MEMBER_STRUCT, .element_size = sizeof(struct chimaera_bdev_extent),
     .nested = &chimaera_bdev_extent__plain_schema},
};
_Static_assert(sizeof(struct chimaera_bdev_raw_extents_task) == 136,
               "struct chimaera_bdev_raw_extents_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_bdev_raw_extents_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_bdev_raw_extents_schema = {
    .type = {
        .name = "chimaera_bdev_raw_extents_task",
        .size = sizeof(struct chimaera_bdev_raw_extents_task),
        .member_count = 4,
        .members = chimaera_bdev_raw_extents_task_members,
        .hash = 0xd54094537063fe7f,
    },
    .method_name = "raw_extents",
    .method = 20,
};

static struct chi_task_schema *const chimaera_bdev_tasks[] = {
    &chimaera_bdev_allocate_blocks_schema,
    &chimaera_bdev_free_blocks_schema,
    &chimaera_bdev_write_schema,
    &chimaera_bdev_read_schema,
    &chimaera_bdev_get_stats_schema,
    &chimaera_bdev_flush_schema,
    &chimaera_bdev_raw_write_schema,
    &chimaera_bdev_raw_read_schema,
    &chimaera_bdev_raw_trim_schema,
    &chimaera_bdev_raw_zero_schema,
    &chimaera_bdev_raw_extents_schema,
};

const struct chi_module_schemas chimaera_bdev_schemas = {
    .module = "chimaera_bdev",
    .tasks = chimaera_bdev_tasks,
    .count = 11,
};
