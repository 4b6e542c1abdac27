/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The MOD_NAME module: a minimal complete module, to copy and rename. The runtime's workers call
 * all of its functions: monitors choose a lane and must not park; handlers run on that lane and may
 * park.
 */
#include <chimaera/MOD_NAME/MOD_NAME_runtime.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <chimaera/corwlock.h>
#include <chimaera/MOD_NAME/autogen/MOD_NAME_methods.h>
#include <chimaera/MOD_NAME/autogen/MOD_NAME_runtime_methods.h>

#define DEPTH_MAX 1000u

static struct chi_corwlock shared_lock; /* shared by all containers of all pools */
static _Atomic(uint64_t) moments;       /* number of acquisitions and releases of locks */

static uint64_t next_moment(void)
{
    return atomic_fetch_add_explicit(&moments, 1, memory_order_relaxed) + 1;
}

int chimaera_MOD_NAME_run_create(struct chimaera_MOD_NAME *self, struct chi_create_task *task,
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
    if (rc == 0)
        rc = chi_container_create_queue(&self->base, CHIMAERA_MOD_NAME_BULK_QUEUE, 1,
                                        CHI_HIGH_LATENCY);
    if (rc < 0) {
        free(self->suffix);
        self->suffix = NULL;
    }
fini_params:
    chi_params_fini(&chimaera_MOD_NAME_create_params_schema, &params);
    return rc;
}

void chimaera_MOD_NAME_monitor_create(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
                                      struct chi_create_task *task, struct chi_run_context *rctx)
{
    /* No lane exists yet: the runtime chooses where Create runs. */
    (void)self, (void)mode, (void)task, (void)rctx;
}

int chimaera_MOD_NAME_run_destroy(struct chimaera_MOD_NAME *self, struct chi_destroy_task *task,
                                  struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    free(self->suffix);
    self->suffix = NULL;
    return 0;
}

void chimaera_MOD_NAME_monitor_destroy(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
                                       struct chi_destroy_task *task, struct chi_run_context *rctx)
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
    if (task->operation_id != 0) /* in order with other tasks of that id */
        chi_monitor_hash(&self->base, mode, rctx, CHIMAERA_MOD_NAME_PROCESSING_QUEUE,
                         task->operation_id);
    else /* in any order: small tasks on the least loaded lane, bulk tasks on their own queue */
        chi_monitor_by_size(&self->base, mode, rctx, chi_string_size(&task->data),
                            CHIMAERA_MOD_NAME_BULK_SIZE, CHIMAERA_MOD_NAME_PROCESSING_QUEUE,
                            CHIMAERA_MOD_NAME_BULK_QUEUE);
}

/* The mutex is held while the task sleeps; its worker runs other tasks meanwhile. */
int chimaera_MOD_NAME_run_co_mutex_test(struct chimaera_MOD_NAME *self,
                                        struct chimaera_MOD_NAME_co_mutex_test_task *task,
                                        struct chi_run_context *rctx)
{
    (void)rctx;
    CHI_SCOPED_COMUTEX(&self->mutex);
    task->entered = next_moment();
    chi_task_sleep(task->hold_ns);
    task->left = next_moment();
    return 0;
}

void chimaera_MOD_NAME_monitor_co_mutex_test(struct chimaera_MOD_NAME *self,
                                             enum chi_monitor_mode mode,
                                             struct chimaera_MOD_NAME_co_mutex_test_task *task,
                                             struct chi_run_context *rctx)
{
    if (mode == CHI_MONITOR_LOCAL_SCHEDULE)
        rctx->route_lane = chi_container_lane_by_hash(
            &self->base, CHIMAERA_MOD_NAME_PROCESSING_QUEUE, task->test_id);
}

static int hold_shared_lock(struct chimaera_MOD_NAME_co_rw_lock_test_task *task)
{
    task->entered = next_moment();
    chi_task_sleep(task->hold_ns);
    task->left = next_moment();
    return 0;
}

int chimaera_MOD_NAME_run_co_rw_lock_test(struct chimaera_MOD_NAME *self,
                                          struct chimaera_MOD_NAME_co_rw_lock_test_task *task,
                                          struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    if (task->writes) {
        CHI_SCOPED_COWRITE(&shared_lock);
        return hold_shared_lock(task);
    }
    CHI_SCOPED_COREAD(&shared_lock);
    return hold_shared_lock(task);
}

void chimaera_MOD_NAME_monitor_co_rw_lock_test(struct chimaera_MOD_NAME *self,
                                               enum chi_monitor_mode mode,
                                               struct chimaera_MOD_NAME_co_rw_lock_test_task *task,
                                               struct chi_run_context *rctx)
{
    if (mode == CHI_MONITOR_LOCAL_SCHEDULE)
        rctx->route_lane = chi_container_lane_by_hash(
            &self->base, CHIMAERA_MOD_NAME_PROCESSING_QUEUE, task->test_id);
}

int chimaera_MOD_NAME_run_fire_and_forget_test(
    struct chimaera_MOD_NAME *self, struct chimaera_MOD_NAME_fire_and_forget_test_task *task,
    struct chi_run_context *rctx)
{
    (void)rctx;
    task->count = ++self->forgotten;
    return 0;
}

void chimaera_MOD_NAME_monitor_fire_and_forget_test(
    struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
    struct chimaera_MOD_NAME_fire_and_forget_test_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, CHIMAERA_MOD_NAME_METADATA_QUEUE, 0);
}

/* A subtask belongs to the group of its creator, so it enters while the creator holds the mutex. */
int chimaera_MOD_NAME_run_wait_test(struct chimaera_MOD_NAME *self,
                                    struct chimaera_MOD_NAME_wait_test_task *task,
                                    struct chi_run_context *rctx)
{
    (void)rctx;
    if (task->depth > DEPTH_MAX)
        return -ERANGE;
    CHI_SCOPED_COMUTEX(&self->mutex);
    if (task->depth == 0)
        return 0;
    struct chimaera_MOD_NAME_wait_test_task *subtask =
        CHI_TASK_NEW(chimaera_MOD_NAME_wait_test, self->base.pool_id,
                     chi_pool_query_direct_id(self->base.container_id));
    if (subtask == NULL)
        return chi_last_error_code();
    subtask->test_id = task->test_id + 1;
    subtask->depth = task->depth - 1;
    int rc = chi_task_enqueue(&subtask->base);
    if (rc == 0)
        rc = chi_task_wait(&subtask->base);
    if (rc == 0)
        task->reached = subtask->reached + 1;
    chi_task_del(&subtask->base);
    return rc;
}

void chimaera_MOD_NAME_monitor_wait_test(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
                                         struct chimaera_MOD_NAME_wait_test_task *task,
                                         struct chi_run_context *rctx)
{
    if (mode == CHI_MONITOR_LOCAL_SCHEDULE)
        rctx->route_lane = chi_container_lane_by_hash(
            &self->base, CHIMAERA_MOD_NAME_PROCESSING_QUEUE, task->test_id);
}

CHI_TASK_CC(chimaera_MOD_NAME, "0.1.0");
