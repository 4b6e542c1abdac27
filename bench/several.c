/* SPDX-License-Identifier: BSD-3-Clause */
/* A pool with four containers on one worker: broadcast_4, hash_4. */
#include <stdlib.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "chimaera/task.h"
#include "daemon.h"
#include "process.h"
#include "repeat.h"
#include "stream.h"
#include "ticks.h"

#define CONTAINERS  4u
#define ROUNDS      200000u /* more than fit in a slice */
#define OUTSTANDING 64u
#define LIMIT_NS    (BENCH_SLICE_NS / 2)

struct several {
    struct bench_daemon daemon;
    chi_pool_id_t one;
    chi_pool_id_t four;
    uint32_t *ticks;
};

static void start(struct several *several)
{
    bench_daemon_start(&several->daemon);
    several->one = bench_empty_pool_of(1);
    several->four = bench_empty_pool_of(CONTAINERS);
    several->ticks = bench_alloc(ROUNDS * sizeof(*several->ticks));
}

static void stop(struct several *several)
{
    free(several->ticks);
    bench_daemon_stop(&several->daemon);
}

static void measure(struct several *several, const struct bench_method *method,
                    const struct bench_options *options, struct bench_result *result)
{
    start(several);
    bench_repeat(options, method, result);
    stop(several);
}

static void round_trip(chi_pool_id_t pool, chi_pool_query_t query)
{
    struct bench_empty_nop_task *task = CHI_TASK_NEW(bench_empty_nop, pool, query);
    if (task == NULL)
        bench_check(chi_last_error_code(), "cannot make a task");
    int rc = chi_task_enqueue(&task->base);
    if (rc == 0)
        rc = chi_task_wait(&task->base);
    bench_check(rc, "an empty task");
    chi_task_del(&task->base);
}

static void broadcast(void *context)
{
    const struct several *several = context;
    round_trip(several->four, chi_pool_query_broadcast());
}

static void one_by_one(void *context)
{
    const struct several *several = context;
    for (uint32_t i = 0; i < CONTAINERS; i++)
        round_trip(several->four, chi_pool_query_direct_id(i));
}

static struct bench_latency time_rounds(struct several *several, void (*round)(void *context),
                                        uint64_t duration_ns)
{
    bench_time_rounds(round, several, duration_ns / 10, several->ticks, ROUNDS);
    return bench_time_rounds(round, several, duration_ns, several->ticks, ROUNDS);
}

static void run_broadcast(void *context, struct bench_sample *sample)
{
    struct bench_latency latency = time_rounds(context, broadcast, BENCH_SLICE_NS);
    sample->value = latency.p50_ns / 1e3;
    sample->p99 = latency.p99_ns / 1e3;
}

static double run_one_by_one(void *context, double ping_pong_ns)
{
    (void)ping_pong_ns;
    return time_rounds(context, one_by_one, LIMIT_NS).p50_ns / 1e3;
}

void bench_broadcast_4(const struct bench_options *options, struct bench_result *result)
{
    struct several several;
    const struct bench_method method = {.run = run_broadcast,
                                        .limit = run_one_by_one,
                                        .context = &several,
                                        .daemon = &several.daemon,
                                        .two_cores = true,
                                        .steady = true};
    measure(&several, &method, options, result);
}

static void run_hash(void *context, struct bench_sample *sample)
{
    struct several *several = context;
    sample->value = bench_stream_hashed(several->four, OUTSTANDING, BENCH_SLICE_NS);
}

static double run_hash_of_one(void *context, double ping_pong_ns)
{
    const struct several *several = context;
    (void)ping_pong_ns;
    return bench_stream_hashed(several->one, OUTSTANDING, LIMIT_NS);
}

void bench_hash_4(const struct bench_options *options, struct bench_result *result)
{
    struct several several;
    const struct bench_method method = {.run = run_hash,
                                        .limit = run_hash_of_one,
                                        .context = &several,
                                        .daemon = &several.daemon,
                                        .two_cores = true,
                                        .steady = true,
                                        .rate = true};
    measure(&several, &method, options, result);
}
