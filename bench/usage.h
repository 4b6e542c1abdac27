/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kernel says of threads and cores, from /proc. */
#ifndef BENCH_USAGE_H
#define BENCH_USAGE_H

#include <stdint.h>
#include <sys/types.h>

/* What threads have used so far. */
struct bench_usage {
    uint64_t cpu_ns;
    uint64_t waited_ns; /* of the thread that used most: ready to run, while others had the core */
    uint64_t wake_ups;
};

/* Of all threads of a process. */
struct bench_usage bench_usage_of(pid_t pid);

/* Of the calling thread. */
struct bench_usage bench_own_usage(void);

/* What the host has taken from the cores of worker and client so far, in hundredths of a second; 0
 * where it does not say. */
uint64_t bench_stolen_ticks(void);

/* Calls `visit` with the id of each thread of a process. */
void bench_each_thread(pid_t pid, void (*visit)(pid_t pid, pid_t tid, void *context),
                       void *context);

#endif
