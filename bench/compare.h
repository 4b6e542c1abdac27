/* SPDX-License-Identifier: BSD-3-Clause */
/* Results beside those of an earlier run. */
#ifndef BENCH_COMPARE_H
#define BENCH_COMPARE_H

#include "baseline.h"
#include "report.h"

/* As text or Markdown. */
void bench_compare_begin(enum bench_form form);

/* A line for each kind of cores, and one for what is above the floor model. */
void bench_compare(enum bench_form form, const struct bench_baseline *baseline,
                   const struct bench_figure *figure, const struct bench_result *result);

#endif
