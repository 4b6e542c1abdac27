/* SPDX-License-Identifier: BSD-3-Clause */
/* The payload module: handlers that return what they were given, on one lane. Called by the
 * runtime's workers. */
#include <bench/payload/autogen/payload_methods.h>
#include <bench/payload/autogen/payload_runtime_methods.h>
#include <bench/payload/payload_runtime.h>
#include <errno.h>

enum { QUEUE = 0, LANE = 0 };

int bench_payload_run_create(struct bench_payload *self, struct chi_create_task *task,
                             struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    return chi_container_create_queue(&self->base, QUEUE, 1, CHI_LOW_LATENCY);
}

void bench_payload_monitor_create(struct bench_payload *self, enum chi_monitor_mode mode,
                                  struct chi_create_task *task, struct chi_run_context *rctx)
{
    /* No lane exists yet: the runtime chooses where Create runs. */
    (void)self, (void)mode, (void)task, (void)rctx;
}

int bench_payload_run_destroy(struct bench_payload *self, struct chi_destroy_task *task,
                              struct chi_run_context *rctx)
{
    (void)self, (void)task, (void)rctx;
    return 0;
}

void bench_payload_monitor_destroy(struct bench_payload *self, enum chi_monitor_mode mode,
                                   struct chi_destroy_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, LANE);
}

int bench_payload_run_empty(struct bench_payload *self, struct bench_payload_empty_task *task,
                            struct chi_run_context *rctx)
{
    (void)self, (void)task, (void)rctx;
    return 0;
}

void bench_payload_monitor_empty(struct bench_payload *self, enum chi_monitor_mode mode,
                                 struct bench_payload_empty_task *task,
                                 struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, LANE);
}

int bench_payload_run_words(struct bench_payload *self, struct bench_payload_words_task *task,
                            struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    task->answer = task->word + 1;
    return 0;
}

void bench_payload_monitor_words(struct bench_payload *self, enum chi_monitor_mode mode,
                                 struct bench_payload_words_task *task,
                                 struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, LANE);
}

int bench_payload_run_text(struct bench_payload *self, struct bench_payload_text_task *task,
                           struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    return chi_string_copy(&task->answer, &task->text);
}

void bench_payload_monitor_text(struct bench_payload *self, enum chi_monitor_mode mode,
                                struct bench_payload_text_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, LANE);
}

int bench_payload_run_block(struct bench_payload *self, struct bench_payload_block_task *task,
                            struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    if (task->from.size != task->to.size)
        return -EINVAL;
    memcpy(chi_buffer_data(&task->to), chi_buffer_data(&task->from), task->from.size);
    return 0;
}

void bench_payload_monitor_block(struct bench_payload *self, enum chi_monitor_mode mode,
                                 struct bench_payload_block_task *task,
                                 struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, LANE);
}

int bench_payload_run_numbers(struct bench_payload *self, struct bench_payload_numbers_task *task,
                              struct chi_run_context *rctx)
{
    size_t count;
    const uint64_t *numbers = chi_vector_span(&task->numbers, &count);

    (void)self, (void)rctx;
    return chi_vector_assign(&task->answer, numbers, count);
}

void bench_payload_monitor_numbers(struct bench_payload *self, enum chi_monitor_mode mode,
                                   struct bench_payload_numbers_task *task,
                                   struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, LANE);
}

int bench_payload_run_subtask(struct bench_payload *self, struct bench_payload_subtask_task *task,
                              struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    struct chi_task *sub =
        chi_task_new(&bench_payload_empty_schema, self->base.pool_id, chi_pool_query_local());
    if (sub == NULL)
        return chi_last_error_code();
    int rc = chi_task_enqueue(sub);
    if (rc == 0)
        rc = chi_task_wait(sub);
    chi_task_del(sub);
    return rc;
}

void bench_payload_monitor_subtask(struct bench_payload *self, enum chi_monitor_mode mode,
                                   struct bench_payload_subtask_task *task,
                                   struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, LANE);
}

CHI_TASK_CC(bench_payload, "0.1.0");
