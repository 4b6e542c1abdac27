/* SPDX-License-Identifier: BSD-3-Clause */
/* Order statistics. Functions of their arguments alone. */
#ifndef BENCH_STATISTICS_H
#define BENCH_STATISTICS_H

#include <stddef.h>

struct bench_quartiles {
    double low; /* a quarter of the values is below */
    double median;
    double high; /* a quarter is above */
};

/* Sorts `values`, of which there is at least one. Interpolates between two neighbours. */
struct bench_quartiles bench_quartiles_of(double *values, size_t count);

/* Sorts `values`, likewise. */
double bench_median(double *values, size_t count);

/* How two sets of slices of one figure differ. */
struct bench_change {
    double percent; /* from the median before to the median after; 0 where it was 0 before */
    int direction;  /* -1, 1: both medians lie outside the other's quartiles; else 0 */
};
struct bench_change bench_change_of(const struct bench_quartiles *before,
                                    const struct bench_quartiles *after);

#endif
