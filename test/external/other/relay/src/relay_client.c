/* SPDX-License-Identifier: BSD-3-Clause */
#include <chimaera/admin/admin_client.h>
#include <chimaera/status.h>
#include <other/relay/relay_client.h>

int other_relay_create(struct other_relay_client *client, chi_pool_query_t query,
                       const char *pool_name)
{
    const struct chimaera_admin_pool_spec spec = {
        .mod_name = OTHER_RELAY_LIBRARY,
        .pool_name = pool_name,
    };
    return chimaera_admin_get_or_create_pool(query, &spec, &client->base.pool_id);
}

int other_relay_add_twice(const struct other_relay_client *client, chi_pool_query_t query,
                          const struct myproject_tally_client *tally, int64_t delta, int64_t *total)
{
    struct other_relay_add_twice_task *task =
        CHI_TASK_NEW(other_relay_add_twice, client->base.pool_id, query);
    if (task == NULL)
        return chi_last_error_code();
    task->tally = tally->base.pool_id;
    task->delta = delta;
    int rc = chi_task_enqueue(&task->base);
    if (rc == 0)
        rc = chi_task_wait(&task->base);
    if (rc == 0)
        *total = task->total;
    chi_task_del(&task->base);
    return rc;
}
