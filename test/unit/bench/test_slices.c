/* SPDX-License-Identifier: BSD-3-Clause */
/* Which slices of a figure are kept, and what the kept ones say. */
#include "bench/slices.h"

#include "support/cmocka_all.h"

#define MS 1000000u

static const double tiny = 1e-6;

/* Quiet, on far cores: 400 ns beside a ping-pong of 300. */
static struct bench_slice quiet(void)
{
    const struct bench_edge edge = {.ping_pong_ns = 300, .limit = 300};
    return (struct bench_slice){
        .value = 400, .p99 = 500, .before = edge, .after = edge, .duration_ns = 120 * MS};
}

static struct bench_slice with_ping_pongs(double before, double after)
{
    struct bench_slice slice = quiet();
    slice.before.ping_pong_ns = before;
    slice.after.ping_pong_ns = after;
    return slice;
}

static enum bench_fate fate_of(struct bench_slice slice)
{
    return bench_slice_fate(&slice, BENCH_CORES_ANY, true);
}

/* ---- fates */

static void a_quiet_slice_is_kept(void **state)
{
    (void)state;
    assert_int_equal(fate_of(quiet()), BENCH_KEPT);
}

static void a_core_that_the_host_took_drops_the_slice(void **state)
{
    (void)state;
    struct bench_slice slice = quiet();
    slice.stolen_ticks = 1;
    assert_int_equal(fate_of(slice), BENCH_STOLEN);
}

static void a_hundredth_of_a_second_stolen_is_little_in_two_seconds(void **state)
{
    (void)state;
    struct bench_slice slice = quiet();
    slice.duration_ns = 2000 * MS;
    slice.stolen_ticks = 4;
    assert_int_equal(fate_of(slice), BENCH_KEPT);
    slice.stolen_ticks = 5;
    assert_int_equal(fate_of(slice), BENCH_STOLEN);
}

static void waiting_for_a_core_drops_the_slice(void **state)
{
    (void)state;
    struct bench_slice slice = quiet();
    slice.waited_ns = 2 * MS;
    assert_int_equal(fate_of(slice), BENCH_PREEMPTED);
}

static void the_little_that_each_wake_up_waits_does_not(void **state)
{
    (void)state;
    struct bench_slice slice = quiet();
    slice.waited_ns = MS / 2;
    assert_int_equal(fate_of(slice), BENCH_KEPT);
}

static void many_wake_ups_may_wait_more(void **state)
{
    (void)state;
    struct bench_slice slice = quiet();
    slice.waited_ns = 2 * MS;
    slice.wake_ups = 200;
    assert_int_equal(fate_of(slice), BENCH_KEPT);
    slice.waited_ns = 3 * MS;
    assert_int_equal(fate_of(slice), BENCH_PREEMPTED);
}

static void a_figure_may_expect_its_threads_to_wait(void **state)
{
    (void)state;
    struct bench_slice slice = quiet();
    slice.waited_ns = 4 * MS;
    slice.expected_ns = 4 * MS;
    assert_int_equal(fate_of(slice), BENCH_KEPT);
    slice.waited_ns = 5 * MS;
    assert_int_equal(fate_of(slice), BENCH_PREEMPTED);
}

static void a_ping_pong_that_changes_by_more_than_a_quarter_drops_the_slice(void **state)
{
    (void)state;
    assert_int_equal(fate_of(with_ping_pongs(300, 374)), BENCH_KEPT);
    assert_int_equal(fate_of(with_ping_pongs(300, 376)), BENCH_MOVED);
    assert_int_equal(fate_of(with_ping_pongs(376, 300)), BENCH_MOVED);
}

static void a_move_between_near_and_far_drops_the_slice(void **state)
{
    (void)state;
    assert_int_equal(fate_of(with_ping_pongs(80, 320)), BENCH_MOVED);
    assert_int_equal(fate_of(with_ping_pongs(190, 210)), BENCH_MOVED); /* a tenth only */
}

static void a_limit_or_floor_that_changes_drops_the_slice_where_it_shall_be_steady(void **state)
{
    (void)state;
    struct bench_slice slice = quiet();
    slice.after.limit = 400;
    assert_int_equal(bench_slice_fate(&slice, BENCH_CORES_ANY, true), BENCH_MOVED);
    assert_int_equal(bench_slice_fate(&slice, BENCH_CORES_ANY, false), BENCH_KEPT);
    slice = quiet();
    slice.before.floor = 350;
    slice.after.floor = 500;
    assert_int_equal(bench_slice_fate(&slice, BENCH_CORES_ANY, true), BENCH_MOVED);
}

static void cores_of_the_other_kind_drop_the_slice_where_one_is_wanted(void **state)
{
    (void)state;
    struct bench_slice slice = quiet();
    assert_int_equal(bench_slice_fate(&slice, BENCH_CORES_FAR, true), BENCH_KEPT);
    assert_int_equal(bench_slice_fate(&slice, BENCH_CORES_NEAR, true), BENCH_ELSEWHERE);
    slice = with_ping_pongs(0, 0); /* the figure does not depend on them */
    assert_int_equal(bench_slice_fate(&slice, BENCH_CORES_NEAR, true), BENCH_KEPT);
}

static void the_ping_pong_tells_near_from_far(void **state)
{
    (void)state;
    assert_int_equal(bench_cores_of(0), BENCH_CORES_ANY);
    assert_int_equal(bench_cores_of(BENCH_FAR_NS - 1), BENCH_CORES_NEAR);
    assert_int_equal(bench_cores_of(BENCH_FAR_NS), BENCH_CORES_FAR);
}

/* ---- summaries */

static void near_and_far_are_summed_up_apart(void **state)
{
    (void)state;
    struct bench_slice slices[6];
    struct bench_summary summary;
    unsigned moved = 0;
    for (int i = 0; i < 6; i++) {
        slices[i] = i % 2 == 0 ? with_ping_pongs(80, 80) : with_ping_pongs(320, 320);
        slices[i].value = i % 2 == 0 ? 200 + i : 400 + i;
    }
    bench_summarize(slices, 6, BENCH_CORES_NEAR, false, &summary, &moved);
    assert_int_equal(summary.kept, 3);
    assert_int_equal(summary.cores, BENCH_CORES_NEAR);
    assert_float_equal(summary.value.median, 202, tiny);
    assert_float_equal(summary.ping_pong_ns, 80, tiny);
    bench_summarize(slices, 6, BENCH_CORES_FAR, false, &summary, &moved);
    assert_int_equal(summary.kept, 3);
    assert_float_equal(summary.value.low, 402, tiny);
    assert_float_equal(summary.value.median, 403, tiny);
    assert_float_equal(summary.value.high, 404, tiny);
    assert_int_equal(moved, 0);
}

static void slices_at_a_third_distance_are_left_out(void **state)
{
    (void)state;
    struct bench_slice slices[5];
    struct bench_summary summary;
    unsigned moved = 0;
    for (int i = 0; i < 5; i++)
        slices[i] = with_ping_pongs(300, 300);
    slices[1] = with_ping_pongs(500, 500);
    slices[1].value = 900;
    bench_summarize(slices, 5, BENCH_CORES_FAR, false, &summary, &moved);
    assert_int_equal(moved, 1);
    assert_int_equal(summary.kept, 4);
    assert_float_equal(summary.value.high, 400, tiny);
}

static void the_ratio_is_taken_slice_by_slice(void **state)
{
    (void)state;
    struct bench_slice slices[3];
    struct bench_summary summary;
    unsigned moved = 0;
    for (int i = 0; i < 3; i++) { /* both twice as slow in the last one */
        slices[i] = quiet();
        slices[i].value = i == 2 ? 800 : 400;
        slices[i].before.limit = i == 2 ? 500 : 250; /* with 700 and 350: */
        slices[i].after.limit = i == 2 ? 700 : 350;  /* 600 and 300 */
    }
    bench_summarize(slices, 3, BENCH_CORES_FAR, false, &summary, &moved);
    assert_float_equal(summary.limit.median, 300, tiny);
    assert_float_equal(summary.ratio.low, 400.0 / 300, tiny);
    assert_float_equal(summary.ratio.high, 400.0 / 300, tiny);
}

static void time_above_the_floor_is_a_difference_of_times(void **state)
{
    (void)state;
    struct bench_slice slice = quiet();
    struct bench_summary summary;
    unsigned moved = 0;
    slice.before.floor = 340;
    slice.after.floor = 360;
    bench_summarize(&slice, 1, BENCH_CORES_FAR, false, &summary, &moved);
    assert_true(summary.has_floor);
    assert_float_equal(summary.above_ns.median, 50, tiny);
}

static void of_rates_it_is_one_of_the_times_that_each_task_takes(void **state)
{
    (void)state;
    struct bench_slice slice = quiet();
    struct bench_summary summary;
    unsigned moved = 0;
    slice.value = 5e6;                            /* 200 ns each */
    slice.before.floor = slice.after.floor = 8e6; /* 125 ns each */
    bench_summarize(&slice, 1, BENCH_CORES_FAR, true, &summary, &moved);
    assert_float_equal(summary.above_ns.median, 75, tiny);
}

static void without_slices_there_is_no_summary(void **state)
{
    (void)state;
    struct bench_slice slice = quiet();
    struct bench_summary summary;
    unsigned moved = 0;
    bench_summarize(&slice, 0, BENCH_CORES_FAR, false, &summary, &moved);
    assert_int_equal(summary.kept, 0);
    bench_summarize(&slice, 1, BENCH_CORES_NEAR, false, &summary, &moved);
    assert_int_equal(summary.kept, 0);
    assert_int_equal(moved, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_slice_is_kept),
        cmocka_unit_test(a_core_that_the_host_took_drops_the_slice),
        cmocka_unit_test(a_hundredth_of_a_second_stolen_is_little_in_two_seconds),
        cmocka_unit_test(waiting_for_a_core_drops_the_slice),
        cmocka_unit_test(the_little_that_each_wake_up_waits_does_not),
        cmocka_unit_test(many_wake_ups_may_wait_more),
        cmocka_unit_test(a_figure_may_expect_its_threads_to_wait),
        cmocka_unit_test(a_ping_pong_that_changes_by_more_than_a_quarter_drops_the_slice),
        cmocka_unit_test(a_move_between_near_and_far_drops_the_slice),
        cmocka_unit_test(a_limit_or_floor_that_changes_drops_the_slice_where_it_shall_be_steady),
        cmocka_unit_test(cores_of_the_other_kind_drop_the_slice_where_one_is_wanted),
        cmocka_unit_test(the_ping_pong_tells_near_from_far),
        cmocka_unit_test(near_and_far_are_summed_up_apart),
        cmocka_unit_test(slices_at_a_third_distance_are_left_out),
        cmocka_unit_test(the_ratio_is_taken_slice_by_slice),
        cmocka_unit_test(time_above_the_floor_is_a_difference_of_times),
        cmocka_unit_test(of_rates_it_is_one_of_the_times_that_each_task_takes),
        cmocka_unit_test(without_slices_there_is_no_summary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
