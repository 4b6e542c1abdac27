/* SPDX-License-Identifier: BSD-3-Clause */
/* Results as text for people and as a table for the documentation. */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *bench_number_text(double value, char text[24])
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

/* Slices that were not kept. */
static unsigned count_dropped(const struct bench_result *result)
{
    unsigned count = 0;
    for (unsigned i = 0; i < BENCH_FATES; i++)
        count += result->dropped[i];
    return count;
}

/* "566.0 (560.2 to 571.3)" */
static const char *quartiles_text(const struct bench_quartiles *quartiles, char text[80])
{
    char low[24], median[24], high[24];
    snprintf(text, 80, "%s (%s to %s)", bench_number_text(quartiles->median, median),
             bench_number_text(quartiles->low, low), bench_number_text(quartiles->high, high));
    return text;
}

static const char *required_text(const struct bench_figure *figure, char text[24])
{
    text[0] = '\0';
    if (figure->bound != BENCH_BOUND_NONE)
        snprintf(text, 24, "%s %g", figure->bound == BENCH_BOUND_AT_MOST ? "≤" : "≥",
                 figure->required);
    return text;
}

static bool is_met(const struct bench_figure *figure, double ratio)
{
    return figure->bound == BENCH_BOUND_NONE ||
           (figure->bound == BENCH_BOUND_AT_MOST ? ratio <= figure->required
                                                 : ratio >= figure->required);
}

/* "12 stolen, 3 preempted"; "" where none was dropped. */
static const char *dropped_text(const struct bench_result *result, char text[128])
{
    static const char *const names[] = {[BENCH_STOLEN] = "stolen by the host",
                                        [BENCH_PREEMPTED] = "preempted",
                                        [BENCH_MOVED] = "moved",
                                        [BENCH_ELSEWHERE] = "on other cores"};
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = BENCH_STOLEN; i < BENCH_FATES; i++)
        if (result->dropped[i] > 0)
            used += (size_t)snprintf(text + used, 128 - used, "%s%u %s", used > 0 ? ", " : "",
                                     result->dropped[i], names[i]);
    return text;
}

void bench_report_begin(enum bench_form form)
{
    if (form == BENCH_FORM_MARKDOWN)
        puts("| name | cores | value (quartiles) | unit | bare limit | ratio | required | "
             "ns above floor (quartiles) | p99 | kept |\n"
             "|---|---|--:|---|--:|--:|--:|--:|--:|--:|");
    else if (form == BENCH_FORM_TEXT)
        printf("%-22s %-5s %-34s %-8s %9s %6s %9s %26s %9s %8s\n", "name", "cores",
               "value (quartiles)", "unit", "limit", "ratio", "required", "ns above floor", "p99",
               "kept");
}

/* The texts of a line. */
struct cells {
    char value[80];
    char limit[24];
    char required[24];
    char above[80];
    char p99[24];
    char kept[24];
};

static void fill_cells(const struct bench_figure *figure, const struct bench_result *result,
                       const struct bench_summary *summary, struct cells *cells)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < result->summary_count; i++)
        kept += result->summaries[i].kept;
    *cells = (struct cells){0};
    quartiles_text(&summary->value, cells->value);
    bench_number_text(summary->limit.median, cells->limit);
    required_text(figure, cells->required);
    if (summary->has_floor)
        quartiles_text(&summary->above_ns, cells->above);
    if (summary->p99 >= 0)
        bench_number_text(summary->p99, cells->p99);
    snprintf(cells->kept, sizeof(cells->kept), "%u/%u", summary->kept,
             kept + count_dropped(result));
}

static void report_markdown(const struct bench_figure *figure, const struct bench_result *result)
{
    for (unsigned i = 0; i < result->summary_count; i++) {
        const struct bench_summary *summary = &result->summaries[i];
        struct cells cells;
        fill_cells(figure, result, summary, &cells);
        printf("| `%s` | %s | %s | %s | %s | %.2f | %s | %s | %s | %s |\n", figure->name,
               bench_cores_name(summary->cores), cells.value, figure->unit, cells.limit,
               summary->ratio.median, cells.required, cells.above, cells.p99, cells.kept);
    }
    if (result->summary_count == 0)
        printf("| `%s` | | | %s | | | | | | 0/%u |\n", figure->name, figure->unit,
               count_dropped(result));
}

static void report_text(const struct bench_figure *figure, const struct bench_result *result)
{
    char dropped[128];
    for (unsigned i = 0; i < result->summary_count; i++) {
        const struct bench_summary *summary = &result->summaries[i];
        struct cells cells;
        fill_cells(figure, result, summary, &cells);
        /* The sign of `required` is three bytes wide and one column. */
        int width = figure->bound == BENCH_BOUND_NONE ? 9 : 11;
        printf("%-22s %-5s %-34s %-8s %9s %6.2f %*s %26s %9s %8s%s\n", figure->name,
               bench_cores_name(summary->cores), cells.value, figure->unit, cells.limit,
               summary->ratio.median, width, cells.required, cells.above, cells.p99, cells.kept,
               is_met(figure, summary->ratio.median) ? "" : "  MISSED");
    }
    if (result->summary_count == 0)
        printf("%-22s not measured\n", figure->name);
    dropped_text(result, dropped);
    if (*dropped)
        printf("%-22s dropped: %s\n", "", dropped);
    if (*result->note)
        printf("%-22s %s\n", "", result->note);
}

void bench_report(enum bench_form form, const struct bench_figure *figure,
                  const struct bench_result *result)
{
    if (form == BENCH_FORM_MARKDOWN) {
        report_markdown(figure, result);
    } else if (form == BENCH_FORM_TEXT) {
        report_text(figure, result);
    } else {
        for (unsigned i = 0; i < result->summary_count; i++)
            bench_report_json(figure, result, &result->summaries[i]);
        if (result->summary_count == 0)
            bench_report_json(figure, result, NULL);
    }
    fflush(stdout);
}

void bench_report_list(void)
{
    for (unsigned i = 0; i < bench_figure_count; i++) {
        const struct bench_figure *figure = &bench_figures[i];
        printf("%-22s %s, %s\n%-22s limit: %s\n", figure->name, figure->about, figure->unit, "",
               figure->limit);
    }
}
