/* SPDX-License-Identifier: BSD-3-Clause */
/* The runtime's functions for the admin module. See admin_api.h. */
#include "runtime/host/admin_api.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "runtime/core/current.h"
#include "runtime/core/origin.h"
#include "runtime/core/rights.h"
#include "runtime/core/runtime.h"
#include "runtime/module/lane.h"
#include "runtime/module/pool.h"
#include "runtime/pools/pool_request.h"
#include "runtime/pools/pools.h"
#include "runtime/worker/worker.h"

#define POLL_NS (200 * CHI_NS_PER_US)

static struct chi_runtime *runtime_of(const struct chi_container *self)
{
    return self->priv->pool->runtime;
}

int chi_admin_get_or_create(struct chi_container *self, const struct chi_pool_request *request,
                            struct chi_pool_answer *answer)
{
    const struct chi_record *current = chi_worker_self->current;
    struct chi_pool_request allowed = *request;
    allowed.may_not_create = chi_rights_check(current, CHI_RIGHT_CREATE, "create pools") < 0;
    allowed.restricted = current->clients && !chi_rights_is_owner(current->origin->uid);
    int rc = chi_pool_get_or_create(runtime_of(self), &allowed, answer);
    if (rc == -EPERM && allowed.may_not_create) /* not a code of an earlier step */
        chi_rights_check(current, CHI_RIGHT_CREATE, "create pools");
    return rc;
}

int chi_admin_open(struct chi_container *self, const struct chi_pool_request *request,
                   chi_pool_id_t *pool_id)
{
    return chi_pool_open(runtime_of(self), request, pool_id);
}

int chi_admin_pool_by_name(struct chi_container *self, const char *name, chi_pool_id_t *pool_id)
{
    return chi_pool_id_by_name(runtime_of(self), name, pool_id);
}

int chi_admin_destroy(struct chi_container *self, chi_pool_id_t pool_id, bool cancel)
{
    int rc = chi_rights_check(chi_worker_self->current, CHI_RIGHT_DESTROY, "destroy pools");
    return rc < 0 ? rc : chi_pool_destroy(runtime_of(self), pool_id, cancel);
}

int chi_admin_stop(struct chi_container *self, uint64_t grace_period_ns)
{
    int rc = chi_rights_check(chi_worker_self->current, CHI_RIGHT_STOP, "stop the runtime");
    if (rc < 0)
        return rc;
    chi_runtime_request_stop(runtime_of(self), grace_period_ns);
    return 0;
}

void chi_admin_ping(struct chi_container *self)
{
    bool before = chi_task_shield(true);
    chi_pool_pass_all_workers(runtime_of(self));
    chi_task_shield(before);
}

/* A grace period of one origin, and the client of the slot for which it was requested. */
struct awaited {
    uint64_t number;
    uint64_t attached_ns;
    bool active;
};

static bool is_over(const struct chi_origin *origin, const struct awaited *awaited)
{
    return !awaited->active ||
           atomic_load_explicit(&origin->state, memory_order_acquire) != CHI_ORIGIN_LIVE ||
           atomic_load_explicit(&origin->attached_ns, memory_order_relaxed) !=
               awaited->attached_ns ||
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
        free(awaited); /* the handler that made it would wait for itself */
        return -EDEADLK;
    }

    for (uint32_t i = 0; i <= runtime->max_clients; i++) {
        struct chi_origin *origin = &runtime->origins[i];
        if (atomic_load_explicit(&origin->state, memory_order_acquire) != CHI_ORIGIN_LIVE)
            continue;
        awaited[i].attached_ns = atomic_load_explicit(&origin->attached_ns, memory_order_relaxed);
        awaited[i].number = chi_origin_ask_grace(runtime, origin);
        awaited[i].active = true;
    }
    int rc = 0;
    while (rc == 0 && !all_over(runtime, awaited))
        rc = chi_task_sleep(POLL_NS);
    free(awaited);
    return rc;
}
