/* SPDX-License-Identifier: BSD-3-Clause */
/* How results are printed. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "figure.h"

enum bench_form {
    BENCH_FORM_TEXT,
    BENCH_FORM_JSON,     /* one object a line */
    BENCH_FORM_MARKDOWN, /* a table, as in docs/performance.md */
};

void bench_report_begin(enum bench_form form);

/* A line for each kind of cores that the figure was measured on. */
void bench_report(enum bench_form form, const struct bench_figure *figure,
                  const struct bench_result *result);

/* One kind of cores as a JSON object on a line; NULL: one that was not measured. */
void bench_report_json(const struct bench_figure *figure, const struct bench_result *result,
                       const struct bench_summary *summary);

/* Four digits that count, with a k, M or G where the number is a large one. Returns `text`. */
const char *bench_number_text(double value, char text[24]);

/* The figures there are, with what they measure. */
void bench_report_list(void);

#endif
