/* SPDX-License-Identifier: BSD-3-Clause */
#include "compare.h"

#include <stdio.h>

struct row {
    const char *name;
    const char *cores;
    const char *unit;
    bool more_is_better;
};

void bench_compare_begin(enum bench_form form)
{
    if (form == BENCH_FORM_MARKDOWN)
        puts("\n| name | cores | before | after | unit | change | beside the quartiles |\n"
             "|---|---|--:|--:|---|--:|---|");
    else
        printf("\n%-22s %-5s %10s %10s %-20s %9s  %s\n", "name", "cores", "before", "after", "unit",
               "change", "beside the quartiles");
}

static const char *verdict_of(const struct row *row, const struct bench_change *change)
{
    if (change->direction == 0)
        return "within";
    return (change->direction > 0) == row->more_is_better ? "better" : "worse";
}

static void print_row(enum bench_form form, const struct row *row,
                      const struct bench_quartiles *before, const struct bench_quartiles *after)
{
    char before_text[24], after_text[24];
    struct bench_change change = bench_change_of(before, after);
    bench_number_text(before->median, before_text);
    bench_number_text(after->median, after_text);
    printf(form == BENCH_FORM_MARKDOWN ? "| `%s` | %s | %s | %s | %s | %+.1f %% | %s |\n"
                                       : "%-22s %-5s %10s %10s %-20s %+7.1f %%  %s\n",
           row->name, row->cores, before_text, after_text, row->unit, change.percent,
           verdict_of(row, &change));
}

void bench_compare(enum bench_form form, const struct bench_baseline *baseline,
                   const struct bench_figure *figure, const struct bench_result *result)
{
    for (unsigned i = 0; i < result->summary_count; i++) {
        const struct bench_summary *summary = &result->summaries[i];
        struct row row = {.name = figure->name,
                          .cores = bench_cores_name(summary->cores),
                          .unit = figure->unit,
                          .more_is_better = bench_figure_is_rate(figure)};
        struct bench_earlier earlier;
        if (!bench_baseline_find(baseline, figure->name, summary->cores, &earlier)) {
            printf(form == BENCH_FORM_MARKDOWN ? "| `%s` | %s | | | | | not measured before |\n"
                                               : "%-22s %-5s not measured before\n",
                   row.name, row.cores);
            continue;
        }
        print_row(form, &row, &earlier.value, &summary->value);
        if (!earlier.has_floor || !summary->has_floor)
            continue;
        row.unit = "ns above floor";
        row.more_is_better = false;
        print_row(form, &row, &earlier.above_ns, &summary->above_ns);
    }
    fflush(stdout);
}
