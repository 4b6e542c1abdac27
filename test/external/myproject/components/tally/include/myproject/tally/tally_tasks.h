/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef MYPROJECT_TALLY_TASKS_H
#define MYPROJECT_TALLY_TASKS_H

#include <chimaera/task.h>

struct myproject_tally_create_params {
    IN int64_t start;
};

struct myproject_tally_add_task {
    struct chi_task base;
    IN int64_t delta;
    OUT int64_t total;
};

#endif
