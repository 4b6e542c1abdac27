/* SPDX-License-Identifier: BSD-3-Clause */
#include "ticks.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"

#define CALIBRATION_NS (50 * CHI_NS_PER_MS)
#define COST_ROUNDS    50
#define COST_READINGS  1000

static double ns_per_tick = 1;
static double tick_cost; /* ticks between two readings with nothing in between */

#if !defined(__x86_64__)
uint64_t bench_ticks(void)
{
    return chi_clock_now_ns();
}
#endif

void bench_ticks_init(void)
{
    uint64_t begin_ns = chi_clock_now_ns();
    uint64_t begin = bench_ticks();
    while (chi_clock_now_ns() - begin_ns < CALIBRATION_NS)
        ;
    uint64_t end_ns = chi_clock_now_ns();
    ns_per_tick = (double)(end_ns - begin_ns) / (double)(bench_ticks() - begin);

    /* The least mean of several: others may have had the core meanwhile. */
    tick_cost = INFINITY;
    for (int round = 0; round < COST_ROUNDS; round++) {
        uint64_t first = bench_ticks();
        uint64_t last = first;
        for (int i = 0; i < COST_READINGS; i++)
            last = bench_ticks();
        double mean = (double)(last - first) / COST_READINGS;
        if (mean < tick_cost)
            tick_cost = mean;
    }
}

/* How many ticks pass in that time. */
static uint64_t ticks_in(uint64_t duration_ns)
{
    return (uint64_t)((double)duration_ns / ns_per_tick);
}

static int compare_ticks(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The value below which `rank` of the sorted samples lie, each step of the clock taken as a span.
 */
static double percentile(const uint32_t *ticks, size_t count, size_t rank)
{
    uint32_t value = ticks[rank];
    size_t first = rank;
    size_t end = rank;
    while (first > 0 && ticks[first - 1] == value)
        first--;
    while (end < count && ticks[end] == value)
        end++;
    double low = first > 0 ? ((double)ticks[first - 1] + value) / 2 : value;
    double high = end < count ? ((double)ticks[end] + value) / 2 : value;
    return low + (high - low) * ((double)(rank - first) + 0.5) / (double)(end - first);
}

struct bench_latency bench_latency_of(uint32_t *ticks, size_t count)
{
    qsort(ticks, count, sizeof(*ticks), compare_ticks);
    double p50 = percentile(ticks, count, count / 2) - tick_cost;
    double p99 = percentile(ticks, count, count - 1 - count / 100) - tick_cost;
    return (struct bench_latency){.p50_ns = p50 * ns_per_tick, .p99_ns = p99 * ns_per_tick};
}

struct bench_latency bench_time_rounds(void (*round)(void *context), void *context,
                                       uint64_t duration_ns, uint32_t *ticks, size_t max)
{
    size_t count = 0;
    uint64_t begin = bench_ticks();
    uint64_t duration = ticks_in(duration_ns);
    uint64_t last = begin;
    do {
        round(context);
        uint64_t now = bench_ticks();
        ticks[count++] = (uint32_t)(now - last);
        last = now;
    } while (count < max && last - begin < duration);
    return bench_latency_of(ticks, count);
}
