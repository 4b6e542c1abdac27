/* SPDX-License-Identifier: BSD-3-Clause */
/* Results as JSON: one object a line, which baseline.c reads again. */
#include <stdio.h>

#include "base/json.h"
#include "process.h"
#include "report.h"

#define DIGITS 6

static void write_quartiles(struct chi_json *json, const char *key,
                            const struct bench_quartiles *quartiles)
{
    chi_json_key(json, key);
    chi_json_object_begin(json);
    chi_json_member_double(json, "low", quartiles->low, DIGITS);
    chi_json_member_double(json, "median", quartiles->median, DIGITS);
    chi_json_member_double(json, "high", quartiles->high, DIGITS);
    chi_json_object_end(json);
}

static void write_summary(struct chi_json *json, const struct bench_summary *summary)
{
    chi_json_member_string(json, "cores", bench_cores_name(summary->cores));
    write_quartiles(json, "value", &summary->value);
    write_quartiles(json, "limit", &summary->limit);
    write_quartiles(json, "ratio", &summary->ratio);
    if (summary->has_floor) {
        write_quartiles(json, "floor", &summary->floor);
        write_quartiles(json, "above_floor_ns", &summary->above_ns);
    }
    if (summary->p99 >= 0)
        chi_json_member_double(json, "p99", summary->p99, DIGITS);
    if (summary->ping_pong_ns > 0)
        chi_json_member_double(json, "ping_pong_ns", summary->ping_pong_ns, DIGITS);
}

static void write_slices(struct chi_json *json, const struct bench_result *result, unsigned kept)
{
    chi_json_key(json, "slices");
    chi_json_object_begin(json);
    chi_json_member_u64(json, "kept", kept);
    chi_json_member_u64(json, "stolen", result->dropped[BENCH_STOLEN]);
    chi_json_member_u64(json, "preempted", result->dropped[BENCH_PREEMPTED]);
    chi_json_member_u64(json, "moved", result->dropped[BENCH_MOVED]);
    chi_json_member_u64(json, "other_cores", result->dropped[BENCH_ELSEWHERE]);
    chi_json_object_end(json);
}

void bench_report_json(const struct bench_figure *figure, const struct bench_result *result,
                       const struct bench_summary *summary)
{
    struct chi_json json;
    chi_json_init(&json, chi_json_to_file, stdout);
    chi_json_object_begin(&json);
    chi_json_member_string(&json, "name", figure->name);
    chi_json_member_string(&json, "unit", figure->unit);
    if (summary != NULL)
        write_summary(&json, summary);
    if (figure->bound != BENCH_BOUND_NONE)
        chi_json_member_double(
            &json, figure->bound == BENCH_BOUND_AT_MOST ? "ratio_at_most" : "ratio_at_least",
            figure->required, DIGITS);
    write_slices(&json, result, summary != NULL ? summary->kept : 0);
    if (*result->note)
        chi_json_member_string(&json, "note", result->note);
    chi_json_object_end(&json);
    if (chi_json_end(&json) < 0 || putchar('\n') == EOF)
        bench_die("cannot write the results");
}
