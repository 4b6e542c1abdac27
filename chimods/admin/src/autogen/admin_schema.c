/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and admin_tasks.h; do not edit. */
/* clang-format off */
#include "chimaera/admin/autogen/admin_methods.h"
#include "chimaera/admin/admin_tasks.h"

#include "chimaera/ipc.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define SIZE(type, member) sizeof(((type *)0)->member)
#define PLACE(type, member) .offset = offsetof(type, member), .size = SIZE(type, member)

static const struct chi_member chimaera_admin_create_task_members[] = {
    {.name = "params", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct chimaera_admin_create_task, params)},
};
_Static_assert(offsetof(struct chimaera_admin_create_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct chimaera_admin_create_task) <= CHI_TASK_MAX_SIZE,
               "struct chimaera_admin_create_task is over 4096 bytes; pass bulk data as struct chi_buffer");

CHI_API struct chi_task_schema chimaera_admin_create_schema = {
    .type = {
        .name = "chimaera_admin_create_task",
        .size = sizeof(struct chimaera_admin_create_task),
        .member_count = 1,
        .members = chimaera_admin_create_task_members,
        .hash = 0x3c3ec91fb90c7afd,
    },
    .method_name = "create",
    .method = 0,
};

_Static_assert(offsetof(struct chimaera_admin_destroy_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct chimaera_admin_destroy_task) <= CHI_TASK_MAX_SIZE,
               "struct chimaera_admin_destroy_task is over 4096 bytes; pass bulk data as struct chi_buffer");

CHI_API struct chi_task_schema chimaera_admin_destroy_schema = {
    .type = {
        .name = "chimaera_admin_destroy_task",
        .size = sizeof(struct chimaera_admin_destroy_task),
        .member_count = 0,
        .members = NULL,
        .hash = 0xcbf29ce484222325,
    },
    .method_name = "destroy",
    .method = 1,
};

static const struct chi_member chimaera_admin_get_or_create_pool_task_members[] = {
    {.name = "mod_name", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct chimaera_admin_get_or_create_pool_task, mod_name)},
    {.name = "pool_name", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct chimaera_admin_get_or_create_pool_task, pool_name)},
    {.name = "params", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct chimaera_admin_get_or_create_pool_task, params)},
    {.name = "pool_id", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct chimaera_admin_get_or_create_pool_task, pool_id)},
    {.name = "containers", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct chimaera_admin_get_or_create_pool_task, containers)},
    {.name = "new_pool_id", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct chimaera_admin_get_or_create_pool_task, new_pool_id)},
    {.name = "container_count", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct chimaera_admin_get_or_create_pool_task, container_count)},
    {.name = "created", .kind = CHI_MEMBER_U8, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct chimaera_admin_get_or_create_pool_task, created)},
    {.name = "error_message", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_OUT, .count = 1,
     PLACE(struct chimaera_admin_get_or_create_pool_task, error_message)},
};
_Static_assert(offsetof(struct chimaera_admin_get_or_create_pool_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct chimaera_admin_get_or_create_pool_task) <= CHI_TASK_MAX_SIZE,
               "struct chimaera_admin_get_or_create_pool_task is over 4096 bytes; pass bulk data as struct chi_buffer");

CHI_API struct chi_task_schema chimaera_admin_get_or_create_pool_schema = {
    .type = {
        .name = "chimaera_admin_get_or_create_pool_task",
        .size = sizeof(struct chimaera_admin_get_or_create_pool_task),
        .member_count = 9,
        .members = chimaera_admin_get_or_create_pool_task_members,
        .hash = 0xeb36e66bf4dc282c,
    },
    .method_name = "get_or_create_pool",
    .method = 10,
};

static const struct chi_member chimaera_admin_destroy_pool_task_members[] = {
    {.name = "pool_id", .kind = CHI_MEMBER_POOL_ID, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct chimaera_admin_destroy_pool_task, pool_id)},
    {.name = "pool_name", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct chimaera_admin_destroy_pool_task, pool_name)},
    {.name = "cancel", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     PLACE(struct chimaera_admin_destroy_pool_task, cancel)},
};
_Static_assert(offsetof(struct chimaera_admin_destroy_pool_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct chimaera_admin_destroy_pool_task) <= CHI_TASK_MAX_SIZE,
               "struct chimaera_admin_destroy_pool_task is over 4096 bytes; pass bulk data as struct chi_buffer");

CHI_API struct chi_task_schema chimaera_admin_destroy_pool_schema = {
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
     PLACE(struct chimaera_admin_stop_runtime_task, grace_period_ns)},
};
_Static_assert(offsetof(struct chimaera_admin_stop_runtime_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct chimaera_admin_stop_runtime_task) <= CHI_TASK_MAX_SIZE,
               "struct chimaera_admin_stop_runtime_task is over 4096 bytes; pass bulk data as struct chi_buffer");

CHI_API struct chi_task_schema chimaera_admin_stop_runtime_schema = {
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
_Static_assert(sizeof(struct chimaera_admin_flush_task) <= CHI_TASK_MAX_SIZE,
               "struct chimaera_admin_flush_task is over 4096 bytes; pass bulk data as struct chi_buffer");

CHI_API struct chi_task_schema chimaera_admin_flush_schema = {
    .type = {
        .name = "chimaera_admin_flush_task",
        .size = sizeof(struct chimaera_admin_flush_task),
        .member_count = 0,
        .members = NULL,
        .hash = 0xcbf29ce484222325,
    },
    .method_name = "flush",
    .method = 13,
};
