/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_LISTED_TASKS_H
#define CHIMAERA_LISTED_TASKS_H
#include <chimaera/task.h>
struct chimaera_listed_first_task {
    struct chi_task base;
};
struct chimaera_listed_second_task {
    struct chi_task base;
};
#endif
