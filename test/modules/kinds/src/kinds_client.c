/* SPDX-License-Identifier: BSD-3-Clause */
/* Client side of the kinds module. Any thread. */
#include <chimaera/admin/admin_client.h>
#include <test/kinds/kinds_client.h>

int test_kinds_create(const char *pool_name, chi_pool_id_t *pool_id)
{
    const struct chimaera_admin_pool_spec spec = {.mod_name = TEST_KINDS_LIBRARY,
                                                  .pool_name = pool_name};
    return chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, pool_id);
}
