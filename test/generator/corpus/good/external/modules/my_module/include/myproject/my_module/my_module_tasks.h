/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef MYPROJECT_MY_MODULE_TASKS_H
#define MYPROJECT_MY_MODULE_TASKS_H
#include <chimaera/task.h>
struct myproject_my_module_work_task {
    struct chi_task base;
    INOUT uint64_t value;
};
#endif
