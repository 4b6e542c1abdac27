/* SPDX-License-Identifier: BSD-3-Clause */
/* Client calls of the payload module. Any thread. Tasks are made with
 * CHI_TASK_NEW(bench_payload_text, ...) and the like. */
#ifndef BENCH_PAYLOAD_CLIENT_H
#define BENCH_PAYLOAD_CLIENT_H

#include <bench/payload/autogen/payload_methods.h>
#include <bench/payload/payload_tasks.h>
#include <chimaera/params.h>

/* One pool of this module. Zeroed is none; holds nothing that needs freeing. */
struct bench_payload_client {
    struct chi_container_client base;
};

CHI_BEGIN_DECLS

/* Gets the pool `pool_name`, or creates it. The codes of chimaera_admin_get_or_create_pool(). */
CHI_API int bench_payload_create(struct bench_payload_client *client, chi_pool_query_t query,
                                 const char *pool_name);

CHI_END_DECLS

#endif
