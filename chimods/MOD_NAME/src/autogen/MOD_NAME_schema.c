/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and MOD_NAME_tasks.h; do not edit. */
/* clang-format off */
#include "chimaera/MOD_NAME/autogen/MOD_NAME_methods.h"
#include "chimaera/MOD_NAME/MOD_NAME_tasks.h"

#include "chimaera/buffer.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define CHI_SIZE_(type, member) sizeof(((type *)0)->member)
#define CHI_PLACE_(type, member) .offset = offsetof(type, member), .size = CHI_SIZE_(type, member)

static const struct chi_member chimaera_MOD_NAME_create_params_members[] = {
    {.name = "config_data", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_create_params, config_data)},
    {.name = "worker_count", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_create_params, worker_count)},
};
_Static_assert(sizeof(struct chimaera_MOD_NAME_create_params) == 56,
               "struct chimaera_MOD_NAME_create_params is packed, or not what chi_refresh_repo read");

const struct chi_schema chimaera_MOD_NAME_create_params_schema = {
    .name = "chimaera_MOD_NAME_create_params",
    .size = sizeof(struct chimaera_MOD_NAME_create_params),
    .member_count = 2,
    .members = chimaera_MOD_NAME_create_params_members,
    .hash = 0xd839416f0b9f43e1,
};

static const struct chi_member chimaera_MOD_NAME_custom_task_members[] = {
    {.name = "data", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_INOUT, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_custom_task, data)},
    {.name = "operation_id", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_custom_task, operation_id)},
    {.name = "result", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_custom_task, result)},
};
_Static_assert(sizeof(struct chimaera_MOD_NAME_custom_task) == 120,
               "struct chimaera_MOD_NAME_custom_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_MOD_NAME_custom_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_MOD_NAME_custom_schema = {
    .type = {
        .name = "chimaera_MOD_NAME_custom_task",
        .size = sizeof(struct chimaera_MOD_NAME_custom_task),
        .member_count = 3,
        .members = chimaera_MOD_NAME_custom_task_members,
        .hash = 0x56acc8a7e704276e,
    },
    .method_name = "custom",
    .method = 10,
};

static const struct chi_member chimaera_MOD_NAME_co_mutex_test_task_members[] = {
    {.name = "test_id", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_co_mutex_test_task, test_id)},
    {.name = "hold_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_co_mutex_test_task, hold_ns)},
    {.name = "entered", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_co_mutex_test_task, entered)},
    {.name = "left", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_co_mutex_test_task, left)},
};
_Static_assert(sizeof(struct chimaera_MOD_NAME_co_mutex_test_task) == 96,
               "struct chimaera_MOD_NAME_co_mutex_test_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_MOD_NAME_co_mutex_test_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_MOD_NAME_co_mutex_test_schema = {
    .type = {
        .name = "chimaera_MOD_NAME_co_mutex_test_task",
        .size = sizeof(struct chimaera_MOD_NAME_co_mutex_test_task),
        .member_count = 4,
        .members = chimaera_MOD_NAME_co_mutex_test_task_members,
        .hash = 0xf26ebe77918702c3,
    },
    .method_name = "co_mutex_test",
    .method = 20,
};

static const struct chi_member chimaera_MOD_NAME_co_rw_lock_test_task_members[] = {
    {.name = "test_id", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_co_rw_lock_test_task, test_id)},
    {.name = "writes", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_co_rw_lock_test_task, writes)},
    {.name = "hold_ns", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_co_rw_lock_test_task, hold_ns)},
    {.name = "entered", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_co_rw_lock_test_task, entered)},
    {.name = "left", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_co_rw_lock_test_task, left)},
};
_Static_assert(sizeof(struct chimaera_MOD_NAME_co_rw_lock_test_task) == 96,
               "struct chimaera_MOD_NAME_co_rw_lock_test_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_MOD_NAME_co_rw_lock_test_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_MOD_NAME_co_rw_lock_test_schema = {
    .type = {
        .name = "chimaera_MOD_NAME_co_rw_lock_test_task",
        .size = sizeof(struct chimaera_MOD_NAME_co_rw_lock_test_task),
        .member_count = 5,
        .members = chimaera_MOD_NAME_co_rw_lock_test_task_members,
        .hash = 0xc24104d23a626f56,
    },
    .method_name = "co_rw_lock_test",
    .method = 21,
};

static const struct chi_member chimaera_MOD_NAME_fire_and_forget_test_task_members[] = {
    {.name = "count", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_fire_and_forget_test_task, count)},
};
_Static_assert(sizeof(struct chimaera_MOD_NAME_fire_and_forget_test_task) == 72,
               "struct chimaera_MOD_NAME_fire_and_forget_test_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_MOD_NAME_fire_and_forget_test_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_MOD_NAME_fire_and_forget_test_schema = {
    .type = {
        .name = "chimaera_MOD_NAME_fire_and_forget_test_task",
        .size = sizeof(struct chimaera_MOD_NAME_fire_and_forget_test_task),
        .member_count = 1,
        .members = chimaera_MOD_NAME_fire_and_forget_test_task_members,
        .hash = 0xffd98788b5993c59,
    },
    .method_name = "fire_and_forget_test",
    .method = 22,
};

static const struct chi_member chimaera_MOD_NAME_wait_test_task_members[] = {
    {.name = "test_id", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_wait_test_task, test_id)},
    {.name = "depth", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_wait_test_task, depth)},
    {.name = "reached", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct chimaera_MOD_NAME_wait_test_task, reached)},
};
_Static_assert(sizeof(struct chimaera_MOD_NAME_wait_test_task) == 76,
               "struct chimaera_MOD_NAME_wait_test_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct chimaera_MOD_NAME_wait_test_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema chimaera_MOD_NAME_wait_test_schema = {
    .type = {
        .name = "chimaera_MOD_NAME_wait_test_task",
        .size = sizeof(struct chimaera_MOD_NAME_wait_test_task),
        .member_count = 3,
        .members = chimaera_MOD_NAME_wait_test_task_members,
        .hash = 0x9109678c3add3618,
    },
    .method_name = "wait_test",
    .method = 23,
};

static struct chi_task_schema *const chimaera_MOD_NAME_tasks[] = {
    &chimaera_MOD_NAME_custom_schema,
    &chimaera_MOD_NAME_co_mutex_test_schema,
    &chimaera_MOD_NAME_co_rw_lock_test_schema,
    &chimaera_MOD_NAME_fire_and_forget_test_schema,
    &chimaera_MOD_NAME_wait_test_schema,
};

const struct chi_module_schemas chimaera_MOD_NAME_schemas = {
    .module = "chimaera_MOD_NAME",
    .tasks = chimaera_MOD_NAME_tasks,
    .count = 5,
};
