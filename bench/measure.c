/* SPDX-License-Identifier: BSD-3-Clause */
/* Time, order statistics, cores and child processes. One thread per process. */
#include "measure.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "chimaera/status.h"

#define CALIBRATION_NS (50 * CHI_NS_PER_MS)
#define COST_ROUNDS    50
#define COST_READINGS  1000

int bench_worker_core;
int bench_client_core;

static double ns_per_tick = 1;
static double tick_cost; /* ticks between two readings with nothing in between */
static cpu_set_t allowed;

#if !defined(__x86_64__)
uint64_t bench_ticks(void)
{
    return chi_clock_now_ns();
}
#endif

_Noreturn void bench_die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("chi_bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

void bench_check(int rc, const char *what)
{
    if (rc < 0)
        bench_die("%s: %s", what, *chi_last_error() ? chi_last_error() : chi_strerror(rc));
}

/* ---- time and order */

static int compare_ticks(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
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

double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare_doubles);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static void calibrate(void)
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

void bench_measure_init(void)
{
    int cores[2];
    int found = 0;

    if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
        bench_die("cannot ask which cores this process may use: %s", strerror(errno));
    for (int core = 0; core < CPU_SETSIZE && found < 2; core++)
        if (CPU_ISSET(core, &allowed))
            cores[found++] = core;
    if (found < 2)
        bench_die("this takes two cores, and this process may use one only");
    bench_worker_core = cores[0];
    bench_client_core = cores[1];
    calibrate();
}

void bench_sleep_ms(unsigned ms)
{
    struct timespec duration = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&duration, &duration) < 0 && errno == EINTR)
        ;
}

void bench_poll_for(uint64_t duration_ns)
{
    uint64_t end = chi_clock_now_ns() + duration_ns;
    while (chi_clock_now_ns() < end)
        chi_cpu_pause();
}

/* ---- cores and processes */

void bench_swap_cores(void)
{
    int core = bench_worker_core;
    bench_worker_core = bench_client_core;
    bench_client_core = core;
}

void bench_pin(pid_t tid, int core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(tid, sizeof(set), &set) < 0)
        bench_die("cannot pin thread %d to core %d: %s", (int)tid, core, strerror(errno));
}

void bench_unpin(void)
{
    if (sched_setaffinity(0, sizeof(allowed), &allowed) < 0)
        bench_die("cannot set the cores: %s", strerror(errno));
}

pid_t bench_fork(void (*body)(void *context), void *context)
{
    pid_t parent = getpid();
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        bench_die("cannot fork: %s", strerror(errno));
    if (child > 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent)
        body(context);
    fflush(NULL);
    _exit(EXIT_SUCCESS);
}

void bench_join(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            bench_die("cannot wait for process %d: %s", (int)child, strerror(errno));
    if (WIFSIGNALED(status))
        bench_die("process %d was killed by signal %d", (int)child, WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        exit(EXIT_FAILURE); /* it said why */
}

void *bench_shared_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        bench_die("cannot map %zu bytes: %s", size, strerror(errno));
    memset(memory, 0, size);
    return memory;
}
