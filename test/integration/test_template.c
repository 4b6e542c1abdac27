/* SPDX-License-Identifier: BSD-3-Clause */
/* The template module's methods that show locks, forgotten tasks and subtasks. */
#include "support/cmocka_all.h"

#include <chimaera/chimaera.h>
#include <chimaera/MOD_NAME/MOD_NAME_client.h>
#include <errno.h>
#include <stdlib.h>

#include "support/daemon.h"

static struct chimaera_MOD_NAME_client demo;

static int setup_with(void **state, const char *yaml)
{
    chi_test_daemon_setup(state, yaml);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(chimaera_MOD_NAME_create(&demo, chi_pool_query_local(), "demo", NULL), 0);
    return 0;
}

static int setup_one(void **state)
{
    return setup_with(state, CHI_TEST_ONE_WORKER);
}

static int setup_two(void **state)
{
    return setup_with(state, CHI_TEST_TWO_WORKERS);
}

static int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

static int compare_moments(const void *a, const void *b)
{
    const struct chimaera_MOD_NAME_co_mutex_test_task *const *x = a, *const *y = b;
    return (*x)->entered < (*y)->entered ? -1 : (*x)->entered > (*y)->entered;
}

static void co_mutex_tests_never_overlap(void **state)
{
    enum { TASKS = 40 };
    struct chimaera_MOD_NAME_co_mutex_test_task *tasks[TASKS];
    uint64_t entered = 0, left = 0;
    (void)state;
    for (uint32_t i = 0; i < TASKS; i++) {
        tasks[i] =
            chimaera_MOD_NAME_co_mutex_test_async(&demo, chi_pool_query_local(), i, i % 3 * 100000);
        assert_non_null(tasks[i]);
    }
    for (uint32_t i = 0; i < TASKS; i++)
        assert_int_equal(chi_task_wait(&tasks[i]->base), 0);
    qsort(tasks, TASKS, sizeof(tasks[0]), compare_moments);
    for (uint32_t i = 0; i < TASKS; i++) {
        assert_true(tasks[i]->entered > left);
        left = tasks[i]->left;
        assert_true(left > tasks[i]->entered);
        chi_task_del(&tasks[i]->base);
    }
    assert_int_equal(
        chimaera_MOD_NAME_co_mutex_test(&demo, chi_pool_query_local(), 7, 0, &entered, &left), 0);
    assert_true(left == entered + 1);
}

static void co_rw_lock_tests_overlap_only_to_read(void **state)
{
    enum { TASKS = 40 };
    struct chimaera_MOD_NAME_co_rw_lock_test_task *tasks[TASKS];
    uint64_t entered = 0, left = 0;
    (void)state;
    for (uint32_t i = 0; i < TASKS; i++) {
        tasks[i] = chimaera_MOD_NAME_co_rw_lock_test_async(&demo, chi_pool_query_local(), i,
                                                           i % 4 == 0, 200000);
        assert_non_null(tasks[i]);
    }
    for (uint32_t i = 0; i < TASKS; i++)
        assert_int_equal(chi_task_wait(&tasks[i]->base), 0);
    for (uint32_t i = 0; i < TASKS; i++)
        for (uint32_t j = 0; j < TASKS; j++)
            if (i != j && (tasks[i]->writes || tasks[j]->writes))
                assert_true(tasks[i]->left < tasks[j]->entered ||
                            tasks[j]->left < tasks[i]->entered);
    for (uint32_t i = 0; i < TASKS; i++)
        chi_task_del(&tasks[i]->base);
    assert_int_equal(chimaera_MOD_NAME_co_rw_lock_test(&demo, chi_pool_query_local(), 7, true, 0,
                                                       &entered, &left),
                     0);
    assert_true(left == entered + 1);
}

static void forgotten_tests_all_run(void **state)
{
    uint64_t count = 0;
    (void)state;
    for (int i = 0; i < 100; i++)
        assert_int_equal(
            chimaera_MOD_NAME_fire_and_forget_test(&demo, chi_pool_query_local(), NULL), 0);
    assert_int_equal(chimaera_MOD_NAME_fire_and_forget_test(&demo, chi_pool_query_local(), &count),
                     0);
    assert_int_equal(count, 101);
}

static void wait_tests_go_deep_although_each_level_locks(void **state)
{
    uint32_t reached = 0;
    (void)state;
    assert_int_equal(chimaera_MOD_NAME_wait_test(&demo, chi_pool_query_local(), 3, 200, &reached),
                     0);
    assert_int_equal(reached, 200);
    assert_int_equal(chimaera_MOD_NAME_wait_test(&demo, chi_pool_query_local(), 3, 0, &reached), 0);
    assert_int_equal(reached, 0);
    assert_int_equal(chimaera_MOD_NAME_wait_test(&demo, chi_pool_query_local(), 3, 1001, NULL),
                     -ERANGE);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(co_mutex_tests_never_overlap, setup_one),
        TEST(co_mutex_tests_never_overlap, setup_two),
        TEST(co_rw_lock_tests_overlap_only_to_read, setup_two),
        TEST(forgotten_tests_all_run, setup_two),
        TEST(wait_tests_go_deep_although_each_level_locks, setup_one),
        TEST(wait_tests_go_deep_although_each_level_locks, setup_two),
    };
    return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
