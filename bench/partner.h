/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A process on the worker's core, for limits: it does what the worker does in the figure, and
 * sleeps while the figure is measured. One for the whole figure, because a fork costs milliseconds.
 * Begun before this process attaches, so that it holds nothing of a client.
 */
#ifndef BENCH_PARTNER_H
#define BENCH_PARTNER_H

#include <stddef.h>
#include <sys/types.h>

/* Forks it. */
void bench_partner_init(void);

/* Memory that both have at the same address: zeroed, on cache lines of its own, kept to the end. */
void *bench_partner_memory(size_t size);

/* Has it run `job` on the worker's core. `context` is bench_partner_memory(). */
void bench_partner_start(void (*job)(void *context), void *context);

/* Waits for that. The caller polls; exits where the job has failed. */
void bench_partner_join(void);

pid_t bench_partner_pid(void);

#endif
