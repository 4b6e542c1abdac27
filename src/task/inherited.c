/* SPDX-License-Identifier: BSD-3-Clause */
/* The schema of a task without members. */
#include "chimaera/task.h"

struct chi_task_schema chi_base_task_schema = {
    .type = {.name = "chi_task", .size = sizeof(struct chi_task)},
    .method_name = "",
};
