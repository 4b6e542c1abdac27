/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The MOD_NAME module: the smallest complete one, to copy and rename. All of it is called by the
 * runtime's workers: monitors choose a lane and never wait; handlers run on that lane and may.
 */
#include <chimaera/MOD_NAME/autogen/MOD_NAME_methods.h>
#include <chimaera/MOD_NAME/autogen/MOD_NAME_runtime_methods.h>
#include <chimaera/MOD_NAME/MOD_NAME_runtime.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int chimaera_MOD_NAME_run_create(struct chimaera_MOD_NAME *self,
                                 struct chimaera_admin_create_task *task,
                                 struct chi_run_context *rctx)
{
    (void)rctx;
    struct chimaera_MOD_NAME_create_params params = {0};
    int rc = chi_params_load(&chimaera_MOD_NAME_create_params_schema, &task->params, &params);
    if (rc < 0)
        return rc;
    uint32_t lanes = params.worker_count != 0 ? params.worker_count : 4;
    if (lanes > 1024) {
        rc = chi_error(-ERANGE, "worker_count is %u; the most is 1024", lanes);
        goto fini_params;
    }
    self->suffix = chi_string_size(&params.config_data) > 0 ? chi_string_dup(&params.config_data)
                                                            : strdup("_processed");
    if (self->suffix == NULL) {
        rc = -ENOMEM;
        goto fini_params;
    }
    rc = chi_container_create_queue(&self->base, CHIMAERA_MOD_NAME_METADATA_QUEUE, 1,
                                    CHI_LOW_LATENCY);
    if (rc == 0)
        rc = chi_container_create_queue(&self->base, CHIMAERA_MOD_NAME_PROCESSING_QUEUE, lanes,
                                        CHI_LOW_LATENCY);
    if (rc < 0) {
        free(self->suffix);
        self->suffix = NULL;
    }
fini_params:
    chi_params_fini(&chimaera_MOD_NAME_create_params_schema, &params);
    return rc;
}

void chimaera_MOD_NAME_monitor_create(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
                                      struct chimaera_admin_create_task *task,
                                      struct chi_run_context *rctx)
{
    /* No lane exists yet: the runtime runs Create where it likes. */
    (void)self, (void)mode, (void)task, (void)rctx;
}

int chimaera_MOD_NAME_run_destroy(struct chimaera_MOD_NAME *self,
                                  struct chimaera_admin_destroy_task *task,
                                  struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    free(self->suffix);
    self->suffix = NULL;
    return 0;
}

void chimaera_MOD_NAME_monitor_destroy(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
                                       struct chimaera_admin_destroy_task *task,
                                       struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, CHIMAERA_MOD_NAME_METADATA_QUEUE, 0);
}

int chimaera_MOD_NAME_run_custom(struct chimaera_MOD_NAME *self,
                                 struct chimaera_MOD_NAME_custom_task *task,
                                 struct chi_run_context *rctx)
{
    (void)rctx;
    int rc = chi_string_append(&task->data, self->suffix, strlen(self->suffix));
    if (rc < 0)
        return rc;
    task->result = task->operation_id + 1;
    return 0;
}

void chimaera_MOD_NAME_monitor_custom(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
                                      struct chimaera_MOD_NAME_custom_task *task,
                                      struct chi_run_context *rctx)
{
    if (mode == CHI_MONITOR_LOCAL_SCHEDULE)
        rctx->route_lane = chi_container_lane_by_hash(
            &self->base, CHIMAERA_MOD_NAME_PROCESSING_QUEUE, task->operation_id);
}

CHI_TASK_CC(chimaera_MOD_NAME, "0.1.0");
