/* SPDX-License-Identifier: BSD-3-Clause */
/* startup: from fork() and exec() of the daemon until a client is attached to it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon.h"
#include "process.h"
#include "repeat.h"
#include "statistics.h"

#define STARTS 3u
#define TRUES  7u

static void be_true(void *context)
{
    (void)context;
    execl("/bin/true", "/bin/true", (char *)NULL);
    bench_die("cannot start /bin/true: %s", strerror(errno));
}

static double exec_true_ms(void *context, double ping_pong_ns)
{
    (void)context, (void)ping_pong_ns;
    double times[TRUES];
    for (unsigned i = 0; i < TRUES; i++) {
        uint64_t begin = chi_clock_now_ns();
        bench_join(bench_fork(be_true, NULL));
        times[i] = (double)(chi_clock_now_ns() - begin) / 1e6;
    }
    return bench_median(times, TRUES);
}

static void run(void *context, struct bench_sample *sample)
{
    (void)context;
    double times[STARTS];
    for (unsigned i = 0; i < STARTS; i++) {
        struct bench_daemon daemon;
        bench_daemon_prepare(&daemon, 1);
        uint64_t begin = chi_clock_now_ns();
        bench_daemon_spawn(&daemon);
        bench_daemon_attach(&daemon);
        times[i] = (double)(chi_clock_now_ns() - begin) / 1e6;
        bench_daemon_stop(&daemon);
    }
    sample->value = bench_median(times, STARTS);
}

void bench_startup(const struct bench_options *options, struct bench_result *result)
{
    /* Processes that start and wait for each other take turns on the cores: that is measured. */
    const struct bench_method method = {.run = run, .limit = exec_true_ms, .shares_cores = true};
    bench_repeat(options, &method, result);
}
