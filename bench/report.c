/* SPDX-License-Identifier: BSD-3-Clause */
/* Results as text for people, as JSON for programs, as a table for the documentation. */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Four digits that count, with a k, M or G where the number is a large one. */
static const char *number_text(double value, char text[24])
{
    static const char *const suffixes[] = {"", " k", " M", " G"};
    int suffix = 0;
    while (fabs(value) >= 10000 && suffix < 3) {
        value /= 1000;
        suffix++;
    }
    int digits = fabs(value) >= 1000 ? 0 : fabs(value) >= 100 ? 1 : fabs(value) >= 10 ? 2 : 3;
    snprintf(text, 24, "%.*f%s", digits, value, suffixes[suffix]);
    return text;
}

static double ratio_of(const struct bench_result *result)
{
    return result->median.limit > 0 ? result->median.value / result->median.limit : 0;
}

static const char *required_text(const struct bench_figure *figure, char text[24])
{
    if (figure->bound == BENCH_BOUND_NONE)
        return "";
    snprintf(text, 24, "%s %g", figure->bound == BENCH_BOUND_AT_MOST ? "≤" : "≥", figure->required);
    return text;
}

static bool is_met(const struct bench_figure *figure, double ratio)
{
    return figure->bound == BENCH_BOUND_NONE ||
           (figure->bound == BENCH_BOUND_AT_MOST ? ratio <= figure->required
                                                 : ratio >= figure->required);
}

void bench_report_begin(enum bench_form form)
{
    if (form == BENCH_FORM_MARKDOWN)
        puts("| name | value | unit | bare limit | ratio | required | p99 | runs | also |\n"
             "|---|--:|---|--:|--:|--:|--:|--:|---|");
    else if (form == BENCH_FORM_TEXT)
        printf("%-21s %10s %-8s %10s %7s %9s %10s %5s\n", "name", "value", "unit", "limit", "ratio",
               "required", "p99", "runs");
}

static void report_json(const struct bench_figure *figure, const struct bench_result *result)
{
    printf("{\"name\": \"%s\", \"value\": %.6g, \"unit\": \"%s\", \"limit\": %.6g, "
           "\"ratio\": %.4g, \"p99\": ",
           figure->name, result->median.value, figure->unit, result->median.limit,
           ratio_of(result));
    if (result->median.p99 >= 0)
        printf("%.6g", result->median.p99);
    else
        fputs("null", stdout);
    printf(", \"runs\": %u", result->runs);
    if (*result->note)
        printf(", \"note\": \"%s\"", result->note);
    puts("}");
}

static void report_skipped(enum bench_form form, const struct bench_figure *figure,
                           const struct bench_result *result)
{
    if (form == BENCH_FORM_JSON)
        printf("{\"name\": \"%s\", \"runs\": 0, \"note\": \"%s\"}\n", figure->name, result->note);
    else if (form == BENCH_FORM_MARKDOWN)
        printf("| `%s` | | %s | | | | | 0 | %s |\n", figure->name, figure->unit, result->note);
    else
        printf("%-21s %s\n", figure->name, result->note);
    fflush(stdout);
}

void bench_report(enum bench_form form, const struct bench_figure *figure,
                  const struct bench_result *result)
{
    char value[24];
    char limit[24];
    char p99[24] = "";
    char required[24];
    double ratio = ratio_of(result);

    if (result->runs == 0) {
        report_skipped(form, figure, result);
        return;
    }
    number_text(result->median.value, value);
    number_text(result->median.limit, limit);
    required_text(figure, required);
    if (result->median.p99 >= 0)
        number_text(result->median.p99, p99);
    if (form == BENCH_FORM_JSON) {
        report_json(figure, result);
    } else if (form == BENCH_FORM_MARKDOWN) {
        printf("| `%s` | %s | %s | %s | %.2f | %s | %s | %u | %s |\n", figure->name, value,
               figure->unit, limit, ratio, figure->bound == BENCH_BOUND_NONE ? "" : required, p99,
               result->runs, result->note);
    } else {
        /* The sign of `required` is three bytes wide and one column. */
        int width = figure->bound == BENCH_BOUND_NONE ? 9 : 11;
        printf("%-21s %10s %-8s %10s %7.2f %*s %10s %5u%s\n", figure->name, value, figure->unit,
               limit, ratio, width, figure->bound == BENCH_BOUND_NONE ? "" : required, p99,
               result->runs, is_met(figure, ratio) ? "" : "  MISSED");
        if (*result->note)
            printf("%-21s %s\n", "", result->note);
    }
    fflush(stdout);
}

void bench_report_list(void)
{
    for (unsigned i = 0; i < bench_figure_count; i++) {
        const struct bench_figure *figure = &bench_figures[i];
        printf("%-21s %s, %s\n%-21s limit: %s\n", figure->name, figure->about, figure->unit, "",
               figure->limit);
    }
}
