/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The empty module: a method that does nothing, on one lane, and two that do what a handler can do
 * to park. Called by the runtime's workers.
 */
#include <bench/empty/autogen/empty_methods.h>
#include <bench/empty/autogen/empty_runtime_methods.h>
#include <bench/empty/empty_runtime.h>
#include <errno.h>
#include <time.h>

enum { QUEUE = 0, LANE = 0 };

int bench_empty_run_create(struct bench_empty *self, struct chi_create_task *task,
                           struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    return chi_container_create_queue(&self->base, QUEUE, 1, CHI_LOW_LATENCY);
}

void bench_empty_monitor_create(struct bench_empty *self, enum chi_monitor_mode mode,
                                struct chi_create_task *task, struct chi_run_context *rctx)
{
    /* No lane exists yet: the runtime runs Create where it likes. */
    (void)self, (void)mode, (void)task, (void)rctx;
}

int bench_empty_run_destroy(struct bench_empty *self, struct chi_destroy_task *task,
                            struct chi_run_context *rctx)
{
    (void)self, (void)task, (void)rctx;
    return 0;
}

void bench_empty_monitor_destroy(struct bench_empty *self, enum chi_monitor_mode mode,
                                 struct chi_destroy_task *task, struct chi_run_context *rctx)
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

/* ---- what handlers do */

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int lock_once(struct bench_empty *self)
{
    int rc = chi_comutex_lock(&self->mutex);
    if (rc == 0)
        chi_comutex_unlock(&self->mutex);
    return rc;
}

static int spawn_once(struct bench_empty *self)
{
    struct chi_task *sub =
        chi_task_new(&bench_empty_nop_schema, self->base.pool_id, chi_pool_query_local());
    if (sub == NULL)
        return chi_last_error_code();
    int rc = chi_task_enqueue(sub);
    if (rc == 0)
        rc = chi_task_wait(sub);
    chi_task_del(sub);
    return rc;
}

int bench_empty_run_inside(struct bench_empty *self, struct bench_empty_inside_task *task,
                           struct chi_run_context *rctx)
{
    uint64_t begin = now_ns();
    int rc = 0;

    (void)rctx;
    for (uint32_t i = 0; i < task->count && rc == 0; i++) {
        if (task->what == BENCH_EMPTY_LOCK)
            rc = lock_once(self);
        else if (task->what == BENCH_EMPTY_SUBTASK)
            rc = spawn_once(self);
        else
            chi_task_yield();
    }
    task->took_ns = now_ns() - begin;
    return rc;
}

void bench_empty_monitor_inside(struct bench_empty *self, enum chi_monitor_mode mode,
                                struct bench_empty_inside_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, LANE);
}

/* Whoever unlocks asks for the mutex again at once, behind the other one. */
int bench_empty_run_contend(struct bench_empty *self, struct bench_empty_contend_task *task,
                            struct chi_run_context *rctx)
{
    (void)rctx;
    self->contenders++;
    while (self->contenders % 2 != 0)
        chi_task_yield(); /* for the other one */
    int rc = chi_comutex_lock(&self->mutex);
    if (rc < 0)
        return rc;
    chi_task_yield(); /* the other one waits now */
    uint64_t begin = now_ns();
    for (uint32_t i = 0; i < task->count && rc == 0; i++) {
        chi_comutex_unlock(&self->mutex);
        rc = chi_comutex_lock(&self->mutex);
    }
    task->took_ns = now_ns() - begin;
    if (rc == 0)
        chi_comutex_unlock(&self->mutex);
    return rc;
}

void bench_empty_monitor_contend(struct bench_empty *self, enum chi_monitor_mode mode,
                                 struct bench_empty_contend_task *task,
                                 struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, LANE);
}

CHI_TASK_CC(bench_empty, "0.1.0");
