/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OTHER_RELAY_CLIENT_H
#define OTHER_RELAY_CLIENT_H

#include <chimaera/params.h>
#include <myproject/tally/tally_client.h>
#include <other/relay/autogen/relay_methods.h>
#include <other/relay/relay_tasks.h>

struct other_relay_client {
    struct chi_container_client base;
};

CHI_BEGIN_DECLS

CHI_API int other_relay_create(struct other_relay_client *client, chi_pool_query_t query,
                               const char *pool_name);

/* Has the relay add `delta` to the tally two times. */
CHI_API int other_relay_add_twice(const struct other_relay_client *client, chi_pool_query_t query,
                                  const struct myproject_tally_client *tally, int64_t delta,
                                  int64_t *total);

CHI_END_DECLS

#endif
