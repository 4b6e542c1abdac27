/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tests of fibers and their stacks; built once for each context library. Fibers record, the test's
 * thread, adopted as `home`, asserts. The teardown checks that no stack stays mapped.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fiber/fiber.h"
#include "fiber/stack.h"

#define STACK_SIZE ((size_t)64 << 10)
#define CAP        1024

static struct chi_fiber_pool *pool;
static struct chi_fiber *home;
static long guards_before;

/* Pages nobody may touch, in mappings of one page: each stack has one. */
static long count_guards(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    unsigned long low, high;
    char line[512], access[8];
    long count = 0;

    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps))
        if (sscanf(line, "%lx-%lx %7s", &low, &high, access) == 3 && high - low == 4096 &&
            strcmp(access, "---p") == 0)
            count++;
    fclose(maps);
    return count;
}

static void open_pool(size_t stack_size, uint32_t cap)
{
    assert_int_equal(chi_fiber_pool_create(stack_size, cap, &pool), 0);
    home = chi_fiber_adopt(pool);
    assert_non_null(home);
}

static void close_pool(void)
{
    chi_fiber_unadopt(home);
    chi_fiber_pool_destroy(pool);
    pool = NULL;
    home = NULL;
}

static int setup(void **state)
{
    (void)state;
    guards_before = count_guards();
    open_pool(STACK_SIZE, CAP);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    close_pool();
    assert_int_equal(count_guards(), guards_before);
    return 0;
}

static struct chi_fiber_stats stats(void)
{
    struct chi_fiber_stats now;
    chi_fiber_pool_stats(pool, &now);
    return now;
}

static struct chi_fiber *create(chi_fiber_entry_t entry, void *arg)
{
    struct chi_fiber *fiber = NULL;
    assert_int_equal(chi_fiber_create(pool, entry, arg, &fiber), 0);
    return fiber;
}

static void exit_at_once(void *arg)
{
    (void)arg;
    chi_fiber_exit_to(chi_fiber_current(), home);
}

static void yield_for_ever(void *arg)
{
    (void)arg;
    for (;;)
        chi_fiber_switch(chi_fiber_current(), home);
}

/* --- Switching. --------------------------------------------------------------------------- */

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

/* --- The pool. ---------------------------------------------------------------------------- */

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

/* --- Stacks. ------------------------------------------------------------------------------ */

/* A page at least for each step, and no more than two under any sanitizer. */
__attribute__((noinline)) static unsigned dig(unsigned pages)
{
    volatile char page[4096];
    unsigned below;

    page[0] = (char)pages;
    page[4095] = 1;
    below = pages > 1 ? dig(pages - 1) : 0;
    return below + (unsigned)page[4095];
}

static void dig_pages(void *arg)
{
    dig((unsigned)(uintptr_t)arg);
    chi_fiber_exit_to(chi_fiber_current(), home);
}

static void a_sized_stack_holds_what_was_asked_and_is_pooled_apart(void **state)
{
    struct chi_fiber *fiber = NULL;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            chi_fiber_create_sized(pool, (size_t)3 << 20, dig_pages, (void *)350, &fiber), 0);
        assert_int_equal(stats().live, 1);
        chi_fiber_switch(home, fiber);
        assert_int_equal(stats().live, 0);
        assert_int_equal(stats().stacks_cached, 1);
    }
    assert_true(stats().stack_used_max >= 350 * 4096);
    /* The large stack waits for a large fiber. */
    chi_fiber_switch(home, create(exit_at_once, NULL));
    assert_int_equal(stats().stacks_cached, 2);
    /* Up to the default size there is one pool. */
    assert_int_equal(chi_fiber_create_sized(pool, 1, exit_at_once, NULL, &fiber), 0);
    assert_int_equal(stats().stacks_cached, 1);
    chi_fiber_switch(home, fiber);
}

static void stack_sizes_are_rounded_up(void **state)
{
    (void)state;
    close_pool();
    open_pool(1, 1);
    assert_int_equal(stats().stack_size_default, CHI_STACK_SIZE_MIN);
    close_pool();
    open_pool(((size_t)40 << 10) + 1, 1);
    assert_int_equal(stats().stack_size_default, (size_t)44 << 10);
}

static void the_high_water_mark_grows_with_use_and_stays(void **state)
{
    struct chi_fiber *fiber, *fibers[CHI_STACK_CACHE_MAX + 1];
    size_t shallow, deep;

    (void)state;
    close_pool();
    open_pool((size_t)1 << 20, CAP);
    assert_int_equal(stats().stack_used_max, 0);
    fiber = create(yield_for_ever, NULL);
    chi_fiber_switch(home, fiber);
    shallow = stats().stack_used_max;
    assert_true(shallow > 0);
    chi_fiber_discard(fiber);
    /* The deepest use is that of the stack which the full cache will not take. */
    fiber = create(dig_pages, (void *)100);
    for (int i = 0; i < CHI_STACK_CACHE_MAX; i++)
        fibers[i] = create(exit_at_once, NULL);
    for (int i = 0; i < CHI_STACK_CACHE_MAX; i++)
        chi_fiber_switch(home, fibers[i]);
    chi_fiber_switch(home, fiber);
    assert_int_equal(stats().stacks_cached, CHI_STACK_CACHE_MAX);
    deep = stats().stack_used_max;
    assert_true(deep >= shallow + 90 * 4096);
    chi_fiber_switch(home, create(exit_at_once, NULL));
    assert_true(stats().stack_used_max == deep);
}

/* A bounded number of times: a reader that never lets go of the mutex starves the owner. */
static void *read_stats(void *arg)
{
    struct chi_fiber_stats seen;
    uint32_t live_max = 0;

    (void)arg;
    for (int i = 0; i < 200; i++) {
        chi_fiber_pool_stats(pool, &seen);
        live_max = seen.live > live_max ? seen.live : live_max;
    }
    return (void *)(uintptr_t)live_max;
}

static void statistics_may_be_read_while_fibers_come_and_go(void **state)
{
    struct chi_fiber *fibers[2 * CHI_STACK_CACHE_MAX];
    pthread_t reader;
    void *live_max;

    (void)state;
    assert_int_equal(pthread_create(&reader, NULL, read_stats, NULL), 0);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 2 * CHI_STACK_CACHE_MAX; i++)
            fibers[i] = create(exit_at_once, NULL);
        for (int i = 0; i < 2 * CHI_STACK_CACHE_MAX; i++)
            chi_fiber_switch(home, fibers[i]);
    }
    assert_int_equal(pthread_join(reader, &live_max), 0);
    assert_true((uintptr_t)live_max <= 2 * CHI_STACK_CACHE_MAX);
}

/* --- The guard. --------------------------------------------------------------------------- */

static _Atomic uintptr_t overflow_top;

/* Dies by the signal if it was a forbidden access to the page below the 16 KiB of the stack. */
static void check_fault(int number, siginfo_t *info, void *context)
{
    uintptr_t address = (uintptr_t)info->si_addr;
    uintptr_t low = atomic_load_explicit(&overflow_top, memory_order_relaxed) - CHI_STACK_SIZE_MIN;

    (void)context;
    if (info->si_code != SEGV_ACCERR)
        _exit(2);
    if (address >= low || address < low - 4096)
        _exit(3);
    signal(number, SIG_DFL); /* the access is repeated on return */
}

CHI_UNINSTRUMENTED
static void overflow(void *arg)
{
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    volatile char *next = (volatile char *)frame;

    (void)arg;
    /* So little lies above that the stack ends at the next page boundary. */
    atomic_store_explicit(&overflow_top, (frame + 4095) & ~(uintptr_t)4095, memory_order_relaxed);
    for (;;) {
        next -= 64;
        *next = 0;
    }
}

static void overflowing_a_stack_faults_on_the_guard(void **state)
{
    pid_t child;
    int status;

    (void)state;
    fflush(NULL);
    child = fork();
    assert_int_not_equal(child, -1);
    if (child == 0) {
        static char alternate[65536];
        const struct rlimit no_core = {0};
        stack_t stack = {.ss_sp = alternate, .ss_size = sizeof(alternate)};
        struct sigaction action = {.sa_sigaction = check_fault,
                                   .sa_flags = SA_SIGINFO | SA_ONSTACK};
        struct chi_fiber *fiber = NULL;

        close_pool();
        if (setrlimit(RLIMIT_CORE, &no_core) != 0 ||
            chi_fiber_pool_create(CHI_STACK_SIZE_MIN, 1, &pool) != 0 ||
            !(home = chi_fiber_adopt(pool)) || sigaltstack(&stack, NULL) != 0 ||
            sigaction(SIGSEGV, &action, NULL) != 0 ||
            chi_fiber_create(pool, overflow, NULL, &fiber) != 0)
            _exit(4);
        chi_fiber_switch(home, fiber);
        _exit(5);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
}

static void *return_at_once(void *arg)
{
    return arg;
}

/* libc keeps the stack of a thread that ended, guard and all: have it there before counting. */
static int setup_group(void **state)
{
    pthread_t thread;

    (void)state;
    return pthread_create(&thread, NULL, return_at_once, NULL) || pthread_join(thread, NULL);
}

int main(void)
{
#define FIBER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        FIBER_TEST(values_on_stacks_survive_switches),
        FIBER_TEST(a_thousand_fibers_interleave_in_recorded_order),
        FIBER_TEST(a_fiber_made_on_a_fiber_resumes_its_maker),
        FIBER_TEST(errno_and_thread_locals_stay_those_of_the_thread),
        FIBER_TEST(the_running_fiber_is_known_and_keeps_the_owners_fields),
        FIBER_TEST(a_pool_refuses_sizes_it_cannot_serve),
        FIBER_TEST(a_pool_at_its_cap_returns_eagain_and_recovers),
        FIBER_TEST(stacks_are_reused),
        FIBER_TEST(the_cache_of_stacks_is_bounded),
        FIBER_TEST(exit_to_returns_the_stack),
        FIBER_TEST(discard_returns_the_stack_started_or_not),
        FIBER_TEST(a_pool_destroys_fibers_that_never_started),
        FIBER_TEST(a_sized_stack_holds_what_was_asked_and_is_pooled_apart),
        FIBER_TEST(stack_sizes_are_rounded_up),
        FIBER_TEST(the_high_water_mark_grows_with_use_and_stays),
        FIBER_TEST(statistics_may_be_read_while_fibers_come_and_go),
        FIBER_TEST(overflowing_a_stack_faults_on_the_guard),
    };
    return cmocka_run_group_tests_name("fiber", tests, setup_group, NULL);
}
