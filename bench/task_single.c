/* SPDX-License-Identifier: BSD-3-Clause */
/* One empty task at a time: task_rtt with both sides awake, task_wake with the worker asleep. */
#include <stdlib.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "chimaera/task.h"
#include "daemon.h"
#include "floor.h"
#include "limits.h"
#include "process.h"
#include "repeat.h"
#include "ticks.h"
#include "usage.h"

#define ROUND_TRIPS 400000u /* more than fit in a slice */
#define WARM_UP     2000u
#define WAKES       36u
#define IDLE_NS     CHI_NS_PER_MS /* twenty times what a worker polls for */

struct single {
    struct bench_daemon daemon;
    chi_pool_id_t pool;
    uint32_t *ticks;
};

static void round_trip(void *context)
{
    const struct single *single = context;
    struct bench_empty_nop_task *task =
        CHI_TASK_NEW(bench_empty_nop, single->pool, chi_pool_query_local());
    if (task == NULL)
        bench_check(chi_last_error_code(), "cannot make a task");
    int rc = chi_task_enqueue(&task->base);
    if (rc == 0)
        rc = chi_task_wait(&task->base);
    bench_check(rc, "an empty task");
    chi_task_del(&task->base);
}

static void start(struct single *single, size_t samples)
{
    bench_daemon_start(&single->daemon);
    single->pool = bench_empty_pool();
    single->ticks = bench_alloc(samples * sizeof(*single->ticks));
}

static void stop(struct single *single)
{
    free(single->ticks);
    bench_daemon_stop(&single->daemon);
}

static double ping_pong_ns(void *context, double ping_pong_ns)
{
    (void)context;
    return ping_pong_ns;
}

static double floor_ns(void *context)
{
    (void)context;
    return bench_floor_round_trip();
}

static void run_awake(void *context, struct bench_sample *sample)
{
    struct single *single = context;
    for (uint32_t i = 0; i < WARM_UP; i++)
        round_trip(single);
    struct bench_latency latency =
        bench_time_rounds(round_trip, single, BENCH_SLICE_NS, single->ticks, ROUND_TRIPS);
    sample->value = latency.p50_ns;
    sample->p99 = latency.p99_ns;
}

void bench_task_rtt(const struct bench_options *options, struct bench_result *result)
{
    struct single single;
    start(&single, ROUND_TRIPS);
    const struct bench_method method = {.run = run_awake,
                                        .limit = ping_pong_ns,
                                        .floor = floor_ns,
                                        .context = &single,
                                        .daemon = &single.daemon,
                                        .two_cores = true,
                                        .steady = true};
    bench_repeat(options, &method, result);
    stop(&single);
}

static double bare_wake_us(void *context, double ping_pong_ns)
{
    (void)context, (void)ping_pong_ns;
    return bench_limit_wake(WAKES / 2, IDLE_NS) / 1e3;
}

static void run_asleep(void *context, struct bench_sample *sample)
{
    struct single *single = context;
    round_trip(single);
    struct bench_usage before = bench_usage_of(single->daemon.pid);
    for (uint32_t i = 0; i < WAKES; i++) {
        bench_poll_for(IDLE_NS);
        uint64_t begin = bench_ticks();
        round_trip(single);
        single->ticks[i] = (uint32_t)(bench_ticks() - begin);
    }
    struct bench_usage after = bench_usage_of(single->daemon.pid);
    if (after.wake_ups - before.wake_ups < WAKES * 9 / 10)
        bench_die("the worker slept before %llu of %u tasks only",
                  (unsigned long long)(after.wake_ups - before.wake_ups), WAKES);
    struct bench_latency latency = bench_latency_of(single->ticks, WAKES);
    sample->value = latency.p50_ns / 1e3;
    sample->p99 = latency.p99_ns / 1e3;
}

void bench_task_wake(const struct bench_options *options, struct bench_result *result)
{
    struct single single;
    start(&single, WAKES);
    const struct bench_method method = {.run = run_asleep,
                                        .limit = bare_wake_us,
                                        .context = &single,
                                        .daemon = &single.daemon,
                                        .two_cores = true};
    bench_repeat(options, &method, result);
    stop(&single);
}
