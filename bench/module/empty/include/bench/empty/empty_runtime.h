/* SPDX-License-Identifier: BSD-3-Clause */
/* State of one empty container. */
#ifndef BENCH_EMPTY_RUNTIME_H
#define BENCH_EMPTY_RUNTIME_H

#include <bench/empty/empty_tasks.h>
#include <chimaera/admin/admin_tasks.h>
#include <chimaera/comutex.h>
#include <chimaera/container.h>

struct bench_empty {
    struct chi_container base;
    struct chi_comutex mutex;
    uint32_t contenders; /* one lane's tasks alone */
};

#endif
