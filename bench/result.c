/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of the slices of a figure. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "figure.h"

#define FEWEST_PART 8u /* fewer kept than this part of the wanted are no figure */

void bench_note(struct bench_result *result, const char *format, ...)
{
    size_t used = strlen(result->note);
    if (used > 0 && used + 2 < sizeof(result->note)) {
        strcat(result->note, "; ");
        used += 2;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(result->note + used, sizeof(result->note) - used, format, arguments);
    va_end(arguments);
}

void bench_sum_up(struct bench_result *result)
{
    unsigned fewest = (result->wanted + FEWEST_PART - 1) / FEWEST_PART;
    for (unsigned i = 0; i <= BENCH_CORES_FAR; i++) {
        enum bench_cores cores = (enum bench_cores)i;
        struct bench_summary *summary = &result->summaries[result->summary_count];
        bench_summarize(result->kept, result->kept_count, cores, result->rate, summary,
                        &result->dropped[BENCH_MOVED]);
        if (summary->kept == 0)
            continue;
        if (summary->kept >= fewest)
            result->summary_count++;
        else
            bench_note(result, "too few with %s cores: %u", bench_cores_name(cores), summary->kept);
    }
}
