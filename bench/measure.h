/* SPDX-License-Identifier: BSD-3-Clause */
/* Time, order statistics, cores and child processes: what every figure is made of. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#if defined(__x86_64__)
/* A clock that costs little beside what is measured: the processor's, which runs evenly. */
static inline uint64_t bench_ticks(void)
{
    return __builtin_ia32_rdtsc();
}
#else
uint64_t bench_ticks(void);
#endif

/* Measures the clock and picks the cores. Before anything else; exits where it cannot. */
void bench_measure_init(void);

struct bench_latency {
    double p50_ns;
    double p99_ns;
};

/*
 * Of `count` intervals in ticks, each measured with one reading of the clock, whose cost is taken
 * off. The clock may advance in steps: percentiles are interpolated within a step. Sorts them.
 */
struct bench_latency bench_latency_of(uint32_t *ticks, size_t count);

/* Sorts `values`. */
double bench_median(double *values, size_t count);

/* Where workers and clients are pinned: two cores that this process may use. */
extern int bench_worker_core;
extern int bench_client_core;

/* Lets them change places, for who is pinned from now on. */
void bench_swap_cores(void);

/* Pins a thread; 0 is the calling one. */
void bench_pin(pid_t tid, int core);

/* Lets the calling thread run where this program was allowed to. */
void bench_unpin(void);

/* Forks a process that runs `body` and exits with 0; it dies with its parent. */
pid_t bench_fork(void (*body)(void *context), void *context);

/* Waits for it; exits where it failed. */
void bench_join(pid_t child);

/* Memory that children share with this process, zeroed and touched. */
void *bench_shared_memory(size_t size);

void bench_sleep_ms(unsigned ms);

/* Stays on the core, doing nothing. */
void bench_poll_for(uint64_t duration_ns);

/* Says what went wrong and exits with 1. */
_Noreturn void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, with chi_last_error(), unless `rc` is 0. */
void bench_check(int rc, const char *what);

#endif
