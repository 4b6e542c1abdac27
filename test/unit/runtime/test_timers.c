/* SPDX-License-Identifier: BSD-3-Clause */
/* The heap of timers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "runtime/core/timers.h"

enum { MANY = 3000 };

static struct chi_timers timers;

static int setup(void **state)
{
    (void)state;
    memset(&timers, 0, sizeof(timers));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    chi_timers_fini(&timers);
    assert_null(timers.heap);
    assert_int_equal(timers.count, 0);
    return 0;
}

static void no_timer_is_due_where_there_is_none(void **state)
{
    (void)state;
    assert_true(chi_timers_next(&timers) == UINT64_MAX);
    assert_null(chi_timers_take_due(&timers, UINT64_MAX));
}

static void a_timer_is_due_at_its_deadline_not_before(void **state)
{
    struct chi_timer timer = {.deadline_ns = 100};
    (void)state;
    assert_int_equal(chi_timers_add(&timers, &timer), 0);
    assert_int_equal(chi_timers_next(&timers), 100);
    assert_null(chi_timers_take_due(&timers, 99));
    assert_ptr_equal(chi_timers_take_due(&timers, 100), &timer);
    assert_null(chi_timers_take_due(&timers, 100));
    assert_int_equal(timer.place, 0);
}

static void timers_come_out_by_deadline(void **state)
{
    static struct chi_timer many[MANY];
    unsigned seed = 3;
    uint64_t last = 0;
    (void)state;
    for (int i = 0; i < MANY; i++) {
        many[i] = (struct chi_timer){.deadline_ns = (uint64_t)rand_r(&seed) % 1000};
        assert_int_equal(chi_timers_add(&timers, &many[i]), 0);
    }
    for (int i = 0; i < MANY; i++) {
        struct chi_timer *timer = chi_timers_take_due(&timers, UINT64_MAX);
        assert_non_null(timer);
        assert_true(timer->deadline_ns >= last);
        last = timer->deadline_ns;
    }
    assert_null(chi_timers_take_due(&timers, UINT64_MAX));
}

static void a_timer_can_be_taken_out_from_anywhere(void **state)
{
    static struct chi_timer many[MANY];
    unsigned seed = 9;
    uint64_t last = 0;
    int left = 0;
    (void)state;
    for (int i = 0; i < MANY; i++) {
        many[i] = (struct chi_timer){.deadline_ns = (uint64_t)rand_r(&seed) % 100000};
        assert_int_equal(chi_timers_add(&timers, &many[i]), 0);
    }
    for (int i = 0; i < MANY; i += 1 + rand_r(&seed) % 2) {
        chi_timers_remove(&timers, &many[i]);
        assert_int_equal(many[i].place, 0);
    }
    for (int i = 0; i < MANY; i++)
        left += many[i].place != 0;
    assert_int_equal(timers.count, left);
    for (; left > 0; left--) {
        struct chi_timer *timer = chi_timers_take_due(&timers, UINT64_MAX);
        assert_non_null(timer);
        assert_true(timer->deadline_ns >= last);
        last = timer->deadline_ns;
    }
    assert_true(chi_timers_next(&timers) == UINT64_MAX);
}

static void taking_out_what_is_not_in_does_nothing(void **state)
{
    struct chi_timer in = {.deadline_ns = 5};
    struct chi_timer out = {.deadline_ns = 1};
    (void)state;
    assert_int_equal(chi_timers_add(&timers, &in), 0);
    chi_timers_remove(&timers, &out);
    assert_int_equal(chi_timers_next(&timers), 5);
    chi_timers_remove(&timers, &in);
    chi_timers_remove(&timers, &in);
    assert_int_equal(timers.count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(no_timer_is_due_where_there_is_none),
        TEST(a_timer_is_due_at_its_deadline_not_before),
        TEST(timers_come_out_by_deadline),
        TEST(a_timer_can_be_taken_out_from_anywhere),
        TEST(taking_out_what_is_not_in_does_nothing),
    };
    return cmocka_run_group_tests_name("timers", tests, NULL, NULL);
}
