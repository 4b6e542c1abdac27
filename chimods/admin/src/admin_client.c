/* SPDX-License-Identifier: BSD-3-Clause */
/* Client calls of the admin module. Any thread. */
#include <chimaera/admin/admin_client.h>

#include <chimaera/attach.h>
#include <chimaera/status.h>

/* Pools are asked for by this module's tasks: a runtime that has others is not attached to. */
__attribute__((constructor)) static void compare_when_attaching(void)
{
    chi_client_compare_schemas(&chimaera_admin_schemas);
}

static int finish(struct chi_task *task)
{
    int rc = chi_task_wait(task);
    if (rc < 0 && chi_last_error_code() != rc) /* else it says what the handler said */
        chi_error(rc, "%s", chi_strerror(rc));
    chi_task_del(task);
    return rc;
}

static int submit(struct chi_task *task)
{
    int rc = chi_task_enqueue(task);
    if (rc < 0) {
        chi_task_del(task);
        return rc;
    }
    return finish(task);
}

/* Appends the schemas to a task's vector of struct chimaera_admin_task_hash. */
static int set_schemas(struct chi_bytes *hashes, const struct chi_module_schemas *schemas)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && schemas != NULL && i < schemas->count; i++) {
        const struct chi_task_schema *schema = schemas->tasks[i];
        const struct chimaera_admin_task_hash hash = {
            .hash = schema->type.hash, .method = schema->method, .size = schema->type.size};
        rc = chi_bytes_append(hashes, &hash, sizeof(hash));
    }
    return rc;
}

/* Sets chi_last_error() to the message of the task, or to a text for the code if it has none. */
static int explain(int rc, const struct chi_task *task, const struct chi_string *message,
                   const char *pool_name)
{
    if (chi_task_done(task) && chi_string_size(message) > 0)
        return chi_error(rc, "%s", chi_string_view(message).data);
    return chi_error(rc, "pool \"%s\": %s", pool_name, chi_strerror(rc));
}

struct chimaera_admin_get_or_create_pool_task *chimaera_admin_get_or_create_pool_async(
    chi_pool_query_t query, const struct chimaera_admin_pool_spec *spec)
{
    if (spec->pool_name == NULL || spec->pool_name[0] == '\0') {
        chi_error(CHI_EPOOL_NAME, "the pool name is empty");
        return NULL;
    }
    struct chimaera_admin_get_or_create_pool_task *task =
        CHI_TASK_NEW(chimaera_admin_get_or_create_pool, CHI_ADMIN_POOL_ID, query);
    if (task == NULL)
        return NULL;
    task->pool_id = spec->pool_id;
    task->containers = spec->containers;
    int rc = chi_string_set(&task->mod_name, spec->mod_name);
    if (rc == 0)
        rc = chi_string_set(&task->pool_name, spec->pool_name);
    if (rc == 0 && spec->params_schema != NULL)
        rc = chi_params_save(spec->params_schema, spec->params, &task->params);
    if (rc == 0)
        rc = set_schemas(&task->schemas.bytes, spec->schemas);
    if (rc == 0)
        rc = chi_task_enqueue(&task->base);
    if (rc < 0) {
        chi_task_del(&task->base);
        chi_error(rc, "cannot request pool \"%s\": %s", spec->pool_name, chi_strerror(rc));
        return NULL;
    }
    return task;
}

int chimaera_admin_get_or_create_pool(chi_pool_query_t query,
                                      const struct chimaera_admin_pool_spec *spec,
                                      chi_pool_id_t *pool_id)
{
    struct chimaera_admin_get_or_create_pool_task *task =
        chimaera_admin_get_or_create_pool_async(query, spec);
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(&task->base);
    if (rc == 0)
        *pool_id = task->new_pool_id;
    else
        explain(rc, &task->base, &task->error_message, spec->pool_name);
    chi_task_del(&task->base);
    return rc;
}

int chimaera_admin_open_pool(chi_pool_query_t query, const struct chimaera_admin_pool_spec *spec,
                             chi_pool_id_t *pool_id)
{
    const char *name = spec->pool_name != NULL ? spec->pool_name : "";
    struct chimaera_admin_open_pool_task *task =
        CHI_TASK_NEW(chimaera_admin_open_pool, CHI_ADMIN_POOL_ID, query);
    if (task == NULL)
        return chi_last_error_code();
    task->pool_id = spec->pool_id;
    int rc = chi_string_set(&task->mod_name, spec->mod_name);
    if (rc == 0)
        rc = chi_string_set(&task->pool_name, name);
    if (rc == 0)
        rc = set_schemas(&task->schemas.bytes, spec->schemas);
    if (rc == 0)
        rc = chi_task_enqueue(&task->base);
    if (rc == 0)
        rc = chi_task_wait(&task->base);
    if (rc == 0)
        *pool_id = task->found_pool_id;
    else
        explain(rc, &task->base, &task->error_message, name);
    chi_task_del(&task->base);
    return rc;
}

struct chimaera_admin_destroy_pool_task *chimaera_admin_destroy_pool_async(
    chi_pool_query_t query, const struct chimaera_admin_destroy_spec *spec)
{
    struct chimaera_admin_destroy_pool_task *task =
        CHI_TASK_NEW(chimaera_admin_destroy_pool, CHI_ADMIN_POOL_ID, query);
    if (task == NULL)
        return NULL;
    task->pool_id = spec->pool_id;
    task->cancel = spec->cancel;
    int rc = spec->pool_name != NULL ? chi_string_set(&task->pool_name, spec->pool_name) : 0;
    if (rc == 0)
        rc = chi_task_enqueue(&task->base);
    if (rc == 0)
        return task;
    chi_task_del(&task->base);
    chi_error(rc, "cannot request the destruction of a pool: %s", chi_strerror(rc));
    return NULL;
}

int chimaera_admin_destroy_pool_with(chi_pool_query_t query,
                                     const struct chimaera_admin_destroy_spec *spec)
{
    struct chimaera_admin_destroy_pool_task *task = chimaera_admin_destroy_pool_async(query, spec);
    return task != NULL ? finish(&task->base) : chi_last_error_code();
}

int chimaera_admin_destroy_pool(chi_pool_query_t query, chi_pool_id_t pool_id)
{
    const struct chimaera_admin_destroy_spec spec = {.pool_id = pool_id};
    return chimaera_admin_destroy_pool_with(query, &spec);
}

int chimaera_admin_stop_runtime(chi_pool_query_t query, uint64_t grace_period_ns)
{
    struct chimaera_admin_stop_runtime_task *task =
        CHI_TASK_NEW(chimaera_admin_stop_runtime, CHI_ADMIN_POOL_ID, query);
    if (task == NULL)
        return chi_last_error_code();
    task->grace_period_ns = grace_period_ns;
    return submit(&task->base);
}

int chimaera_admin_flush(chi_pool_query_t query)
{
    struct chimaera_admin_flush_task *task =
        CHI_TASK_NEW(chimaera_admin_flush, CHI_ADMIN_POOL_ID, query);
    if (task == NULL)
        return chi_last_error_code();
    return submit(&task->base);
}

int chimaera_admin_ping(chi_pool_query_t query)
{
    struct chimaera_admin_ping_task *task =
        CHI_TASK_NEW(chimaera_admin_ping, CHI_ADMIN_POOL_ID, query);
    if (task == NULL)
        return chi_last_error_code();
    return submit(&task->base);
}
