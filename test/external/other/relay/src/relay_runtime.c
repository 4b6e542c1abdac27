/* SPDX-License-Identifier: BSD-3-Clause */
#include <myproject/tally/tally_client.h>
#include <other/relay/autogen/relay_methods.h>
#include <other/relay/autogen/relay_runtime_methods.h>
#include <other/relay/relay_runtime.h>

int other_relay_run_create(struct other_relay *self, struct chi_create_task *task,
                           struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    return chi_container_create_queue(&self->base, 0, 1, CHI_LOW_LATENCY);
}

void other_relay_monitor_create(struct other_relay *self, enum chi_monitor_mode mode,
                                struct chi_create_task *task, struct chi_run_context *rctx)
{
    (void)self, (void)mode, (void)task, (void)rctx;
}

int other_relay_run_destroy(struct other_relay *self, struct chi_destroy_task *task,
                            struct chi_run_context *rctx)
{
    (void)self, (void)task, (void)rctx;
    return 0;
}

void other_relay_monitor_destroy(struct other_relay *self, enum chi_monitor_mode mode,
                                 struct chi_destroy_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, 0, 0);
}

int other_relay_run_add_twice(struct other_relay *self, struct other_relay_add_twice_task *task,
                              struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    const struct myproject_tally_client tally = {.base.pool_id = task->tally};
    int rc = 0;
    for (int i = 0; i < 2 && rc == 0; i++)
        rc = myproject_tally_add(&tally, chi_pool_query_local(), task->delta, &task->total);
    return rc;
}

void other_relay_monitor_add_twice(struct other_relay *self, enum chi_monitor_mode mode,
                                   struct other_relay_add_twice_task *task,
                                   struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, 0, 0);
}

CHI_TASK_CC(other_relay, "0.3.0");
