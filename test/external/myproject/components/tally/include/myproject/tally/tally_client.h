/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef MYPROJECT_TALLY_CLIENT_H
#define MYPROJECT_TALLY_CLIENT_H

#include <chimaera/params.h>
#include <myproject/tally/autogen/tally_methods.h>
#include <myproject/tally/tally_tasks.h>

struct myproject_tally_client {
    struct chi_container_client base;
};

CHI_BEGIN_DECLS

CHI_API int myproject_tally_create(struct myproject_tally_client *client, chi_pool_query_t query,
                                   const char *pool_name, int64_t start);

CHI_API int myproject_tally_add(const struct myproject_tally_client *client, chi_pool_query_t query,
                                int64_t delta, int64_t *total);

CHI_END_DECLS

#endif
