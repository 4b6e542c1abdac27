/* SPDX-License-Identifier: BSD-3-Clause */
#include <myproject/tally/autogen/tally_methods.h>
#include <myproject/tally/autogen/tally_runtime_methods.h>
#include <myproject/tally/tally_runtime.h>

#if defined(CHIMAERA_CLIENT) || CHIMAERA_RUNTIME != 1
#error "add_chimod_both() defines CHIMAERA_RUNTIME alone for a runtime library"
#endif

int myproject_tally_run_create(struct myproject_tally *self, struct chi_create_task *task,
                               struct chi_run_context *rctx)
{
    (void)rctx;
    struct myproject_tally_create_params params = {0};
    int rc = chi_params_load(&myproject_tally_create_params_schema, &task->params, &params);
    if (rc < 0)
        return rc;
    self->total = params.start;
    chi_params_fini(&myproject_tally_create_params_schema, &params);
    return chi_container_create_queue(&self->base, 0, 1, CHI_LOW_LATENCY);
}

void myproject_tally_monitor_create(struct myproject_tally *self, enum chi_monitor_mode mode,
                                    struct chi_create_task *task, struct chi_run_context *rctx)
{
    (void)self, (void)mode, (void)task, (void)rctx;
}

int myproject_tally_run_destroy(struct myproject_tally *self, struct chi_destroy_task *task,
                                struct chi_run_context *rctx)
{
    (void)self, (void)task, (void)rctx;
    return 0;
}

void myproject_tally_monitor_destroy(struct myproject_tally *self, enum chi_monitor_mode mode,
                                     struct chi_destroy_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, 0, 0);
}

int myproject_tally_run_add(struct myproject_tally *self, struct myproject_tally_add_task *task,
                            struct chi_run_context *rctx)
{
    (void)rctx;
    self->total += task->delta;
    task->total = self->total;
    return 0;
}

void myproject_tally_monitor_add(struct myproject_tally *self, enum chi_monitor_mode mode,
                                 struct myproject_tally_add_task *task,
                                 struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, 0, 0);
}

CHI_TASK_CC(myproject_tally, "1.2.3");
