/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What handlers do inside a worker: lock, hand a lock over, park and be resumed, wait for a
 * subtask. The handlers of the empty module loop and time themselves; the limits are measured on
 * the same core.
 */
#include <math.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "chimaera/task.h"
#include "daemon.h"
#include "limits.h"
#include "process.h"
#include "repeat.h"

/* About a slice of each. */
#define LOCKS    2000000u
#define YIELDS   800000u
#define HANDOVER 250000u
#define SUBTASKS 300000u

struct inside {
    struct bench_daemon daemon;
    chi_pool_id_t pool;
    enum bench_empty_what what;
    uint32_t count;
};

static double exchange_pair_ns(void *context, double ping_pong_ns)
{
    (void)context, (void)ping_pong_ns;
    return bench_limit_exchange_pair();
}

static double fiber_switch_ns(void *context, double ping_pong_ns)
{
    (void)context, (void)ping_pong_ns;
    return bench_limit_fiber_switch();
}

static void submit(struct chi_task *task)
{
    if (task == NULL)
        bench_check(chi_last_error_code(), "cannot make a task");
    bench_check(chi_task_enqueue(task), "cannot submit a task");
}

static void run_inside(void *context, struct bench_sample *sample)
{
    struct inside *inside = context;
    struct bench_empty_inside_task *task =
        CHI_TASK_NEW(bench_empty_inside, inside->pool, chi_pool_query_local());
    if (task != NULL) {
        task->what = inside->what;
        task->count = inside->count;
    }
    submit(&task->base);
    bench_check(chi_task_wait(&task->base), "a task that measures");
    sample->value = (double)task->took_ns / inside->count;
    sample->p99 = -1;
    chi_task_del(&task->base);
}

static void run_contend(void *context, struct bench_sample *sample)
{
    struct inside *inside = context;
    struct bench_empty_contend_task *tasks[2];
    double took_ns = 0;
    for (int i = 0; i < 2; i++) {
        tasks[i] = CHI_TASK_NEW(bench_empty_contend, inside->pool, chi_pool_query_local());
        if (tasks[i] != NULL)
            tasks[i]->count = inside->count;
        submit(&tasks[i]->base);
    }
    for (int i = 0; i < 2; i++) {
        bench_check(chi_task_wait(&tasks[i]->base), "a task that contends");
        took_ns = fmax(took_ns, (double)tasks[i]->took_ns);
        chi_task_del(&tasks[i]->base);
    }
    sample->value = took_ns / (2.0 * inside->count);
    sample->p99 = -1;
}

static void measure(const struct bench_options *options, struct inside *inside,
                    const struct bench_method *form, struct bench_result *result)
{
    struct bench_method method = *form;
    bench_daemon_start(&inside->daemon);
    inside->pool = bench_empty_pool();
    method.context = inside;
    method.daemon = &inside->daemon;
    bench_repeat(options, &method, result);
    bench_daemon_stop(&inside->daemon);
}

void bench_comutex(const struct bench_options *options, struct bench_result *result)
{
    struct inside inside = {.what = BENCH_EMPTY_LOCK, .count = LOCKS};
    const struct bench_method method = {.run = run_inside, .limit = exchange_pair_ns};
    measure(options, &inside, &method, result);
}

void bench_comutex_handover(const struct bench_options *options, struct bench_result *result)
{
    struct inside inside = {.count = HANDOVER};
    const struct bench_method method = {.run = run_contend, .limit = fiber_switch_ns};
    measure(options, &inside, &method, result);
}

void bench_park_resume(const struct bench_options *options, struct bench_result *result)
{
    struct inside inside = {.what = BENCH_EMPTY_YIELD, .count = YIELDS};
    const struct bench_method method = {.run = run_inside, .limit = fiber_switch_ns};
    measure(options, &inside, &method, result);
}

void bench_subtask(const struct bench_options *options, struct bench_result *result)
{
    struct inside inside = {.what = BENCH_EMPTY_SUBTASK, .count = SUBTASKS};
    const struct bench_method method = {.run = run_inside, .limit = fiber_switch_ns};
    measure(options, &inside, &method, result);
}
