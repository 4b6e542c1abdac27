/* SPDX-License-Identifier: BSD-3-Clause */
/* Client calls of the MOD_NAME module. Any thread. */
#include <chimaera/MOD_NAME/MOD_NAME_client.h>

#include <errno.h>
#include <string.h>

#include <chimaera/admin/admin_client.h>
#include <chimaera/status.h>

int chimaera_MOD_NAME_create(struct chimaera_MOD_NAME_client *client, chi_pool_query_t query,
                             const char *pool_name,
                             const struct chimaera_MOD_NAME_create_params *params)
{
    const struct chimaera_MOD_NAME_create_params defaults = {0};
    const struct chimaera_admin_pool_spec spec = {
        .mod_name = CHIMAERA_MOD_NAME_LIBRARY,
        .pool_name = pool_name,
        .params_schema = &chimaera_MOD_NAME_create_params_schema,
        .params = params != NULL ? params : &defaults,
        .schemas = &chimaera_MOD_NAME_schemas,
    };
    return chimaera_admin_get_or_create_pool(query, &spec, &client->base.pool_id);
}

int chimaera_MOD_NAME_open(struct chimaera_MOD_NAME_client *client, chi_pool_query_t query,
                           const char *pool_name)
{
    const struct chimaera_admin_pool_spec spec = {
        .mod_name = CHIMAERA_MOD_NAME_LIBRARY,
        .pool_name = pool_name,
        .schemas = &chimaera_MOD_NAME_schemas,
    };
    return chimaera_admin_open_pool(query, &spec, &client->base.pool_id);
}

int chimaera_MOD_NAME_destroy(struct chimaera_MOD_NAME_client *client, chi_pool_query_t query)
{
    int rc = chimaera_admin_destroy_pool(query, client->base.pool_id);
    if (rc == 0)
        *client = (struct chimaera_MOD_NAME_client){0};
    return rc;
}

struct chimaera_MOD_NAME_custom_task *chimaera_MOD_NAME_custom_async(
    const struct chimaera_MOD_NAME_client *client, chi_pool_query_t query, const char *text,
    uint32_t operation_id)
{
    struct chimaera_MOD_NAME_custom_task *task =
        CHI_TASK_NEW(chimaera_MOD_NAME_custom, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    task->operation_id = operation_id;
    int rc = chi_string_set(&task->data, text);
    if (rc == 0)
        rc = chi_task_enqueue(&task->base);
    if (rc < 0) {
        chi_task_del(&task->base);
        chi_error(rc, "cannot send operation %u: %s", operation_id, chi_strerror(rc));
        return NULL;
    }
    return task;
}

int chimaera_MOD_NAME_custom(const struct chimaera_MOD_NAME_client *client, chi_pool_query_t query,
                             const char *text, uint32_t operation_id, char *out, size_t out_size,
                             uint32_t *result)
{
    struct chimaera_MOD_NAME_custom_task *task =
        chimaera_MOD_NAME_custom_async(client, query, text, operation_id);
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(&task->base);
    if (rc < 0) {
        chi_error(rc, "operation %u: %s", operation_id, chi_strerror(rc));
        goto del_task;
    }
    struct chi_view data = chi_string_view(&task->data);
    if (data.size >= out_size) {
        rc = chi_error(-ENOBUFS, "operation %u returned %zu bytes; the buffer has %zu",
                       operation_id, data.size + 1, out_size);
        goto del_task;
    }
    memcpy(out, data.data, data.size + 1);
    if (result != NULL)
        *result = task->result;
del_task:
    chi_task_del(&task->base);
    return rc;
}

/* Submits a task whose members are set. On failure deletes the task and returns NULL. */
static void *submit(struct chi_task *task)
{
    int rc = chi_task_enqueue(task);
    if (rc == 0)
        return task;
    chi_task_del(task);
    chi_error(rc, "cannot send the task: %s", chi_strerror(rc));
    return NULL;
}

struct chimaera_MOD_NAME_co_mutex_test_task *chimaera_MOD_NAME_co_mutex_test_async(
    const struct chimaera_MOD_NAME_client *client, chi_pool_query_t query, uint32_t test_id,
    uint64_t hold_ns)
{
    struct chimaera_MOD_NAME_co_mutex_test_task *task =
        CHI_TASK_NEW(chimaera_MOD_NAME_co_mutex_test, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    task->test_id = test_id;
    task->hold_ns = hold_ns;
    return submit(&task->base);
}

int chimaera_MOD_NAME_co_mutex_test(const struct chimaera_MOD_NAME_client *client,
                                    chi_pool_query_t query, uint32_t test_id, uint64_t hold_ns,
                                    uint64_t *entered, uint64_t *left)
{
    struct chimaera_MOD_NAME_co_mutex_test_task *task =
        chimaera_MOD_NAME_co_mutex_test_async(client, query, test_id, hold_ns);
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(&task->base);
    if (entered != NULL)
        *entered = task->entered;
    if (left != NULL)
        *left = task->left;
    chi_task_del(&task->base);
    return rc;
}

struct chimaera_MOD_NAME_co_rw_lock_test_task *chimaera_MOD_NAME_co_rw_lock_test_async(
    const struct chimaera_MOD_NAME_client *client, chi_pool_query_t query, uint32_t test_id,
    bool writes, uint64_t hold_ns)
{
    struct chimaera_MOD_NAME_co_rw_lock_test_task *task =
        CHI_TASK_NEW(chimaera_MOD_NAME_co_rw_lock_test, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    task->test_id = test_id;
    task->writes = writes;
    task->hold_ns = hold_ns;
    return submit(&task->base);
}

int chimaera_MOD_NAME_co_rw_lock_test(const struct chimaera_MOD_NAME_client *client,
                                      chi_pool_query_t query, uint32_t test_id, bool writes,
                                      uint64_t hold_ns, uint64_t *entered, uint64_t *left)
{
    struct chimaera_MOD_NAME_co_rw_lock_test_task *task =
        chimaera_MOD_NAME_co_rw_lock_test_async(client, query, test_id, writes, hold_ns);
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(&task->base);
    if (entered != NULL)
        *entered = task->entered;
    if (left != NULL)
        *left = task->left;
    chi_task_del(&task->base);
    return rc;
}

int chimaera_MOD_NAME_fire_and_forget_test(const struct chimaera_MOD_NAME_client *client,
                                           chi_pool_query_t query, uint64_t *count)
{
    struct chimaera_MOD_NAME_fire_and_forget_test_task *task =
        CHI_TASK_NEW(chimaera_MOD_NAME_fire_and_forget_test, client->base.pool_id, query);
    if (task == NULL)
        return chi_last_error_code();
    if (count == NULL)
        return chi_task_fire_and_forget(&task->base);
    if (submit(&task->base) == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(&task->base);
    *count = task->count;
    chi_task_del(&task->base);
    return rc;
}

int chimaera_MOD_NAME_wait_test(const struct chimaera_MOD_NAME_client *client,
                                chi_pool_query_t query, uint32_t test_id, uint32_t depth,
                                uint32_t *reached)
{
    struct chimaera_MOD_NAME_wait_test_task *task =
        CHI_TASK_NEW(chimaera_MOD_NAME_wait_test, client->base.pool_id, query);
    if (task == NULL)
        return chi_last_error_code();
    task->test_id = test_id;
    task->depth = depth;
    if (submit(&task->base) == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(&task->base);
    if (reached != NULL)
        *reached = task->reached;
    chi_task_del(&task->base);
    return rc;
}
