/* SPDX-License-Identifier: BSD-3-Clause */
/* A pool with four containers on one worker: broadcast_4, hash_4. */
#include <stdlib.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "chimaera/task.h"
#include "daemon.h"
#include "measure.h"
#include "repeat.h"
#include "stream.h"

#define CONTAINERS  4u
#define ROUNDS      20000u
#define OUTSTANDING 64u
#define MEASURE_NS  (150 * CHI_NS_PER_MS)

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
    several->ticks = malloc(ROUNDS * sizeof(*several->ticks));
    if (several->ticks == NULL)
        bench_die("out of memory");
}

static void stop(struct several *several)
{
    free(several->ticks);
    bench_daemon_stop(&several->daemon);
}

static void measure(struct several *several, const struct bench_pair *pair,
                    const struct bench_options *options, struct bench_result *result)
{
    start(several);
    bench_repeat_pair(options, pair, result);
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

static void broadcast(chi_pool_id_t pool)
{
    round_trip(pool, chi_pool_query_broadcast());
}

static void one_by_one(chi_pool_id_t pool)
{
    for (uint32_t i = 0; i < CONTAINERS; i++)
        round_trip(pool, chi_pool_query_direct_id(i));
}

static struct bench_latency time_rounds(struct several *several, void (*round)(chi_pool_id_t pool))
{
    for (uint32_t i = 0; i < ROUNDS / 10; i++)
        round(several->four);
    uint64_t last = bench_ticks();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        round(several->four);
        uint64_t now = bench_ticks();
        several->ticks[i] = (uint32_t)(now - last);
        last = now;
    }
    return bench_latency_of(several->ticks, ROUNDS);
}

static void run_broadcast(void *context, struct bench_sample *sample)
{
    struct bench_latency latency = time_rounds(context, broadcast);
    sample->value = latency.p50_ns / 1e3;
    sample->p99 = latency.p99_ns / 1e3;
}

static double run_one_by_one(void *context)
{
    return time_rounds(context, one_by_one).p50_ns / 1e3;
}

void bench_broadcast_4(const struct bench_options *options, struct bench_result *result)
{
    struct several several;
    const struct bench_pair pair = {.run = run_broadcast,
                                    .limit = run_one_by_one,
                                    .context = &several,
                                    .daemon = &several.daemon,
                                    .steady = true};
    measure(&several, &pair, options, result);
}

static void run_hash(void *context, struct bench_sample *sample)
{
    struct several *several = context;
    sample->value = bench_stream_hashed(several->four, OUTSTANDING, MEASURE_NS);
}

static double run_hash_of_one(void *context)
{
    struct several *several = context;
    return bench_stream_hashed(several->one, OUTSTANDING, MEASURE_NS);
}

void bench_hash_4(const struct bench_options *options, struct bench_result *result)
{
    struct several several;
    const struct bench_pair pair = {.run = run_hash,
                                    .limit = run_hash_of_one,
                                    .context = &several,
                                    .daemon = &several.daemon,
                                    .steady = true};
    measure(&several, &pair, options, result);
}
