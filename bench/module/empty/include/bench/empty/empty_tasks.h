/* SPDX-License-Identifier: BSD-3-Clause */
/* What the empty module takes and gives: times, if anything. chi_refresh_repo reads this file. */
#ifndef BENCH_EMPTY_TASKS_H
#define BENCH_EMPTY_TASKS_H

#include <chimaera/task.h>

struct bench_empty_nop_task {
    struct chi_task base;
};

enum bench_empty_what {
    BENCH_EMPTY_LOCK = 0,    /* lock and unlock a mutex that nobody else wants */
    BENCH_EMPTY_YIELD = 1,   /* park, and be resumed */
    BENCH_EMPTY_SUBTASK = 2, /* make an empty subtask, wait for it, free it */
};

/* Does something again and again, and times it on the worker. */
struct bench_empty_inside_task {
    struct chi_task base;
    IN CHI_ENUM(bench_empty_what) what;
    IN uint32_t count;
    OUT uint64_t took_ns; /* all of them */
};

/* Two of these at a time hand a mutex to each other, `count` times each. */
struct bench_empty_contend_task {
    struct chi_task base;
    IN uint32_t count;
    OUT uint64_t took_ns;
};

#endif
