/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and admin_tasks.h; do not edit. */
/* clang-format off */
#include "chimaera/admin/autogen/admin_methods.h"
#include "chimaera/admin/admin_tasks.h"

#include "chimaera/buffer.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define CHI_SIZE_(type, member) sizeof(((type *)0)->member)
#define CHI_PLACE_(type, member) .offset = offsetof(type, member), .size = CHI_SIZE_(type, member)

static const struct chi_member chimaera_admin_task_hash__plain_members[] = {
    {.name = "hash", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_admin_task_hash, hash)},
    {.name = "method", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_admin_task_hash, method)},
    {.name = "size", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_admin_task_hash, size)},
};
_Static_assert(sizeof(struct chimaera_admin_task_hash) == 16,
               "struct chimaera_admin_task_hash is packed, or not what chi_refresh_repo read");

static const struct chi_schema chimaera_admin_task_hash__plain_schema = {
    .name = "chimaera_admin_task_hash",
    .size = sizeof(struct chimaera_admin_task_hash),
    .member_count = 3,
    .members = chimaera_admin_task_hash__plain_members,
    .hash = 0x0896c0468317c473,
};

static const struct chi_member chimaera_admin_get_or_create_pool_task_members[] = {
    {.name = "mod_name", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_get_or_create_pool_task, mod_name)},
    {.name = "pool_name", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_get_or_create_pool_task, pool_name)},
    {.name = "params", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_get_or_create_pool_task, params)},
    {.name = "pool_id", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_get_or_create_pool_task, pool_id)},
    {.name = "containers", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_get_or_create_pool_task, containers)},
    {.name = "schemas", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_get_or_create_pool_task, schemas),
     .element_kind = CHI_MEMBER_STRUCT, .element_size = sizeof(struct chimaera_admin_task_hash),
     .nested = &chimaera_admin_task_hash__plain_schema},
    {.name = "new_pool_id", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_admin_get_or_create_pool_task, new_pool_id)},
    {.name = "container_count", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_admin_get_or_create_pool_task, container_count)},
    {.name = "created", .kind = CHI_MEMBER_U8, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_admin_get_or_create_pool_task, created)},
    {.name = "error_message", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_admin_get_or_create_pool_task, error_message)},
};
_Static_assert(sizeof(struct chimaera_admin_get_or_create_pool_task) == 336,
               "struct chimaera_admin_get_or_create_pool_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_admin_get_or_create_pool_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_admin_get_or_create_pool_schema = {
    .type = {
        .name = "chimaera_admin_get_or_create_pool_task",
        .size = sizeof(struct chimaera_admin_get_or_create_pool_task),
        .member_count = 10,
        .members = chimaera_admin_get_or_create_pool_task_members,
        .hash = 0x97b5378e42c6b4b3,
    },
    .method_name = "get_or_create_pool",
    .method = 10,
};

static const struct chi_member chimaera_admin_destroy_pool_task_members[] = {
    {.name = "pool_id", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_destroy_pool_task, pool_id)},
    {.name = "pool_name", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_destroy_pool_task, pool_name)},
    {.name = "cancel", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_destroy_pool_task, cancel)},
};
_Static_assert(sizeof(struct chimaera_admin_destroy_pool_task) == 128,
               "struct chimaera_admin_destroy_pool_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_admin_destroy_pool_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_admin_destroy_pool_schema = {
    .type = {
        .name = "chimaera_admin_destroy_pool_task",
        .size = sizeof(struct chimaera_admin_destroy_pool_task),
        .member_count = 3,
        .members = chimaera_admin_destroy_pool_task_members,
        .hash = 0xde4c4929529e7891,
    },
    .method_name = "destroy_pool",
    .method = 11,
};

static const struct chi_member chimaera_admin_stop_runtime_task_members[] = {
    {.name = "grace_period_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_stop_runtime_task, grace_period_ns)},
};
_Static_assert(sizeof(struct chimaera_admin_stop_runtime_task) == 72,
               "struct chimaera_admin_stop_runtime_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_admin_stop_runtime_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_admin_stop_runtime_schema = {
    .type = {
        .name = "chimaera_admin_stop_runtime_task",
        .size = sizeof(struct chimaera_admin_stop_runtime_task),
        .member_count = 1,
        .members = chimaera_admin_stop_runtime_task_members,
        .hash = 0xe637b3a4ae5e4d25,
    },
    .method_name = "stop_runtime",
    .method = 12,
};

_Static_assert(offsetof(struct chimaera_admin_flush_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_admin_flush_schema = {
    .type = {
        .name = "chimaera_admin_flush_task",
        .size = sizeof(struct chimaera_admin_flush_task),
        .member_count = 0,
        .members = NULL,
        .hash = 0xcbf29ce484222325,
    },
    .method_name = "flush",
    .method = 13,
    .flags = CHI_METHOD_WAITS_FOR_OTHERS,
};

static const struct chi_member chimaera_admin_open_pool_task_members[] = {
    {.name = "mod_name", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_open_pool_task, mod_name)},
    {.name = "pool_name", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_open_pool_task, pool_name)},
    {.name = "pool_id", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_open_pool_task, pool_id)},
    {.name = "schemas", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_admin_open_pool_task, schemas),
     .element_kind = CHI_MEMBER_STRUCT, .element_size = sizeof(struct chimaera_admin_task_hash),
     .nested = &chimaera_admin_task_hash__plain_schema},
    {.name = "found_pool_id", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_admin_open_pool_task, found_pool_id)},
    {.name = "error_message", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_admin_open_pool_task, error_message)},
};
_Static_assert(sizeof(struct chimaera_admin_open_pool_task) == 272,
               "struct chimaera_admin_open_pool_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_admin_open_pool_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_admin_open_pool_schema = {
    .type = {
        .name = "chimaera_admin_open_pool_task",
        .size = sizeof(struct chimaera_admin_open_pool_task),
        .member_count = 6,
        .members = chimaera_admin_open_pool_task_members,
        .hash = 0x159c8267fc38e3b7,
    },
    .method_name = "open_pool",
    .method = 14,
};

_Static_assert(offsetof(struct chimaera_admin_ping_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_admin_ping_schema = {
    .type = {
        .name = "chimaera_admin_ping_task",
        .size = sizeof(struct chimaera_admin_ping_task),
        .member_count = 0,
        .members = NULL,
        .hash = 0xcbf29ce484222325,
    },
    .method_name = "ping",
    .method = 15,
};

static struct chi_task_schema *const chimaera_admin_tasks[] = {
    &chimaera_admin_get_or_create_pool_schema,
    &chimaera_admin_destroy_pool_schema,
    &chimaera_admin_stop_runtime_schema,
    &chimaera_admin_flush_schema,
    &chimaera_admin_open_pool_schema,
    &chimaera_admin_ping_schema,
};

const struct chi_module_schemas chimaera_admin_schemas = {
    .module = "chimaera_admin",
    .tasks = chimaera_admin_tasks,
    .count = 6,
};
