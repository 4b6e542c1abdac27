/* SPDX-License-Identifier: BSD-3-Clause */
/* The empty module: a method that does nothing, on one lane. Called by the runtime's workers. */
#include <bench/empty/autogen/empty_methods.h>
#include <bench/empty/autogen/empty_runtime_methods.h>
#include <bench/empty/empty_runtime.h>

enum { QUEUE = 0, LANE = 0 };

int bench_empty_run_create(struct bench_empty *self, struct chimaera_admin_create_task *task,
                           struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    return chi_container_create_queue(&self->base, QUEUE, 1, CHI_LOW_LATENCY);
}

void bench_empty_monitor_create(struct bench_empty *self, enum chi_monitor_mode mode,
                                struct chimaera_admin_create_task *task,
                                struct chi_run_context *rctx)
{
    /* No lane exists yet: the runtime runs Create where it likes. */
    (void)self, (void)mode, (void)task, (void)rctx;
}

int bench_empty_run_destroy(struct bench_empty *self, struct chimaera_admin_destroy_task *task,
                            struct chi_run_context *rctx)
{
    (void)self, (void)task, (void)rctx;
    return 0;
}

void bench_empty_monitor_destroy(struct bench_empty *self, enum chi_monitor_mode mode,
                                 struct chimaera_admin_destroy_task *task,
                                 struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, LANE);
}

int bench_empty_run_nop(struct bench_empty *self, struct bench_empty_nop_task *task,
                        struct chi_run_context *rctx)
{
    (void)self, (void)task, (void)rctx;
    return 0;
}

void bench_empty_monitor_nop(struct bench_empty *self, enum chi_monitor_mode mode,
                             struct bench_empty_nop_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, LANE);
}

CHI_TASK_CC(bench_empty, "0.1.0");
