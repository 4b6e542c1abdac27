/* SPDX-License-Identifier: BSD-3-Clause */
/* Cores, child processes, memory they share, and how this program ends on an error. */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Where workers and clients are pinned: two cores that this process may use. */
extern int bench_worker_core;
extern int bench_client_core;

/* Picks the cores; exits where there are not two. */
void bench_cores_init(void);

/* Lets them change places, for threads that are pinned from now on. */
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

/* The same, with chi_last_error(), unless `rc` is 0 or more. */
void bench_check(int rc, const char *what);

/* malloc() that dies where there is no memory. */
void *bench_alloc(size_t size);

#endif
