/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues by priority, deep recursion, and calls of other pools. */
#include "integration/kinds_fixture.h"

/* ---- priorities */

static void a_monitor_can_choose_the_queue_by_priority(void **state)
{
    uint32_t threads[2];
    (void)state;
    for (uint32_t priority = CHI_LOW_LATENCY; priority <= CHI_HIGH_LATENCY; priority++) {
        struct test_kinds_class_task *task =
            CHI_TASK_NEW(test_kinds_class, pool, chi_pool_query_local());
        assert_int_equal(chi_task_priority(&task->base), CHI_LOW_LATENCY);
        assert_int_equal(chi_task_set_priority(&task->base, priority), 0);
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), 0);
        assert_int_equal(task->queue, priority);
        threads[priority] = task->thread;
        chi_task_del(&task->base);
    }
    assert_int_not_equal(threads[0], threads[1]);
}

/* ---- subtasks */

static void recursion_goes_thousands_deep_and_has_a_bound(void **state)
{
    chi_pool_id_t probe;
    (void)state;
    assert_int_equal(test_probe_create("probe", 4, &probe), 0);
    for (uint32_t levels = 5000; levels <= 50000; levels *= 10) {
        struct test_probe_depth_task *task =
            CHI_TASK_NEW(test_probe_depth, probe, chi_pool_query_local());
        task->levels = levels;
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), levels == 5000 ? 0 : -EAGAIN);
        if (levels == 5000)
            assert_int_equal(task->reached, 5001);
        chi_task_del(&task->base);
    }
}

static void handlers_call_other_pools(void **state)
{
    chi_pool_id_t other;
    (void)state;
    assert_int_equal(test_kinds_create("other", &other), 0);
    struct test_kinds_spawn_task *task =
        CHI_TASK_NEW(test_kinds_spawn, pool, chi_pool_query_local());
    task->kind = TEST_KINDS_SPAWN_CALL;
    task->count = 100;
    task->tag = 5000;
    task->pool = other;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(task->done, 100);
    chi_task_del(&task->base);
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    assert_int_equal(noted(5100), 0);
    pool = other;
    for (uint32_t i = 0; i <= 100; i++)
        assert_int_equal(noted(5000 + i), 1);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_monitor_can_choose_the_queue_by_priority, setup_slow),
        TEST(recursion_goes_thousands_deep_and_has_a_bound, setup_two),
        TEST(handlers_call_other_pools, setup_two),
    };
    return cmocka_run_group_tests_name("kinds", tests, NULL, NULL);
}
