/* SPDX-License-Identifier: BSD-3-Clause */
/* A clock that costs little beside what is measured, and intervals taken with it. */
#ifndef BENCH_TICKS_H
#define BENCH_TICKS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
/* The processor's time stamp counter, which runs evenly. */
static inline uint64_t bench_ticks(void)
{
    return __builtin_ia32_rdtsc();
}
#else
uint64_t bench_ticks(void);
#endif

/* Measures the clock's rate and what reading it costs. Before anything else. */
void bench_ticks_init(void);

struct bench_latency {
    double p50_ns;
    double p99_ns;
};

/*
 * Of `count` intervals in ticks, each measured with one reading of the clock, whose cost is taken
 * off. The clock may advance in steps: percentiles are interpolated within a step. Sorts them.
 */
struct bench_latency bench_latency_of(uint32_t *ticks, size_t count);

/* Calls `round` again and again for `duration_ns`, at most `max` times, and times each. */
struct bench_latency bench_time_rounds(void (*round)(void *context), void *context,
                                       uint64_t duration_ns, uint32_t *ticks, size_t max);

#endif
