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
void bench_report(enum bench_form form, const struct bench_figure *figure,
                  const struct bench_result *result);

/* The figures there are, with what they measure. */
void bench_report_list(void);

#endif
