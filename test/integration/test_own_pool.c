/* SPDX-License-Identifier: BSD-3-Clause */
/* Handlers that destroy pools, their own among them. */
#include "integration/routing_fixture.h"

/* ---- handlers that destroy the pool they are in */

static int drop(chi_pool_id_t from, chi_pool_query_t query, chi_pool_id_t via, uint32_t hops,
                bool broadcast)
{
    struct test_probe_drop_pool_task *task = CHI_TASK_NEW(test_probe_drop_pool, from, query);
    assert_non_null(task);
    task->pool_id = from;
    task->via = via;
    task->hops = hops;
    task->broadcast = broadcast;
    int rc = submit_and_wait(&task->base);
    chi_task_del(&task->base);
    return rc;
}

static void a_handler_that_waits_for_the_end_of_its_own_pool_is_edeadlk(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(drop(four, chi_pool_query_direct_id(i), four, 0, false), -EDEADLK);
    assert_int_equal(drop(four, chi_pool_query_broadcast(), four, 0, false), -EDEADLK);
    expect_containers(chi_pool_query_broadcast(), 0, 4); /* the pool is as before */
}

static void so_is_one_that_waits_for_a_handler_that_waits_for_it(void **state)
{
    (void)state;
    assert_int_equal(drop(four, chi_pool_query_local(), one, 1, false), -EDEADLK);
    assert_int_equal(drop(four, chi_pool_query_local(), one, 3, false), -EDEADLK);
    assert_int_equal(drop(one, chi_pool_query_local(), four, 2, true), -EDEADLK);
    assert_int_equal(drop(four, chi_pool_query_direct_id(2), four, 2, true), -EDEADLK);
    expect_containers(chi_pool_query_broadcast(), 0, 4);
}

/* The pool has stopped taking tasks by then, and takes them again. */
static void it_is_edeadlk_also_where_the_handler_waits_only_later(void **state)
{
    (void)state;
    struct test_probe_drop_pool_task *task =
        CHI_TASK_NEW(test_probe_drop_pool, four, chi_pool_query_direct_id(3));
    task->pool_id = four;
    task->delay_ns = 30000000;
    assert_int_equal(submit_and_wait(&task->base), -EDEADLK);
    chi_task_del(&task->base);
    expect_containers(chi_pool_query_broadcast(), 0, 4);
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), four), 0);
}

static void a_handler_may_destroy_other_pools_and_its_own_without_waiting(void **state)
{
    chi_pool_id_t other = make_pool("other", 3);
    (void)state;
    struct test_probe_drop_pool_task *task =
        CHI_TASK_NEW(test_probe_drop_pool, one, chi_pool_query_local());
    task->pool_id = other;
    assert_int_equal(submit_and_wait(&task->base), 0);
    chi_task_del(&task->base);

    task = CHI_TASK_NEW(test_probe_drop_pool, four, chi_pool_query_local());
    task->pool_id = four;
    task->forget = 1;
    assert_int_equal(submit_and_wait(&task->base), 0);
    chi_task_del(&task->base);
    int rc;
    do {
        struct test_probe_gather_task *gather = new_gather(four, chi_pool_query_local());
        rc = submit_and_wait(&gather->base);
        chi_task_del(&gather->base);
    } while (rc == 0);
    assert_int_equal(rc, CHI_ENOPOOL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_handler_that_waits_for_the_end_of_its_own_pool_is_edeadlk),
        TEST(so_is_one_that_waits_for_a_handler_that_waits_for_it),
        TEST(it_is_edeadlk_also_where_the_handler_waits_only_later),
        TEST(a_handler_may_destroy_other_pools_and_its_own_without_waiting),
    };
    return cmocka_run_group_tests_name("own pool", tests, NULL, NULL);
}
