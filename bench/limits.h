/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bare limits: the least that the machine asks for what a figure does, without any of our code.
 * Each uses two processes on the cores of worker and client; the caller is the client, and the
 * partner does the rest (partner.h).
 */
#ifndef BENCH_LIMITS_H
#define BENCH_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* Before the partner is forked. */
void bench_limits_init(void);

/*
 * Round trip of one word each way through shared memory, on cache lines of their own, both sides
 * polling; with a pause between polls or without, whichever is faster. Median, ns.
 */
double bench_limit_ping_pong(void);

/*
 * Waking a process that sleeps in read() on an eventfd: from before the write() until a word that
 * the woken process stores is seen. The caller polls for `idle_ns` before each. Median, ns.
 */
double bench_limit_wake(uint32_t count, uint64_t idle_ns);

/*
 * Copying `size` bytes of shared memory that the caller has just written, on the worker's core, to
 * one after another of `places` places in private memory. The copy alone; median, ns. Always the
 * same `size` and `places`.
 */
double bench_limit_memcpy(size_t size, size_t places, uint32_t count);

/* Two atomic exchanges of a word that nobody else touches, on the worker's core. Mean, ns. */
double bench_limit_exchange_pair(void);

/* From one fiber to another and back, on the worker's core. Mean, ns. */
double bench_limit_fiber_switch(void);

#endif
