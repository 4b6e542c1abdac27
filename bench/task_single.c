/* SPDX-License-Identifier: BSD-3-Clause */
/* One empty task at a time: task_rtt with both sides awake, task_wake with the worker asleep. */
#include <stdlib.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "chimaera/task.h"
#include "daemon.h"
#include "limits.h"
#include "measure.h"
#include "repeat.h"

#define ROUND_TRIPS 100000u
#define WARM_UP     5000u
#define WAKES       300u
#define IDLE_NS     CHI_NS_PER_MS /* twenty times what a worker polls for */

struct single {
    struct bench_daemon daemon;
    chi_pool_id_t pool;
    uint32_t *ticks;
};

static void round_trip(chi_pool_id_t pool)
{
    struct bench_empty_nop_task *task = CHI_TASK_NEW(bench_empty_nop, pool, chi_pool_query_local());
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
    single->ticks = malloc(samples * sizeof(*single->ticks));
    if (single->ticks == NULL)
        bench_die("out of memory");
}

static void stop(struct single *single)
{
    free(single->ticks);
    bench_daemon_stop(&single->daemon);
}

static double ping_pong_ns(void *context)
{
    (void)context;
    return bench_limit_ping_pong();
}

static void run_awake(void *context, struct bench_sample *sample)
{
    struct single *single = context;
    for (uint32_t i = 0; i < WARM_UP; i++)
        round_trip(single->pool);
    uint64_t last = bench_ticks();
    for (uint32_t i = 0; i < ROUND_TRIPS; i++) {
        round_trip(single->pool);
        uint64_t now = bench_ticks();
        single->ticks[i] = (uint32_t)(now - last);
        last = now;
    }
    struct bench_latency latency = bench_latency_of(single->ticks, ROUND_TRIPS);
    sample->value = latency.p50_ns;
    sample->p99 = latency.p99_ns;
}

void bench_task_rtt(const struct bench_options *options, struct bench_result *result)
{
    struct single single;
    start(&single, ROUND_TRIPS);
    const struct bench_pair pair = {.run = run_awake,
                                    .limit = ping_pong_ns,
                                    .context = &single,
                                    .daemon = &single.daemon,
                                    .steady = true};
    bench_repeat_pair(options, &pair, result);
    stop(&single);
}

static double bare_wake_us(void *context)
{
    (void)context;
    return bench_limit_wake(WAKES / 2, IDLE_NS) / 1e3;
}

static void run_asleep(void *context, struct bench_sample *sample)
{
    struct single *single = context;
    round_trip(single->pool);
    struct bench_usage before = bench_daemon_usage(&single->daemon);
    for (uint32_t i = 0; i < WAKES; i++) {
        bench_poll_for(IDLE_NS);
        uint64_t begin = bench_ticks();
        round_trip(single->pool);
        single->ticks[i] = (uint32_t)(bench_ticks() - begin);
    }
    struct bench_usage after = bench_daemon_usage(&single->daemon);
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
    const struct bench_pair pair = {
        .run = run_asleep, .limit = bare_wake_us, .context = &single, .daemon = &single.daemon};
    bench_repeat_pair(options, &pair, result);
    stop(&single);
}
