/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The admin module: pools, stop, flush, ping. It has one lane, so requests start in order; a parked
 * request does not block the next one.
 */
#include <chimaera/admin/admin_runtime.h>

#include <string.h>

#include "runtime/host/admin_api.h"
#include "runtime/pools/pool_request.h"

enum { QUEUE_REQUESTS };

/* The task carries the core's struct under a name of the module's own, with a schema for it. */
#define SAME_PLACE(member)                                                                         \
    (offsetof(struct chimaera_admin_task_hash, member) == offsetof(struct chi_task_hash, member))
_Static_assert(sizeof(struct chimaera_admin_task_hash) == sizeof(struct chi_task_hash) &&
                   SAME_PLACE(hash) && SAME_PLACE(method) && SAME_PLACE(size),
               "struct chimaera_admin_task_hash is struct chi_task_hash");

int chimaera_admin_run_create(struct chimaera_admin *self, struct chi_create_task *task,
                              struct chi_run_context *rctx)
{
    (void)task;
    (void)rctx;
    return chi_container_create_queue(&self->base, QUEUE_REQUESTS, 1, CHI_LOW_LATENCY);
}

void chimaera_admin_monitor_create(struct chimaera_admin *self, enum chi_monitor_mode mode,
                                   struct chi_create_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE_REQUESTS, 0);
}

int chimaera_admin_run_destroy(struct chimaera_admin *self, struct chi_destroy_task *task,
                               struct chi_run_context *rctx)
{
    (void)self;
    (void)task;
    (void)rctx;
    return 0;
}

void chimaera_admin_monitor_destroy(struct chimaera_admin *self, enum chi_monitor_mode mode,
                                    struct chi_destroy_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE_REQUESTS, 0);
}

int chimaera_admin_run_get_or_create_pool(struct chimaera_admin *self,
                                          struct chimaera_admin_get_or_create_pool_task *task,
                                          struct chi_run_context *rctx)
{
    struct chi_view pool_name = chi_string_view(&task->pool_name);
    struct chi_view params = chi_string_view(&task->params);
    const struct chi_pool_request request = {
        .mod_name = chi_string_view(&task->mod_name).data,
        .pool_name = pool_name.data,
        .params = params.data,
        .params_size = params.size,
        .pool_id = task->pool_id,
        .containers = task->containers,
        .schemas = (const void *)chi_vector_items(&task->schemas),
        .schema_count = chi_vector_count(&task->schemas),
    };
    struct chi_pool_answer answer;

    (void)rctx;
    if (strlen(pool_name.data) != pool_name.size) {
        chi_string_set(&task->error_message, "the pool name contains a zero byte");
        return CHI_EPOOL_NAME;
    }
    int rc = chi_admin_get_or_create(&self->base, &request, &answer);
    task->new_pool_id = answer.pool_id;
    task->container_count = answer.containers;
    task->created = answer.created;
    if (rc < 0)
        chi_string_set(&task->error_message, chi_last_error());
    return rc;
}

void chimaera_admin_monitor_get_or_create_pool(struct chimaera_admin *self,
                                               enum chi_monitor_mode mode,
                                               struct chimaera_admin_get_or_create_pool_task *task,
                                               struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE_REQUESTS, 0);
}

int chimaera_admin_run_destroy_pool(struct chimaera_admin *self,
                                    struct chimaera_admin_destroy_pool_task *task,
                                    struct chi_run_context *rctx)
{
    chi_pool_id_t pool_id = task->pool_id;
    int rc = 0;

    (void)rctx;
    if (chi_pool_id_is_null(pool_id))
        rc = chi_admin_pool_by_name(&self->base, chi_string_view(&task->pool_name).data, &pool_id);
    return rc == 0 ? chi_admin_destroy(&self->base, pool_id, task->cancel != 0) : rc;
}

void chimaera_admin_monitor_destroy_pool(struct chimaera_admin *self, enum chi_monitor_mode mode,
                                         struct chimaera_admin_destroy_pool_task *task,
                                         struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE_REQUESTS, 0);
}

int chimaera_admin_run_stop_runtime(struct chimaera_admin *self,
                                    struct chimaera_admin_stop_runtime_task *task,
                                    struct chi_run_context *rctx)
{
    (void)rctx;
    return chi_admin_stop(&self->base, task->grace_period_ns);
}

void chimaera_admin_monitor_stop_runtime(struct chimaera_admin *self, enum chi_monitor_mode mode,
                                         struct chimaera_admin_stop_runtime_task *task,
                                         struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE_REQUESTS, 0);
}

int chimaera_admin_run_flush(struct chimaera_admin *self, struct chimaera_admin_flush_task *task,
                             struct chi_run_context *rctx)
{
    (void)task;
    (void)rctx;
    return chi_admin_flush(&self->base);
}

void chimaera_admin_monitor_flush(struct chimaera_admin *self, enum chi_monitor_mode mode,
                                  struct chimaera_admin_flush_task *task,
                                  struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE_REQUESTS, 0);
}

int chimaera_admin_run_open_pool(struct chimaera_admin *self,
                                 struct chimaera_admin_open_pool_task *task,
                                 struct chi_run_context *rctx)
{
    const struct chi_pool_request request = {
        .mod_name = chi_string_view(&task->mod_name).data,
        .pool_name = chi_string_view(&task->pool_name).data,
        .pool_id = task->pool_id,
        .schemas = (const void *)chi_vector_items(&task->schemas),
        .schema_count = chi_vector_count(&task->schemas),
    };

    (void)rctx;
    int rc = chi_admin_open(&self->base, &request, &task->found_pool_id);
    if (rc < 0)
        chi_string_set(&task->error_message, chi_last_error());
    return rc;
}

void chimaera_admin_monitor_open_pool(struct chimaera_admin *self, enum chi_monitor_mode mode,
                                      struct chimaera_admin_open_pool_task *task,
                                      struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE_REQUESTS, 0);
}

int chimaera_admin_run_ping(struct chimaera_admin *self, struct chimaera_admin_ping_task *task,
                            struct chi_run_context *rctx)
{
    (void)task;
    (void)rctx;
    chi_admin_ping(&self->base);
    return 0;
}

void chimaera_admin_monitor_ping(struct chimaera_admin *self, enum chi_monitor_mode mode,
                                 struct chimaera_admin_ping_task *task,
                                 struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE_REQUESTS, 0);
}

CHI_TASK_CC(chimaera_admin, "0.1.0");
