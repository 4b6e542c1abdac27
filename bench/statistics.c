/* SPDX-License-Identifier: BSD-3-Clause */
#include "statistics.h"

#include <stdbool.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* `values` are sorted; `part` is 0 to 1. */
static double quantile(const double *values, size_t count, double part)
{
    double place = (double)(count - 1) * part;
    size_t below = (size_t)place;
    if (below + 1 >= count)
        return values[count - 1];
    return values[below] + (values[below + 1] - values[below]) * (place - (double)below);
}

struct bench_quartiles bench_quartiles_of(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return (struct bench_quartiles){.low = quantile(values, count, 0.25),
                                    .median = quantile(values, count, 0.5),
                                    .high = quantile(values, count, 0.75)};
}

double bench_median(double *values, size_t count)
{
    return bench_quartiles_of(values, count).median;
}

static bool is_within(double value, const struct bench_quartiles *quartiles)
{
    return value >= quartiles->low && value <= quartiles->high;
}

struct bench_change bench_change_of(const struct bench_quartiles *before,
                                    const struct bench_quartiles *after)
{
    struct bench_change change = {0};
    if (before->median != 0)
        change.percent = (after->median / before->median - 1) * 100;
    if (!is_within(after->median, before) && !is_within(before->median, after))
        change.direction = after->median > before->median ? 1 : -1;
    return change;
}
