/* SPDX-License-Identifier: BSD-3-Clause */
/* Repetition: which runs count, and which of them is the median. */
#include "repeat.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "limits.h"
#include "measure.h"

#define QUIET_NS      (15 * CHI_NS_PER_S)  /* how long to hope for undisturbed runs */
#define PATIENCE_NS   (120 * CHI_NS_PER_S) /* and for cores as asked for */
#define STEADY        1.25
#define PREEMPTED     3 /* so often, and so often a second, the system itself needs the cores */
#define PREEMPTED_A_S 20
#define SETTLE_MS     3  /* an idle worker has gone to sleep by then, and its core is free */
#define ELSEWHERE_MS  50 /* before we look again where the host has put the cores */

void bench_note(struct bench_result *result, const char *format, ...)
{
    size_t used = strlen(result->note);
    if (used > 0 && used + 2 < sizeof(result->note)) {
        strcat(result->note, "; ");
        used += 2;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(result->note + used, sizeof(result->note) - used, format, arguments);
    va_end(arguments);
}

static double ratio_of(const struct bench_sample *sample)
{
    return sample->value / sample->limit;
}

static int compare_samples(const void *a, const void *b)
{
    double x = ratio_of(a);
    double y = ratio_of(b);
    return (x > y) - (x < y);
}

/* `samples` are sorted. */
static void note_spread(const struct bench_sample *samples, unsigned runs, unsigned disturbed,
                        struct bench_result *result)
{
    double low = samples[0].limit;
    double high = low;
    for (unsigned i = 1; i < runs; i++) {
        low = fmin(low, samples[i].limit);
        high = fmax(high, samples[i].limit);
    }
    if (high > low * STEADY)
        bench_note(result, "limits %.3g to %.3g, ratios %.2f to %.2f", low, high,
                   ratio_of(&samples[0]), ratio_of(&samples[runs - 1]));
    if (disturbed > 0)
        bench_note(result, "%u of the runs disturbed by other work", disturbed);
}

void bench_repeat(const struct bench_options *options,
                  enum bench_verdict (*run)(void *context, struct bench_sample *sample),
                  void *context, struct bench_result *result)
{
    struct bench_sample samples[BENCH_RUNS_MAX];
    double p99s[BENCH_RUNS_MAX];
    uint64_t begin = chi_clock_now_ns();
    unsigned disturbed = 0;

    for (unsigned i = 0; i < options->runs;) {
        samples[i] = (struct bench_sample){.p99 = -1};
        enum bench_verdict verdict = run(context, &samples[i]);
        uint64_t elapsed_ns = chi_clock_now_ns() - begin;
        if (verdict == BENCH_COUNTS) {
            i++;
        } else if (verdict == BENCH_DISTURBED && elapsed_ns > QUIET_NS) {
            disturbed++;
            i++;
        } else if (elapsed_ns > PATIENCE_NS) {
            bench_die("the cores were not as asked for in %llu s",
                      (unsigned long long)(PATIENCE_NS / CHI_NS_PER_S));
        }
    }
    for (unsigned i = 0; i < options->runs; i++)
        p99s[i] = samples[i].p99;
    qsort(samples, options->runs, sizeof(samples[0]), compare_samples);
    result->runs = options->runs;
    result->median = samples[(options->runs - 1) / 2];
    result->median.p99 = bench_median(p99s, options->runs);
    note_spread(samples, options->runs, disturbed, result);
}

/* ---- pairs */

struct attempt {
    const struct bench_options *options;
    const struct bench_pair *pair;
};

static bool on_wanted_cores(enum bench_cores cores)
{
    if (cores == BENCH_CORES_ANY)
        return true;
    return (cores == BENCH_CORES_FAR) == (bench_limit_ping_pong() >= BENCH_FAR_NS);
}

static uint64_t preemptions(const struct bench_pair *pair)
{
    uint64_t own = bench_own_usage().preemptions;
    return own + (pair->daemon != NULL ? bench_daemon_usage(pair->daemon).preemptions : 0);
}

static enum bench_verdict run_pair(void *context, struct bench_sample *sample)
{
    const struct attempt *self = context;
    const struct bench_pair *pair = self->pair;
    bench_sleep_ms(SETTLE_MS);
    if (!on_wanted_cores(self->options->cores)) {
        bench_sleep_ms(ELSEWHERE_MS);
        return BENCH_NOT_RUN;
    }
    uint64_t begin_ns = chi_clock_now_ns();
    uint64_t preempted_before = preemptions(pair);
    double before = pair->limit(pair->context);
    pair->run(pair->context, sample);
    bench_sleep_ms(SETTLE_MS);
    double after = pair->limit(pair->context);
    uint64_t preempted = preemptions(pair) - preempted_before;
    double elapsed_s = (double)(chi_clock_now_ns() - begin_ns) / 1e9;
    sample->limit = (before + after) / 2;
    if (!on_wanted_cores(self->options->cores))
        return BENCH_NOT_RUN;
    if (pair->steady && (before > after * STEADY || after > before * STEADY))
        return BENCH_DISTURBED;
    return (double)preempted > PREEMPTED + PREEMPTED_A_S * elapsed_s ? BENCH_DISTURBED
                                                                     : BENCH_COUNTS;
}

void bench_repeat_pair(const struct bench_options *options, const struct bench_pair *pair,
                       struct bench_result *result)
{
    struct attempt self = {.options = options, .pair = pair};
    bench_repeat(options, run_pair, &self, result);
}
