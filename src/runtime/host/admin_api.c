/* SPDX-License-Identifier: BSD-3-Clause */
/* The admin module's way into the runtime. */

#include "runtime/host/admin_api.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "runtime/core/current.h"
#include "runtime/core/origin.h"
#include "runtime/core/runtime.h"
#include "runtime/module/lane.h"
#include "runtime/module/pool.h"
#include "runtime/pools/pools.h"
#include "runtime/worker/worker.h"

#define POLL_NS (200 * CHI_NS_PER_US)

static struct chi_runtime *runtime_of(const struct chi_container *self)
{
    return self->priv->pool->runtime;
}

int chi_admin_get_or_create(struct chi_container *self,
                            struct chimaera_admin_get_or_create_pool_task *task)
{
    struct chi_view params = chi_string_view(&task->params);
    struct chi_pool_request request = {.mod_name = chi_string_view(&task->mod_name).data,
                                       .pool_name = chi_string_view(&task->pool_name).data,
                                       .params = params.data,
                                       .params_size = params.size,
                                       .pool_id = task->pool_id,
                                       .containers = task->containers,
                                       .schemas = chi_vector_items(&task->schemas),
                                       .schema_count = chi_vector_count(&task->schemas)};
    struct chi_pool_answer answer;

    int rc = chi_pool_get_or_create(runtime_of(self), &request, &answer);
    task->new_pool_id = answer.pool_id;
    task->container_count = answer.containers;
    task->created = answer.created;
    return rc;
}

int chi_admin_open(struct chi_container *self, struct chimaera_admin_open_pool_task *task)
{
    const struct chi_pool_request request = {
        .mod_name = chi_string_view(&task->mod_name).data,
        .pool_name = chi_string_view(&task->pool_name).data,
        .pool_id = task->pool_id,
        .schemas = chi_vector_items(&task->schemas),
        .schema_count = chi_vector_count(&task->schemas),
    };
    return chi_pool_open(runtime_of(self), &request, &task->found_pool_id);
}

int chi_admin_pool_by_name(struct chi_container *self, const char *name, chi_pool_id_t *pool_id)
{
    return chi_pool_id_by_name(runtime_of(self), name, pool_id);
}

int chi_admin_destroy(struct chi_container *self, chi_pool_id_t pool_id, bool cancel)
{
    return chi_pool_destroy(runtime_of(self), pool_id, cancel);
}

void chi_admin_stop(struct chi_container *self, uint64_t grace_period_ns)
{
    chi_runtime_request_stop(runtime_of(self), grace_period_ns);
}

void chi_admin_ping(struct chi_container *self)
{
    bool before = chi_task_shield(true);
    chi_pool_pass_all_workers(runtime_of(self));
    chi_task_shield(before);
}

/* One origin's grace period, and which tenant of the slot it was asked for. */
struct awaited {
    uint64_t number;
    uint64_t tenant;
    bool active;
};

static bool is_over(const struct chi_origin *origin, const struct awaited *awaited)
{
    return !awaited->active ||
           atomic_load_explicit(&origin->state, memory_order_acquire) != CHI_ORIGIN_LIVE ||
           atomic_load_explicit(&origin->attached_ns, memory_order_relaxed) != awaited->tenant ||
           atomic_load_explicit(&origin->grace_done, memory_order_acquire) >= awaited->number;
}

static bool all_over(struct chi_runtime *runtime, const struct awaited *awaited)
{
    for (uint32_t i = 0; i <= runtime->max_clients; i++)
        if (!is_over(&runtime->origins[i], &awaited[i]))
            return false;
    return true;
}

int chi_admin_flush(struct chi_container *self)
{
    struct chi_runtime *runtime = runtime_of(self);
    struct awaited *awaited = calloc(runtime->max_clients + 1, sizeof(*awaited));
    if (awaited == NULL)
        return -ENOMEM;
    if (chi_worker_self->current->shm_offset == 0) {
        free(awaited); /* the handler that asks would wait for its own end */
        return -EDEADLK;
    }

    for (uint32_t i = 0; i <= runtime->max_clients; i++) {
        struct chi_origin *origin = &runtime->origins[i];
        if (atomic_load_explicit(&origin->state, memory_order_acquire) != CHI_ORIGIN_LIVE)
            continue;
        awaited[i].tenant = atomic_load_explicit(&origin->attached_ns, memory_order_relaxed);
        awaited[i].number = chi_origin_ask_grace(runtime, origin);
        awaited[i].active = true;
    }
    int rc = 0;
    while (rc == 0 && !all_over(runtime, awaited))
        rc = chi_task_sleep(POLL_NS);
    free(awaited);
    return rc;
}
