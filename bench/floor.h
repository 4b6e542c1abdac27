/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The floor model: what tasks could cost at least in this design. An ingress lane and a line of 64
 * bytes for each task, written by the caller, pushed, taken and copied by the partner, marked done,
 * seen done; the project's own lane, and nothing else: no checks, routing, allocator, fibers. Each
 * measures with several lengths of pauses between polls, and takes the best.
 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <stdint.h>

#define BENCH_FLOOR_OUTSTANDING_MAX 256u

/* One at a time. Median, ns. */
double bench_floor_round_trip(void);

/* So many on their way, the oldest waited for and replaced by a new one. Tasks a second. */
double bench_floor_rate(uint32_t outstanding);

#endif
