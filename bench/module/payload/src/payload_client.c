/* SPDX-License-Identifier: BSD-3-Clause */
/* Client side of the payload module. Any thread. */
#include <bench/payload/payload_client.h>
#include <chimaera/admin/admin_client.h>

int bench_payload_create(struct bench_payload_client *client, chi_pool_query_t query,
                         const char *pool_name)
{
    const struct chimaera_admin_pool_spec spec = {.mod_name = BENCH_PAYLOAD_LIBRARY,
                                                  .pool_name = pool_name,
                                                  .schemas = &bench_payload_schemas};
    return chimaera_admin_get_or_create_pool(query, &spec, &client->base.pool_id);
}
