/* SPDX-License-Identifier: BSD-3-Clause */
/* Client side of the empty module. Any thread. */
#include <bench/empty/empty_client.h>
#include <chimaera/admin/admin_client.h>

int bench_empty_create(struct bench_empty_client *client, chi_pool_query_t query,
                       const char *pool_name)
{
    const struct chimaera_admin_pool_spec spec = {
        .mod_name = BENCH_EMPTY_LIBRARY, .pool_name = pool_name, .schemas = &bench_empty_schemas};
    return chimaera_admin_get_or_create_pool(query, &spec, &client->base.pool_id);
}
