/* SPDX-License-Identifier: BSD-3-Clause */
/* What the empty module takes and gives: nothing. chi_refresh_repo reads this file. */
#ifndef BENCH_EMPTY_TASKS_H
#define BENCH_EMPTY_TASKS_H

#include <chimaera/task.h>

struct bench_empty_nop_task {
    struct chi_task base;
};

#endif
