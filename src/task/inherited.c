/* SPDX-License-Identifier: BSD-3-Clause */
/* The schemas of the inherited methods' tasks, as chi_refresh_repo would write them. */
#include "chimaera/lifecycle.h"

#define HASH_EMPTY UINT64_C(0xcbf29ce484222325) /* of a struct without members */

struct chi_task_schema chi_base_task_schema = {
    .type = {.name = "chi_task", .size = sizeof(struct chi_task)},
    .method_name = "",
};

static const struct chi_member create_members[] = {
    {.name = "params",
     .kind = CHI_MEMBER_STRING,
     .direction = CHI_DIRECTION_IN,
     .count = 1,
     .offset = offsetof(struct chi_create_task, params),
     .size = sizeof(struct chi_string)},
};

struct chi_task_schema chi_create_schema = {
    .type = {.name = "chi_create_task",
             .size = sizeof(struct chi_create_task),
             .member_count = 1,
             .members = create_members,
             .hash = 0x3c3ec91fb90c7afd},
    .method_name = "create",
    .method = 0,
};

struct chi_task_schema chi_destroy_schema = {
    .type = {.name = "chi_destroy_task",
             .size = sizeof(struct chi_destroy_task),
             .hash = HASH_EMPTY},
    .method_name = "destroy",
    .method = 1,
};
