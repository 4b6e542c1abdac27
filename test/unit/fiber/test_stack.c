/* SPDX-License-Identifier: BSD-3-Clause */
/* Stacks of fibers: sizes, marks, guards; built once for each context library. */
#include "fiber_fixture.h"

/* A page at least for each step, and no more than two under any sanitizer. */
__attribute__((noinline)) static unsigned dig(unsigned pages)
{
    volatile char page[4096];
    unsigned below;

    page[0] = (char)pages;
    page[4095] = 1;
    below = pages > 1 ? dig(pages - 1) : 0;
    __asm__ volatile("" ::"r"(page) : "memory"); /* in use until here, so this is no loop */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIBER_TEST(a_sized_stack_holds_what_was_asked_and_is_pooled_apart),
        FIBER_TEST(stack_sizes_are_rounded_up),
        FIBER_TEST(the_high_water_mark_grows_with_use_and_stays),
        FIBER_TEST(statistics_may_be_read_while_fibers_come_and_go),
        FIBER_TEST(overflowing_a_stack_faults_on_the_guard),
    };
    return cmocka_run_group_tests_name("stack", tests, setup_group, NULL);
}
