/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs figures, each in processes of its own with all that they start, and clears up behind them,
 * whether they end well, fail, hang or a signal ends the program.
 */
#ifndef BENCH_SUPERVISE_H
#define BENCH_SUPERVISE_H

#include "figure.h"

/* Makes the folder of this run and takes over signals. Before anything is started. Exits on
 * failure. */
void bench_supervise_init(void);

/* Measures and sums up. 0, or -1 where the figure failed and has said why. On a signal: clears up
 * and dies of it. */
int bench_supervise(const struct bench_figure *figure, const struct bench_options *options,
                    struct bench_result *result);

/* Removes the folder. */
void bench_supervise_fini(void);

#endif
