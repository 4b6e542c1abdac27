/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Client calls of the empty module, whose one method does nothing: what a task costs beside its
 * work. Any thread. The tasks are made with CHI_TASK_NEW(bench_empty_nop, ...).
 */
#ifndef BENCH_EMPTY_CLIENT_H
#define BENCH_EMPTY_CLIENT_H

#include <bench/empty/autogen/empty_methods.h>
#include <bench/empty/empty_tasks.h>
#include <chimaera/params.h>

/* One pool of this module. Zeroed is none; holds nothing that needs freeing. */
struct bench_empty_client {
    struct chi_container_client base;
};

CHI_BEGIN_DECLS

/* Gets the pool `pool_name`, or creates it. The codes of chimaera_admin_get_or_create_pool(). */
CHI_API int bench_empty_create(struct bench_empty_client *client, chi_pool_query_t query,
                               const char *pool_name);

CHI_END_DECLS

#endif
