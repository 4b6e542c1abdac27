/* SPDX-License-Identifier: BSD-3-Clause */
/* Switching between fibers; built once for each context library. */
#include "fiber_fixture.h"

struct sum {
    uint64_t integers;
    double doubles;
    bool intact;
};

static void add_up(void *arg)
{
    struct sum *sum = arg;
    char pattern[256];
    uint64_t integers = 1;
    double doubles = 0.5;

    memset(pattern, 0x5a, sizeof(pattern));
    for (int i = 0; i < 100; i++) {
        integers = integers * 3 + (uint64_t)i;
        doubles = doubles * 1.25 + i;
        chi_fiber_switch(chi_fiber_current(), home);
    }
    sum->intact = true;
    for (size_t i = 0; i < sizeof(pattern); i++)
        sum->intact = sum->intact && pattern[i] == 0x5a;
    sum->integers = integers;
    sum->doubles = doubles;
    chi_fiber_exit_to(chi_fiber_current(), home);
}

static void values_on_stacks_survive_switches(void **state)
{
    struct sum sums[3] = {0};
    struct chi_fiber *fibers[3];
    uint64_t integers = 1;
    double doubles = 0.5;

    (void)state;
    for (int i = 0; i < 3; i++)
        fibers[i] = create(add_up, &sums[i]);
    for (int step = 0; step < 101; step++)
        for (int i = 0; i < 3; i++)
            chi_fiber_switch(home, fibers[i]);
    for (int i = 0; i < 100; i++) {
        integers = integers * 3 + (uint64_t)i;
        doubles = doubles * 1.25 + i;
    }
    for (int i = 0; i < 3; i++) {
        assert_true(sums[i].intact);
        assert_true(sums[i].integers == integers);
        assert_true(sums[i].doubles == doubles);
    }
}

#define MANY   1000
#define ROUNDS 3

static struct chi_fiber *many[MANY];
static uint32_t record[MANY * ROUNDS];
static uint32_t recorded;

/* Each hands on to the next without coming home. */
static void record_and_pass_on(void *arg)
{
    uint32_t number = (uint32_t)(uintptr_t)arg;
    struct chi_fiber *next = number + 1 < MANY ? many[number + 1] : home;

    for (int round = 0; round < ROUNDS; round++) {
        record[recorded++] = number;
        if (round + 1 < ROUNDS)
            chi_fiber_switch(chi_fiber_current(), next);
    }
    chi_fiber_exit_to(chi_fiber_current(), next);
}

static void a_thousand_fibers_interleave_in_recorded_order(void **state)
{
    (void)state;
    recorded = 0;
    for (uint32_t i = 0; i < MANY; i++)
        many[i] = create(record_and_pass_on, (void *)(uintptr_t)i);
    assert_int_equal(stats().live, MANY);
    for (int round = 0; round < ROUNDS; round++)
        chi_fiber_switch(home, many[0]);
    assert_int_equal(recorded, MANY * ROUNDS);
    for (uint32_t i = 0; i < MANY * ROUNDS; i++)
        assert_int_equal(record[i], i % MANY);
    assert_int_equal(stats().live, 0);
    assert_int_equal(stats().live_peak, MANY);
}

/* The scheduler's pattern: frames parked on one fiber are resumed by another. */
static void be_resumed_by_another(void *arg)
{
    struct chi_fiber **parked = arg;
    struct chi_fiber *first = *parked;

    *parked = NULL;
    chi_fiber_exit_to(chi_fiber_current(), first);
}

static void park_and_exit(void *arg)
{
    struct chi_fiber *parked = chi_fiber_current();
    struct chi_fiber *other = NULL;

    if (chi_fiber_create(pool, be_resumed_by_another, &parked, &other) == 0)
        chi_fiber_switch(parked, other);
    *(bool *)arg = parked == NULL;
    chi_fiber_exit_to(chi_fiber_current(), home);
}

static void a_fiber_made_on_a_fiber_resumes_its_maker(void **state)
{
    bool resumed = false;

    (void)state;
    chi_fiber_switch(home, create(park_and_exit, &resumed));
    assert_true(resumed);
    assert_int_equal(stats().live, 0);
}

static _Thread_local int thread_local_value;

struct seen {
    int before;
    int after;
    int local;
    void *address;
    pthread_t thread;
};

static void look_at_thread_state(void *arg)
{
    struct seen *seen = arg;

    errno = EBADF;
    seen->before = errno;
    thread_local_value = 7;
    chi_fiber_switch(chi_fiber_current(), home);
    seen->after = errno;
    seen->local = thread_local_value;
    seen->address = &thread_local_value;
    seen->thread = pthread_self();
    errno = EDOM;
    chi_fiber_exit_to(chi_fiber_current(), home);
}

static void errno_and_thread_locals_stay_those_of_the_thread(void **state)
{
    struct seen seen = {0};
    struct chi_fiber *fiber = create(look_at_thread_state, &seen);
    int seen_at_home;

    (void)state;
    chi_fiber_switch(home, fiber);
    seen_at_home = errno;
    assert_int_equal(seen_at_home, EBADF);
    assert_int_equal(thread_local_value, 7);
    thread_local_value = 8;
    errno = ENOENT;
    chi_fiber_switch(home, fiber);
    seen_at_home = errno;
    assert_int_equal(seen_at_home, EDOM);
    assert_int_equal(seen.before, EBADF);
    assert_int_equal(seen.after, ENOENT);
    assert_int_equal(seen.local, 8);
    assert_ptr_equal(seen.address, &thread_local_value);
    assert_true(pthread_equal(seen.thread, pthread_self()));
}

static void note_current(void *arg)
{
    *(struct chi_fiber **)arg = chi_fiber_current();
    chi_fiber_exit_to(chi_fiber_current(), home);
}

static void the_running_fiber_is_known_and_keeps_the_owners_fields(void **state)
{
    struct chi_fiber *noted = NULL;
    struct chi_fiber *fiber = create(note_current, &noted);
    int mine;

    (void)state;
    assert_ptr_equal(chi_fiber_current(), home);
    assert_null(fiber->user);
    assert_null(fiber->link);
    fiber->user = &mine;
    chi_fiber_switch(home, fiber);
    assert_ptr_equal(noted, fiber);
    assert_ptr_equal(chi_fiber_current(), home);
    fiber = create(note_current, &noted);
    assert_null(fiber->user);
    chi_fiber_discard(fiber);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIBER_TEST(values_on_stacks_survive_switches),
        FIBER_TEST(a_thousand_fibers_interleave_in_recorded_order),
        FIBER_TEST(a_fiber_made_on_a_fiber_resumes_its_maker),
        FIBER_TEST(errno_and_thread_locals_stay_those_of_the_thread),
        FIBER_TEST(the_running_fiber_is_known_and_keeps_the_owners_fields),
    };
    return cmocka_run_group_tests_name("fiber", tests, setup_group, NULL);
}
