/* SPDX-License-Identifier: BSD-3-Clause */
/* Client side of the twice module: one source, built with each of its tasks headers. */
#include "twice_client.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/status.h>
#include <test/twice/autogen/twice_methods.h>
#include <test/twice/twice_tasks.h>

static struct chimaera_admin_pool_spec pool_spec(const char *pool_name)
{
    return (struct chimaera_admin_pool_spec){
        .mod_name = TEST_TWICE_LIBRARY, .pool_name = pool_name, .schemas = &test_twice_schemas};
}

int test_twice_create(const char *pool_name, chi_pool_id_t *pool_id)
{
    const struct chimaera_admin_pool_spec spec = pool_spec(pool_name);
    return chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, pool_id);
}

int test_twice_open(const char *pool_name, chi_pool_id_t *pool_id)
{
    const struct chimaera_admin_pool_spec spec = pool_spec(pool_name);
    return chimaera_admin_open_pool(chi_pool_query_local(), &spec, pool_id);
}

int test_twice_open_id(chi_pool_id_t wanted, chi_pool_id_t *pool_id)
{
    struct chimaera_admin_pool_spec spec = pool_spec(NULL);
    spec.pool_id = wanted;
    return chimaera_admin_open_pool(chi_pool_query_local(), &spec, pool_id);
}

int test_twice_add(chi_pool_id_t pool_id, uint32_t a, uint32_t b, uint64_t *sum)
{
    struct test_twice_add_task *task =
        CHI_TASK_NEW(test_twice_add, pool_id, chi_pool_query_local());
    if (task == NULL)
        return chi_last_error_code();
    task->a = a;
    task->b = b;
    int rc = chi_task_enqueue(&task->base);
    if (rc == 0)
        rc = chi_task_wait(&task->base);
    *sum = task->sum;
    chi_task_del(&task->base);
    return rc;
}
