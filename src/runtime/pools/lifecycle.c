/* SPDX-License-Identifier: BSD-3-Clause */
/* A pool and its containers: their memory, and Create and Destroy of each. In a handler. */
#include "runtime/pools/lifecycle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "chimaera/lifecycle.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/module/lane.h"
#include "runtime/module/module.h"
#include "runtime/module/pool.h"
#include "runtime/pools/pool_request.h"
#include "runtime/pools/queues.h"

#define POLL_NS      (200 * CHI_NS_PER_US) /* between two tries to submit */
#define DESTROYS_MAX 64u                   /* Destroy tasks at a time */

void chi_pool_free(struct chi_pool *pool)
{
    if (pool == NULL)
        return;
    for (uint32_t i = 0; pool->containers != NULL && i < pool->container_count; i++) {
        struct chi_container *container = pool->containers[i];
        if (container == NULL)
            continue;
        if (container->priv != NULL)
            chi_container_free_queues(container);
        free(container->priv);
        free(container);
    }
    free(pool->containers);
    free(pool->cells);
    free(pool->params);
    free(pool->name);
    free(pool);
}

static struct chi_container *make_container(struct chi_pool *pool, uint32_t id)
{
    size_t size = (pool->module->descriptor->container_size + CHI_CACHE_LINE - 1) / CHI_CACHE_LINE *
                  CHI_CACHE_LINE;
    struct chi_container *container = aligned_alloc(CHI_CACHE_LINE, size);
    if (container == NULL)
        return NULL;
    memset(container, 0, size);
    container->pool_id = pool->id;
    container->container_id = id;
    container->container_count = pool->container_count;
    container->pool_name = pool->name;
    container->priv = calloc(1, sizeof(*container->priv));
    if (container->priv != NULL)
        container->priv->pool = pool;
    return container;
}

struct chi_pool *chi_pool_make(struct chi_runtime *runtime, const struct chi_pool_request *request,
                               const struct chi_module *module, chi_pool_id_t id)
{
    struct chi_pool *pool = calloc(1, sizeof(*pool));
    if (pool == NULL)
        return NULL;
    pool->runtime = runtime;
    pool->restricted = request->restricted;
    pool->id = id;
    pool->module = module;
    pool->ops = module->descriptor->ops;
    pool->monitor_modes = module->descriptor->monitor_modes;
    pool->name = strdup(request->pool_name);
    pool->params = malloc(request->params_size + 1);
    pool->params_size = request->params_size;
    pool->container_count = request->containers > 0 ? request->containers : 1;
    pool->containers = calloc(pool->container_count, sizeof(*pool->containers));
    pool->cells = aligned_alloc(CHI_CACHE_LINE, runtime->worker_count * sizeof(*pool->cells));
    if (pool->name == NULL || pool->params == NULL || pool->containers == NULL ||
        pool->cells == NULL) {
        chi_pool_free(pool);
        return NULL;
    }
    memcpy(pool->params, request->params, request->params_size);
    memset(pool->cells, 0, runtime->worker_count * sizeof(*pool->cells));
    for (uint32_t i = 0; i < pool->container_count; i++) {
        pool->containers[i] = make_container(pool, i);
        if (pool->containers[i] == NULL || pool->containers[i]->priv == NULL) {
            chi_pool_free(pool);
            return NULL;
        }
    }
    return pool;
}

/* Submits Create or Destroy of one container as a subtask of the running one. Parks. */
static int begin_lifecycle(struct chi_container *container, struct chi_task_schema *schema,
                           struct chi_view params, struct chi_task **out)
{
    chi_pool_query_t query = chi_pool_query_direct_id(container->container_id);
    struct chi_task *task = chi_task_new(schema, container->pool_id, query);
    int rc = 0;

    for (; task == NULL; task = chi_task_new(schema, container->pool_id, query))
        chi_task_sleep(POLL_NS); /* without its Destroy the module would lose what it holds */
    struct chi_record *record = chi_record_of(task);
    record->pool = container->priv->pool;
    record->context.container = container;
    if (params.size > 0)
        rc = chi_string_assign(&((struct chi_create_task *)(void *)task)->params, params.data,
                               params.size);
    while (rc == 0 && (rc = chi_task_enqueue(task)) == -EAGAIN) {
        chi_task_sleep(POLL_NS);
        rc = 0;
    }
    if (rc < 0)
        chi_task_del(task);
    else
        *out = task;
    return rc;
}

static int end_lifecycle(struct chi_task *task)
{
    int rc = chi_task_wait(task);
    chi_task_del(task);
    return rc;
}

int chi_pool_destroy_containers(struct chi_pool *pool, uint32_t count)
{
    const struct chi_view none = {"", 0};
    int first = 0;

    if (pool->ops->schema(CHI_METHOD_DESTROY) == NULL)
        return 0;
    while (count > 0) {
        struct chi_task *tasks[DESTROYS_MAX];
        uint32_t begun = 0;
        for (; count > 0 && begun < DESTROYS_MAX; count--) {
            int rc = begin_lifecycle(pool->containers[count - 1], &chi_destroy_schema, none,
                                     &tasks[begun]);
            begun += rc == 0;
            first = first == 0 ? rc : first;
        }
        for (uint32_t i = 0; i < begun; i++) {
            int rc = end_lifecycle(tasks[i]);
            first = first == 0 ? rc : first;
        }
    }
    return first;
}

int chi_pool_create_containers(struct chi_pool *pool)
{
    const struct chi_view params = {pool->params, pool->params_size};

    if (pool->ops->schema(CHI_METHOD_CREATE) == NULL)
        return 0;
    for (uint32_t i = 0; i < pool->container_count; i++) {
        struct chi_task *task;
        int rc = begin_lifecycle(pool->containers[i], &chi_create_schema, params, &task);
        if (rc == 0)
            rc = end_lifecycle(task);
        if (rc < 0) {
            chi_pool_destroy_containers(pool, i);
            return rc;
        }
    }
    return 0;
}
