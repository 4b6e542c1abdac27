/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and kv_tasks.h; do not edit. */
/* clang-format off */
#include "example/kv/autogen/kv_methods.h"
#include "example/kv/kv_tasks.h"

#include "chimaera/buffer.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define CHI_SIZE_(type, member) sizeof(((type *)0)->member)
#define CHI_PLACE_(type, member) .offset = offsetof(type, member), .size = CHI_SIZE_(type, member)

static const struct chi_member example_kv_create_params_members[] = {
    {.name = "max_bytes", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct example_kv_create_params, max_bytes)},
};
_Static_assert(sizeof(struct example_kv_create_params) == 8,
               "struct example_kv_create_params is packed, or not what chi_refresh_repo read");

const struct chi_schema example_kv_create_params_schema = {
    .name = "example_kv_create_params",
    .size = sizeof(struct example_kv_create_params),
    .member_count = 1,
    .members = example_kv_create_params_members,
    .hash = 0xa1fc62af6856ff1d,
};

static const struct chi_member example_kv_put_task_members[] = {
    {.name = "key", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct example_kv_put_task, key)},
    {.name = "value", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct example_kv_put_task, value)},
    {.name = "version", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct example_kv_put_task, version)},
};
_Static_assert(sizeof(struct example_kv_put_task) == 168,
               "struct example_kv_put_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct example_kv_put_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema example_kv_put_schema = {
    .type = {
        .name = "example_kv_put_task",
        .size = sizeof(struct example_kv_put_task),
        .member_count = 3,
        .members = example_kv_put_task_members,
        .hash = 0xe8a4adffe31a9d92,
    },
    .method_name = "put",
    .method = 10,
};

static const struct chi_member example_kv_get_task_members[] = {
    {.name = "key", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct example_kv_get_task, key)},
    {.name = "value", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct example_kv_get_task, value)},
    {.name = "version", .kind = CHI_MEMBER_U64, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct example_kv_get_task, version)},
};
_Static_assert(sizeof(struct example_kv_get_task) == 168,
               "struct example_kv_get_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct example_kv_get_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema example_kv_get_schema = {
    .type = {
        .name = "example_kv_get_task",
        .size = sizeof(struct example_kv_get_task),
        .member_count = 3,
        .members = example_kv_get_task_members,
        .hash = 0xbf86df01fc236e91,
    },
    .method_name = "get",
    .method = 11,
};

static const struct chi_member example_kv_delete_task_members[] = {
    {.name = "key", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct example_kv_delete_task, key)},
};
_Static_assert(sizeof(struct example_kv_delete_task) == 112,
               "struct example_kv_delete_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct example_kv_delete_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema example_kv_delete_schema = {
    .type = {
        .name = "example_kv_delete_task",
        .size = sizeof(struct example_kv_delete_task),
        .member_count = 1,
        .members = example_kv_delete_task_members,
        .hash = 0xc99fc523e84dc7d6,
    },
    .method_name = "delete",
    .method = 12,
};

static const struct chi_member example_kv_scan_task_members[] = {
    {.name = "after", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct example_kv_scan_task, after)},
    {.name = "limit", .kind = CHI_MEMBER_U32, .direction = CHI_DIRECTION_IN, .count = 1,
     CHI_PLACE_(struct example_kv_scan_task, limit)},
    {.name = "more", .kind = CHI_MEMBER_U8, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct example_kv_scan_task, more)},
    {.name = "keys", .kind = CHI_MEMBER_STRING, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct example_kv_scan_task, keys)},
    {.name = "sizes", .kind = CHI_MEMBER_VECTOR, .direction = CHI_DIRECTION_OUT, .count = 1,
     CHI_PLACE_(struct example_kv_scan_task, sizes),
     .element_kind = CHI_MEMBER_U32, .element_size = sizeof(uint32_t)},
};
_Static_assert(sizeof(struct example_kv_scan_task) == 216,
               "struct example_kv_scan_task is packed, or not what chi_refresh_repo read");
_Static_assert(offsetof(struct example_kv_scan_task, base) == 0,
               "struct chi_task base must be the first member");

struct chi_task_schema example_kv_scan_schema = {
    .type = {
        .name = "example_kv_scan_task",
        .size = sizeof(struct example_kv_scan_task),
        .member_count = 5,
        .members = example_kv_scan_task_members,
        .hash = 0x51078ecb286ba1f4,
    },
    .method_name = "scan",
    .method = 13,
};

static struct chi_task_schema *const example_kv_tasks[] = {
    &example_kv_put_schema,
    &example_kv_get_schema,
    &example_kv_delete_schema,
    &example_kv_scan_schema,
};

const struct chi_module_schemas example_kv_schemas = {
    .module = "example_kv",
    .tasks = example_kv_tasks,
    .count = 4,
};
