/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of fibers share: a pool with the test's thread adopted as `home`, and the check
 * that no stack stays mapped. Fibers record, the test's thread asserts.
 */
#ifndef CHI_TEST_FIBER_FIXTURE_H
#define CHI_TEST_FIBER_FIXTURE_H

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

/* Memory that nobody may touch, in mappings of a guard's size: each stack has one. */
static inline long count_guards(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    unsigned long low, high;
    char line[512], access[8];
    long count = 0;

    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps))
        if (sscanf(line, "%lx-%lx %7s", &low, &high, access) == 3 &&
            high - low == (long)CHI_STACK_GUARD && strcmp(access, "---p") == 0)
            count++;
    fclose(maps);
    return count;
}

static inline void open_pool(size_t stack_size, uint32_t cap)
{
    assert_int_equal(chi_fiber_pool_create(stack_size, cap, &pool), 0);
    home = chi_fiber_adopt(pool);
    assert_non_null(home);
}

static inline void close_pool(void)
{
    chi_fiber_unadopt(home);
    chi_fiber_pool_destroy(pool);
    pool = NULL;
    home = NULL;
}

static inline int setup(void **state)
{
    (void)state;
    guards_before = count_guards();
    open_pool(STACK_SIZE, CAP);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    close_pool();
    assert_int_equal(count_guards(), guards_before);
    return 0;
}

static inline struct chi_fiber_stats stats(void)
{
    struct chi_fiber_stats now;
    chi_fiber_pool_stats(pool, &now);
    return now;
}

static inline struct chi_fiber *create(chi_fiber_entry_t entry, void *arg)
{
    struct chi_fiber *fiber = NULL;
    assert_int_equal(chi_fiber_create(pool, entry, arg, &fiber), 0);
    return fiber;
}

static inline void exit_at_once(void *arg)
{
    (void)arg;
    chi_fiber_exit_to(chi_fiber_current(), home);
}

static inline void yield_for_ever(void *arg)
{
    (void)arg;
    for (;;)
        chi_fiber_switch(chi_fiber_current(), home);
}

static inline void *return_at_once(void *arg)
{
    return arg;
}

/* libc keeps the stack of a thread that ended, guard and all: have it there before counting. */
static inline int setup_group(void **state)
{
    pthread_t thread;

    (void)state;
    return pthread_create(&thread, NULL, return_at_once, NULL) || pthread_join(thread, NULL);
}

#define FIBER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
