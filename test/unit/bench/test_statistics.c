/* SPDX-License-Identifier: BSD-3-Clause */
/* Quartiles, and when a change counts as one. */
#include "bench/statistics.h"

#include "support/cmocka_all.h"

static const double tiny = 1e-9;

static void a_single_value_is_all_its_quartiles(void **state)
{
    (void)state;
    double values[] = {7};
    struct bench_quartiles quartiles = bench_quartiles_of(values, 1);
    assert_float_equal(quartiles.low, 7, tiny);
    assert_float_equal(quartiles.median, 7, tiny);
    assert_float_equal(quartiles.high, 7, tiny);
}

static void quartiles_lie_on_values_where_they_can(void **state)
{
    (void)state;
    double values[] = {50, 10, 40, 20, 30};
    struct bench_quartiles quartiles = bench_quartiles_of(values, 5);
    assert_float_equal(quartiles.low, 20, tiny);
    assert_float_equal(quartiles.median, 30, tiny);
    assert_float_equal(quartiles.high, 40, tiny);
}

static void quartiles_lie_between_two_values_else(void **state)
{
    (void)state;
    double values[] = {4, 1, 3, 2};
    struct bench_quartiles quartiles = bench_quartiles_of(values, 4);
    assert_float_equal(quartiles.low, 1.75, tiny);
    assert_float_equal(quartiles.median, 2.5, tiny);
    assert_float_equal(quartiles.high, 3.25, tiny);
}

static void one_wild_value_moves_no_quartile(void **state)
{
    (void)state;
    double values[] = {10, 11, 12, 13, 1e9};
    struct bench_quartiles quartiles = bench_quartiles_of(values, 5);
    assert_float_equal(quartiles.median, 12, tiny);
    assert_float_equal(quartiles.high, 13, tiny);
}

static void the_median_of_two_is_their_mean(void **state)
{
    (void)state;
    double values[] = {3, 1};
    assert_float_equal(bench_median(values, 2), 2, tiny);
}

static struct bench_change change_of(double before_low, double before, double before_high,
                                     double after_low, double after, double after_high)
{
    const struct bench_quartiles a = {before_low, before, before_high};
    const struct bench_quartiles b = {after_low, after, after_high};
    return bench_change_of(&a, &b);
}

static void a_change_within_the_quartiles_has_no_direction(void **state)
{
    (void)state;
    struct bench_change change = change_of(95, 100, 110, 98, 105, 112);
    assert_float_equal(change.percent, 5, tiny);
    assert_int_equal(change.direction, 0);
}

static void a_change_outside_one_side_only_has_no_direction(void **state)
{
    (void)state;
    /* 120 is far outside of before; but after spreads over what was before. */
    assert_int_equal(change_of(99, 100, 101, 90, 120, 150).direction, 0);
    assert_int_equal(change_of(90, 100, 150, 119, 120, 121).direction, 0);
}

static void a_change_outside_both_quartiles_has_one(void **state)
{
    (void)state;
    struct bench_change more = change_of(99, 100, 101, 108, 110, 111);
    assert_float_equal(more.percent, 10, tiny);
    assert_int_equal(more.direction, 1);
    struct bench_change less = change_of(99, 100, 101, 88, 90, 91);
    assert_float_equal(less.percent, -10, tiny);
    assert_int_equal(less.direction, -1);
}

static void a_median_of_zero_gives_no_percentage(void **state)
{
    (void)state;
    assert_float_equal(change_of(0, 0, 0, 1, 1, 1).percent, 0, tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_value_is_all_its_quartiles),
        cmocka_unit_test(quartiles_lie_on_values_where_they_can),
        cmocka_unit_test(quartiles_lie_between_two_values_else),
        cmocka_unit_test(one_wild_value_moves_no_quartile),
        cmocka_unit_test(the_median_of_two_is_their_mean),
        cmocka_unit_test(a_change_within_the_quartiles_has_no_direction),
        cmocka_unit_test(a_change_outside_one_side_only_has_no_direction),
        cmocka_unit_test(a_change_outside_both_quartiles_has_one),
        cmocka_unit_test(a_median_of_zero_gives_no_percentage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
