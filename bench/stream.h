/* SPDX-License-Identifier: BSD-3-Clause */
/* A stream of empty tasks: always so many on their way, the oldest waited for, freed and replaced
 * by a new one. */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

#include <stdint.h>

#include "chimaera/types.h"

#define BENCH_STREAM_MAX 256u

/*
 * Keeps `outstanding` tasks on their way for `duration_ns`, submitting `batch` at a time (a divisor
 * of `outstanding`; 1: one by one). Returns tasks per second.
 */
double bench_stream(chi_pool_id_t pool, uint32_t outstanding, uint32_t batch, uint64_t duration_ns);

/* The same one by one, each with another hash as its pool query. */
double bench_stream_hashed(chi_pool_id_t pool, uint32_t outstanding, uint64_t duration_ns);

/*
 * The same from `clients` processes at a time, each attached to the daemon of this process's
 * environment and pinned to `core` (negative: not pinned). Returns the sum. `spread`, if not NULL,
 * is set to the slowest client's part of the average.
 */
double bench_stream_from(uint32_t clients, int core, uint32_t outstanding, uint64_t duration_ns,
                         double *spread);

#endif
