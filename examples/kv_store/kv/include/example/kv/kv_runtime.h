/* SPDX-License-Identifier: BSD-3-Clause */
/* State of one kv container. Private to the module's runtime library. */
#ifndef EXAMPLE_KV_RUNTIME_H
#define EXAMPLE_KV_RUNTIME_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/container.h>
#include <example/kv/kv_tasks.h>

/* The runtime zeroes it; Create fills it in, Destroy empties it. */
struct example_kv {
    struct chi_container base;
    struct kv_store *store;
};

#endif
