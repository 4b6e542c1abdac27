/* SPDX-License-Identifier: BSD-3-Clause */
/* State of one payload container: none. */
#ifndef BENCH_PAYLOAD_RUNTIME_H
#define BENCH_PAYLOAD_RUNTIME_H

#include <bench/payload/payload_tasks.h>
#include <chimaera/admin/admin_tasks.h>
#include <chimaera/container.h>

struct bench_payload {
    struct chi_container base;
};

#endif
