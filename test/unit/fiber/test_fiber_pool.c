/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools of fibers: caps, reuse, ends; built once for each context library. */
#include "fiber_fixture.h"

static void a_pool_refuses_sizes_it_cannot_serve(void **state)
{
    struct chi_fiber_pool *none = NULL;
    struct chi_fiber *fiber = NULL;

    (void)state;
    assert_int_equal(chi_fiber_pool_create(STACK_SIZE, 0, &none), -EINVAL);
    assert_int_equal(chi_fiber_pool_create(STACK_SIZE, CHI_FIBER_CAP_MAX + 1, &none), -EINVAL);
    assert_int_equal(chi_fiber_pool_create(CHI_STACK_SIZE_MAX + 1, 1, &none), -EINVAL);
    assert_null(none);
    assert_int_equal(
        chi_fiber_create_sized(pool, CHI_STACK_SIZE_MAX + 1, exit_at_once, NULL, &fiber), -EINVAL);
    assert_null(fiber);
    assert_int_equal(stats().live, 0);
    assert_int_equal(chi_fiber_pool_create(1, CHI_FIBER_CAP_MAX, &none), 0);
    chi_fiber_pool_destroy(none);
}

static void a_pool_at_its_cap_returns_eagain_and_recovers(void **state)
{
    struct chi_fiber *fibers[4], *more = NULL;

    (void)state;
    close_pool();
    open_pool(STACK_SIZE, 4);
    for (int i = 0; i < 4; i++)
        fibers[i] = create(exit_at_once, NULL);
    assert_int_equal(chi_fiber_create(pool, exit_at_once, NULL, &more), -EAGAIN);
    assert_int_equal(chi_fiber_create_sized(pool, STACK_SIZE * 4, exit_at_once, NULL, &more),
                     -EAGAIN);
    assert_null(more);
    assert_int_equal(stats().live_peak, 4);
    chi_fiber_switch(home, fibers[2]);
    fibers[2] = create(exit_at_once, NULL);
    assert_int_equal(chi_fiber_create(pool, exit_at_once, NULL, &more), -EAGAIN);
    for (int i = 0; i < 4; i++)
        chi_fiber_switch(home, fibers[i]);
    assert_int_equal(stats().live, 0);
}

static void note_frame(void *arg)
{
    /* Under ASan a local may live elsewhere; the frame does not. */
    *(uintptr_t *)arg = (uintptr_t)__builtin_frame_address(0);
    chi_fiber_exit_to(chi_fiber_current(), home);
}

static void stacks_are_reused(void **state)
{
    uintptr_t first = 0, again;

    (void)state;
    chi_fiber_switch(home, create(note_frame, &first));
    assert_int_not_equal(first, 0);
    assert_int_equal(stats().stacks_cached, 1);
    for (int i = 0; i < 100; i++) {
        again = 0;
        chi_fiber_switch(home, create(note_frame, &again));
        assert_true(again == first);
    }
    assert_int_equal(stats().stacks_cached, 1);
    assert_int_equal(stats().live_peak, 1);
    assert_int_equal(count_guards(), guards_before + 1);
}

static void the_cache_of_stacks_is_bounded(void **state)
{
    struct chi_fiber *fibers[3 * CHI_STACK_CACHE_MAX];

    (void)state;
    for (size_t i = 0; i < 3 * CHI_STACK_CACHE_MAX; i++)
        fibers[i] = create(exit_at_once, NULL);
    assert_int_equal(stats().stacks_cached, 0);
    for (size_t i = 0; i < 3 * CHI_STACK_CACHE_MAX; i++)
        chi_fiber_switch(home, fibers[i]);
    assert_int_equal(stats().stacks_cached, CHI_STACK_CACHE_MAX);
    assert_int_equal(count_guards(), guards_before + CHI_STACK_CACHE_MAX);
}

static void exit_to_returns_the_stack(void **state)
{
    struct chi_fiber *fiber = create(exit_at_once, NULL);

    (void)state;
    assert_int_equal(stats().live, 1);
    assert_int_equal(stats().stacks_cached, 0);
    chi_fiber_switch(home, fiber);
    assert_int_equal(stats().live, 0);
    assert_int_equal(stats().stacks_cached, 1);
}

static void discard_returns_the_stack_started_or_not(void **state)
{
    struct chi_fiber *started, *fresh;

    (void)state;
    for (int i = 0; i < 3; i++) {
        started = create(yield_for_ever, NULL);
        fresh = create(yield_for_ever, NULL);
        chi_fiber_switch(home, started);
        chi_fiber_switch(home, started);
        assert_int_equal(stats().live, 2);
        chi_fiber_discard(started);
        chi_fiber_discard(fresh);
        assert_int_equal(stats().live, 0);
        assert_int_equal(stats().stacks_cached, 2);
    }
}

static void a_pool_destroys_fibers_that_never_started(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        create(exit_at_once, NULL);
    assert_int_equal(count_guards(), guards_before + 5);
}

static void note_visit(struct chi_fiber *fiber, void *arg)
{
    uint32_t *seen = arg;
    *seen |= *(uint32_t *)fiber->user;
}

static void a_visit_sees_the_fibers_that_have_their_owners_mark(void **state)
{
    struct chi_fiber *fibers[3];
    uint32_t marks[] = {1, 2, 4};
    uint32_t seen = 0;

    (void)state;
    for (int i = 0; i < 3; i++)
        fibers[i] = create(exit_at_once, NULL);
    fibers[0]->user = &marks[0];
    fibers[2]->user = &marks[2];
    chi_fiber_visit(pool, note_visit, &seen);
    assert_int_equal(seen, 5);
    chi_fiber_switch(home, fibers[0]); /* ends, and takes its mark along */
    seen = 0;
    chi_fiber_visit(pool, note_visit, &seen);
    assert_int_equal(seen, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIBER_TEST(a_pool_refuses_sizes_it_cannot_serve),
        FIBER_TEST(a_pool_at_its_cap_returns_eagain_and_recovers),
        FIBER_TEST(stacks_are_reused),
        FIBER_TEST(the_cache_of_stacks_is_bounded),
        FIBER_TEST(exit_to_returns_the_stack),
        FIBER_TEST(discard_returns_the_stack_started_or_not),
        FIBER_TEST(a_pool_destroys_fibers_that_never_started),
        FIBER_TEST(a_visit_sees_the_fibers_that_have_their_owners_mark),
    };
    return cmocka_run_group_tests_name("fiber_pool", tests, setup_group, NULL);
}
