/* SPDX-License-Identifier: BSD-3-Clause */
/* State of one empty container: none of its own. */
#ifndef BENCH_EMPTY_RUNTIME_H
#define BENCH_EMPTY_RUNTIME_H

#include <bench/empty/empty_tasks.h>
#include <chimaera/admin/admin_tasks.h>
#include <chimaera/container.h>

struct bench_empty {
    struct chi_container base;
};

#endif
