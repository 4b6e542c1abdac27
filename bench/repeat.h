/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs of a figure and of its bare limit, in turns, and what becomes of them. */
#ifndef BENCH_REPEAT_H
#define BENCH_REPEAT_H

#include "daemon.h"
#include "figure.h"

enum bench_verdict {
    BENCH_COUNTS,
    BENCH_DISTURBED, /* counts only where nothing better is to be had */
    BENCH_NOT_RUN,   /* the conditions were not there */
};

/*
 * Calls `run` until so many samples count. Disturbed ones do after a while, and are noted then.
 * Gives the sample with the median ratio, and notes how far apart they lay.
 */
void bench_repeat(const struct bench_options *options,
                  enum bench_verdict (*run)(void *context, struct bench_sample *sample),
                  void *context, struct bench_result *result);

/* A figure with a limit that is measured before and after each run. */
struct bench_pair {
    void (*run)(void *context, struct bench_sample *sample); /* sets value and p99 */
    double (*limit)(void *context);                          /* in the figure's unit */
    void *context;
    const struct bench_daemon *daemon; /* the one that is measured; NULL: none for long */
    bool steady; /* where the two limits differ by more than a quarter, the host has moved the cores
                    meanwhile, and the run is disturbed */
};

/*
 * The same for a pair; its limit is the mean of the two. Holds runs to the cores asked for. A run
 * is disturbed where others took this thread's or the daemon's core.
 */
void bench_repeat_pair(const struct bench_options *options, const struct bench_pair *pair,
                       struct bench_result *result);

/* Adds to the result's note. */
void bench_note(struct bench_result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
