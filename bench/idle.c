/* SPDX-License-Identifier: BSD-3-Clause */
/* idle_cpu: what a daemon uses that has nothing to do, one client being attached and silent. */
#include "base/clock.h"
#include "daemon.h"
#include "process.h"
#include "repeat.h"
#include "statistics.h"
#include "stream.h"
#include "usage.h"

#define FULL_MS      10000u
#define SHORT_MS     2000u
#define SETTLE_MS    1000u
#define MOST_PERCENT 1.0

struct idle {
    struct bench_daemon daemon;
    unsigned duration_ms;
    double wake_ups[BENCH_SLICES_MAX]; /* per second */
    unsigned count;
};

static void run(void *context, struct bench_sample *sample)
{
    struct idle *idle = context;
    struct bench_usage before = bench_usage_of(idle->daemon.pid);
    uint64_t begin_ns = chi_clock_now_ns();
    bench_sleep_ms(idle->duration_ms);
    struct bench_usage after = bench_usage_of(idle->daemon.pid);
    double elapsed_ns = (double)(chi_clock_now_ns() - begin_ns);
    sample->value = (double)(after.cpu_ns - before.cpu_ns) * 100 / elapsed_ns;
    sample->limit = MOST_PERCENT;
    idle->wake_ups[idle->count++] = (double)(after.wake_ups - before.wake_ups) * 1e9 / elapsed_ns;
}

void bench_idle_cpu(const struct bench_options *options, struct bench_result *result)
{
    static struct idle idle;
    idle.duration_ms = options->full ? FULL_MS : SHORT_MS;
    bench_daemon_start(&idle.daemon);
    bench_stream(bench_empty_pool(), BENCH_STREAM_MAX, 1, CHI_NS_PER_MS); /* it has been at work */
    bench_sleep_ms(SETTLE_MS);
    /* What others do on the machine does not make a daemon that sleeps work. */
    const struct bench_method method = {
        .run = run, .context = &idle, .slow = true, .shares_cores = true};
    bench_repeat(options, &method, result);
    bench_daemon_stop(&idle.daemon);
    bench_note(result, "%.2g wake-ups per second; %u s a slice",
               bench_median(idle.wake_ups, idle.count), idle.duration_ms / 1000);
}
