/* SPDX-License-Identifier: BSD-3-Clause */
/* Client side of the stress module. Any thread. */
#include <chimaera/admin/admin_client.h>
#include <test/stress/stress_client.h>

int test_stress_create(const char *pool_name, uint32_t containers, chi_pool_id_t *pool_id)
{
    const struct chimaera_admin_pool_spec spec = {
        .mod_name = TEST_STRESS_LIBRARY, .pool_name = pool_name, .containers = containers};
    return chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, pool_id);
}
