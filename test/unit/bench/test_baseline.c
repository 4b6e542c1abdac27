/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading an earlier run's results. */
#include "bench/baseline.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/cmocka_all.h"

static char path[64];

/* Reads what a file with this text gives. */
static struct bench_baseline *read_text(const char *text, char error[256])
{
    snprintf(path, sizeof(path), "/tmp/chi_test_baseline-%d", (int)getpid());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    struct bench_baseline *baseline = bench_baseline_read(path, error);
    unlink(path);
    return baseline;
}

#ifdef CHI_HAVE_JANSSON

static const char results[] =
    "{\"name\":\"task_rtt\",\"unit\":\"ns\",\"cores\":\"near\",\"value\":{\"low\":200,"
    "\"median\":210.5,\"high\":220},\"above_floor_ns\":{\"low\":90,\"median\":100,\"high\":110},"
    "\"slices\":{\"kept\":40,\"stolen\":1}}\n"
    "{\"name\":\"task_rtt\",\"unit\":\"ns\",\"cores\":\"far\",\"value\":{\"low\":400,"
    "\"median\":410,\"high\":420},\"slices\":{\"kept\":7},\"new\":[1]}\n"
    "\n"
    "{\"name\":\"startup\",\"unit\":\"ms\",\"slices\":{\"kept\":0,\"preempted\":80}}\n";

static void figures_are_found_by_name_and_cores(void **state)
{
    char error[256] = "";
    struct bench_earlier earlier;
    (void)state;
    struct bench_baseline *baseline = read_text(results, error);
    assert_string_equal(error, "");
    assert_non_null(baseline);
    assert_true(bench_baseline_find(baseline, "task_rtt", BENCH_CORES_NEAR, &earlier));
    assert_float_equal(earlier.value.low, 200, 1e-9);
    assert_float_equal(earlier.value.median, 210.5, 1e-9);
    assert_float_equal(earlier.value.high, 220, 1e-9);
    assert_true(earlier.has_floor);
    assert_float_equal(earlier.above_ns.median, 100, 1e-9);
    assert_int_equal(earlier.kept, 40);
    assert_true(bench_baseline_find(baseline, "task_rtt", BENCH_CORES_FAR, &earlier));
    assert_float_equal(earlier.value.median, 410, 1e-9);
    assert_false(earlier.has_floor);
    assert_int_equal(earlier.kept, 7);
    bench_baseline_free(baseline);
}

static void what_was_not_measured_is_not_found(void **state)
{
    char error[256];
    struct bench_earlier earlier;
    (void)state;
    struct bench_baseline *baseline = read_text(results, error);
    assert_false(bench_baseline_find(baseline, "task_rtt", BENCH_CORES_ANY, &earlier));
    assert_false(bench_baseline_find(baseline, "startup", BENCH_CORES_ANY, &earlier));
    assert_false(bench_baseline_find(baseline, "attach", BENCH_CORES_ANY, &earlier));
    bench_baseline_free(baseline);
}

static void a_file_of_something_else_is_refused_by_object(void **state)
{
    char error[256];
    (void)state;
    assert_null(read_text("{\"name\":\"a\",\"slices\":{}}\nno JSON\n", error));
    assert_non_null(strstr(error, "object 2"));
    assert_null(read_text("{\"name\":\"task_rtt\",\"value\":3}\n", error));
    assert_non_null(strstr(error, "object 1"));
    assert_null(read_text("[1, 2]", error));
}

static void an_empty_file_has_no_figures(void **state)
{
    char error[256];
    struct bench_earlier earlier;
    (void)state;
    struct bench_baseline *baseline = read_text("\n", error);
    assert_non_null(baseline);
    assert_false(bench_baseline_find(baseline, "task_rtt", BENCH_CORES_ANY, &earlier));
    bench_baseline_free(baseline);
}

#else

static void without_a_library_to_read_them_files_are_refused(void **state)
{
    char error[256];
    (void)state;
    assert_null(read_text("", error));
    assert_non_null(strstr(error, "jansson"));
}

#endif

static void a_file_that_is_not_there_is_an_error(void **state)
{
    char error[256];
    (void)state;
    assert_null(bench_baseline_read("/nowhere/results.json", error));
    assert_true(strlen(error) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef CHI_HAVE_JANSSON
        cmocka_unit_test(figures_are_found_by_name_and_cores),
        cmocka_unit_test(what_was_not_measured_is_not_found),
        cmocka_unit_test(a_file_of_something_else_is_refused_by_object),
        cmocka_unit_test(an_empty_file_has_no_figures),
#else
        cmocka_unit_test(without_a_library_to_read_them_files_are_refused),
#endif
        cmocka_unit_test(a_file_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
