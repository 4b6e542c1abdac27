/* SPDX-License-Identifier: BSD-3-Clause */
#include <chimaera/admin/admin_client.h>
#include <chimaera/status.h>
#include <myproject/tally/tally_client.h>

#if CHIMAERA_CLIENT != 1 || CHIMAERA_RUNTIME != 1
#error "add_chimod_both() defines these for a client library"
#endif

int myproject_tally_create(struct myproject_tally_client *client, chi_pool_query_t query,
                           const char *pool_name, int64_t start)
{
    const struct myproject_tally_create_params params = {.start = start};
    const struct chimaera_admin_pool_spec spec = {
        .mod_name = CHI_NAMESPACE "_" CHI_CHIMOD_NAME,
        .pool_name = pool_name,
        .params_schema = &myproject_tally_create_params_schema,
        .params = &params,
    };
    return chimaera_admin_get_or_create_pool(query, &spec, &client->base.pool_id);
}

int myproject_tally_add(const struct myproject_tally_client *client, chi_pool_query_t query,
                        int64_t delta, int64_t *total)
{
    struct myproject_tally_add_task *task =
        CHI_TASK_NEW(myproject_tally_add, client->base.pool_id, query);
    if (task == NULL)
        return chi_last_error_code();
    task->delta = delta;
    int rc = chi_task_enqueue(&task->base);
    if (rc == 0)
        rc = chi_task_wait(&task->base);
    if (rc == 0)
        *total = task->total;
    chi_task_del(&task->base);
    return rc;
}
