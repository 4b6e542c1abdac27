/* SPDX-License-Identifier: BSD-3-Clause */
/* Client side of the probe module. Any thread. */
#include <chimaera/admin/admin_client.h>
#include <test/probe/probe_client.h>

int test_probe_create_with(const char *pool_name, const struct test_probe_create_params *params,
                           chi_pool_id_t wanted, uint32_t containers, chi_pool_id_t *pool_id)
{
    const struct chimaera_admin_pool_spec spec = {
        .mod_name = TEST_PROBE_LIBRARY,
        .pool_name = pool_name,
        .params_schema = &test_probe_create_params_schema,
        .params = params,
        .pool_id = wanted,
        .containers = containers,
        .schemas = &test_probe_schemas,
    };
    return chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, pool_id);
}

int test_probe_create(const char *pool_name, uint32_t lanes, chi_pool_id_t *pool_id)
{
    const struct test_probe_create_params params = {.lanes = lanes};
    return test_probe_create_with(pool_name, &params, (chi_pool_id_t){0, 0}, 0, pool_id);
}
