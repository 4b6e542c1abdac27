/* SPDX-License-Identifier: BSD-3-Clause */
/* Slices of a figure and of its limits, in turns, until enough are kept. */
#ifndef BENCH_REPEAT_H
#define BENCH_REPEAT_H

#include "daemon.h"
#include "figure.h"

#define BENCH_SLICE_NS (40 * UINT64_C(1000000)) /* about what a slice takes */

/* One slice of a figure. */
struct bench_sample {
    double value;
    double p99;   /* in the value's unit; negative, as it comes: there is none */
    double limit; /* where the method has no function for it */
};

/* How a figure is measured. */
struct bench_method {
    void (*run)(void *context, struct bench_sample *sample); /* one slice */
    /* In the figure's unit. NULL: `run` sets it. */
    double (*limit)(void *context, double ping_pong_ns);
    /* Likewise; NULL: there is none. */
    double (*floor)(void *context);
    void *context;
    const struct bench_daemon *daemon; /* the one that is measured; NULL: none for long */
    bool two_cores;    /* the distance between the cores matters: a ping-pong goes along */
    bool steady;       /* a limit that changes by more than a quarter drops the slice */
    bool rate;         /* the value is operations a second */
    bool slow;         /* a slice takes longer, half a second and more: an eighth of them will do */
    uint64_t waits_ns; /* cores serve others so long in each slice, without a disturbance */
    bool others_submit; /* children of this thread, which waits for them */
    bool shares_cores;  /* its threads wait for each other's cores, and that is measured */
};

/*
 * Measures slices until as many are kept as the options want, for at most some seconds, and adds
 * them to the result. What is dropped is counted.
 */
void bench_repeat(const struct bench_options *options, const struct bench_method *method,
                  struct bench_result *result);

#endif
