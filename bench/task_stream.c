/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many empty tasks at a time through one worker: task_pipelined, task_pipelined_4p, task_batch. All
 * against the round trips of a bare ping-pong in the same time, one after the other, and beside the
 * floor model with as many outstanding.
 */
#include "base/clock.h"
#include "daemon.h"
#include "floor.h"
#include "process.h"
#include "repeat.h"
#include "stream.h"

#define OUTSTANDING 64u
#define BATCH       16u
#define PROCESSES   4u
/* In each slice the daemon serves their attaching on the worker's core, before they are timed. */
#define ATTACHING_NS (4 * CHI_NS_PER_MS)

struct shape {
    struct bench_daemon daemon;
    chi_pool_id_t pool;
    uint32_t batch;
    uint32_t processes;
};

static double ping_pongs_per_second(void *context, double ping_pong_ns)
{
    (void)context;
    return 1e9 / ping_pong_ns;
}

static double floor_per_second(void *context)
{
    (void)context;
    return bench_floor_rate(OUTSTANDING);
}

static void run(void *context, struct bench_sample *sample)
{
    struct shape *shape = context;
    if (shape->processes == 1)
        sample->value = bench_stream(shape->pool, OUTSTANDING, shape->batch, BENCH_SLICE_NS);
    else
        sample->value = bench_stream_from(shape->processes, bench_client_core,
                                          OUTSTANDING / shape->processes, BENCH_SLICE_NS, NULL);
}

static void measure(struct shape *shape, const struct bench_options *options,
                    struct bench_result *result)
{
    bench_daemon_start(&shape->daemon);
    shape->pool = bench_empty_pool();
    const struct bench_method method = {.run = run,
                                        .limit = ping_pongs_per_second,
                                        .floor = floor_per_second,
                                        .context = shape,
                                        .daemon = &shape->daemon,
                                        .two_cores = true,
                                        .steady = true,
                                        .rate = true,
                                        .others_submit = shape->processes > 1,
                                        .waits_ns = shape->processes > 1 ? ATTACHING_NS : 0};
    bench_repeat(options, &method, result);
    bench_daemon_stop(&shape->daemon);
}

void bench_task_pipelined(const struct bench_options *options, struct bench_result *result)
{
    struct shape shape = {.batch = 1, .processes = 1};
    measure(&shape, options, result);
}

void bench_task_pipelined_4p(const struct bench_options *options, struct bench_result *result)
{
    struct shape shape = {.batch = 1, .processes = PROCESSES};
    measure(&shape, options, result);
}

void bench_task_batch(const struct bench_options *options, struct bench_result *result)
{
    struct shape shape = {.batch = BATCH, .processes = 1};
    measure(&shape, options, result);
}
