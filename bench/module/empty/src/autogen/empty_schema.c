/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and empty_tasks.h; do not edit. */
/* clang-format off */
#include "bench/empty/autogen/empty_methods.h"
#include "bench/empty/empty_tasks.h"

#include "chimaera/ipc.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define SIZE(type, member) sizeof(((type *)0)->member)
#define PLACE(type, member) .offset = offsetof(type, member), .size = SIZE(type, member)

_Static_assert(offsetof(struct bench_empty_nop_task, base) == 0,
               "struct chi_task base must be the first member");
_Static_assert(sizeof(struct bench_empty_nop_task) <= CHI_TASK_MAX_SIZE,
               "struct bench_empty_nop_task is over 4096 bytes; pass bulk data as struct chi_buffer");

struct chi_task_schema bench_empty_nop_schema = {
    .type = {
        .name = "bench_empty_nop_task",
        .size = sizeof(struct bench_empty_nop_task),
        .member_count = 0,
        .members = NULL,
        .hash = 0xcbf29ce484222325,
    },
    .method_name = "nop",
    .method = 10,
};
