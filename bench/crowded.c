/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * crowded: two workers and two client processes on two cores, none pinned, so that at times the
 * ones that poll have the core of those they wait for. Against one worker and one client.
 */
#include "base/clock.h"
#include "chimaera/attach.h"
#include "daemon.h"
#include "process.h"
#include "repeat.h"
#include "statistics.h"
#include "stream.h"

#define OUTSTANDING 64u
#define MEASURE_NS  (500 * CHI_NS_PER_MS)

struct crowded {
    struct bench_daemon few;
    struct bench_daemon many;
    double one_few[BENCH_SLICES_MAX]; /* tasks per second, one at a time */
    double one_many[BENCH_SLICES_MAX];
    unsigned count;
};

static double rate(const struct bench_daemon *daemon, uint32_t clients, uint32_t outstanding)
{
    bench_daemon_use(daemon);
    return bench_stream_from(clients, -1, outstanding, MEASURE_NS, NULL);
}

static void run(void *context, struct bench_sample *sample)
{
    struct crowded *crowded = context;
    sample->limit = rate(&crowded->few, 1, OUTSTANDING);
    sample->value = rate(&crowded->many, 2, OUTSTANDING);
    crowded->one_few[crowded->count] = rate(&crowded->few, 1, 1);
    crowded->one_many[crowded->count] = rate(&crowded->many, 2, 1);
    crowded->count++;
}

static void start(struct bench_daemon *daemon, unsigned workers)
{
    bench_daemon_prepare(daemon, workers);
    bench_daemon_spawn(daemon);
    bench_daemon_attach(daemon);
    bench_empty_pool();
    chi_client_fini();
}

static void stop(struct bench_daemon *daemon)
{
    bench_daemon_use(daemon);
    bench_check(chi_client_init(), "cannot attach");
    bench_daemon_stop(daemon);
}

void bench_crowded(const struct bench_options *options, struct bench_result *result)
{
    static struct crowded crowded;
    start(&crowded.few, 1);
    start(&crowded.many, 2);
    const struct bench_method method = {
        .run = run, .context = &crowded, .rate = true, .slow = true, .shares_cores = true};
    bench_repeat(options, &method, result);
    stop(&crowded.few);
    stop(&crowded.many);
    double few = bench_median(crowded.one_few, crowded.count);
    double many = bench_median(crowded.one_many, crowded.count);
    bench_note(result, "one at a time: %.3g against %.3g tasks/s, ratio %.2f", many, few,
               many / few);
}
