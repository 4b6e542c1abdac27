/* SPDX-License-Identifier: BSD-3-Clause */
/* What ends with a pool, and what a flush waits for. */
#include "integration/kinds_fixture.h"

/* ---- the end of pools */

static struct chimaera_admin_destroy_pool_task *destroy_async(bool cancel)
{
    const struct chimaera_admin_destroy_spec spec = {.pool_id = pool, .cancel = cancel};
    struct chimaera_admin_destroy_pool_task *task =
        chimaera_admin_destroy_pool_async(chi_pool_query_local(), &spec);
    assert_non_null(task);
    return task;
}

/* The pool takes no more tasks: its destruction has begun. */
static void until_dying(void)
{
    int rc = 0;
    while (rc == 0)
        rc = finish(submit_note(0, 3));
    assert_int_equal(rc, CHI_ENOPOOL);
}

static void destroy_waits_for_handlers_and_a_second_one_may_cancel_them(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = submit_wait(TEST_KINDS_GATE, 1, 1);
    struct test_kinds_tick_task *tick = new_tick(HOUR);
    assert_int_equal(chi_task_enqueue(&tick->base), 0);
    until_waiting(1);
    struct chimaera_admin_destroy_pool_task *first = destroy_async(false);
    until_dying();
    assert_int_equal(finish(&tick->base), -ECANCELED); /* periodic tasks end in any case */
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), pool), CHI_ENOPOOL);
    assert_int_equal(chi_task_cancel(&first->base), 0); /* once begun it goes on */
    assert_false(chi_task_done(&task->base));
    assert_false(chi_task_done(&first->base));
    assert_int_equal(finish(&destroy_async(true)->base), 0);
    assert_int_equal(chi_task_wait(&task->base), -ECANCELED);
    assert_int_equal(task->second, -ECANCELED);
    chi_task_del(&task->base);
    assert_int_equal(finish(&first->base), 0);
    assert_int_equal(finish(&destroy_async(true)->base), CHI_ENOPOOL);
}

static void destroy_with_cancel_ends_what_waits_and_what_is_queued(void **state)
{
    enum { TASKS = 200 };
    static struct test_kinds_wait_task *tasks[TASKS];
    (void)state;
    for (uint32_t i = 0; i < TASKS; i++)
        tasks[i] = submit_wait(i % 5, i, 1);
    const struct chimaera_admin_destroy_spec spec = {.pool_name = "kinds", .cancel = true};
    assert_int_equal(chimaera_admin_destroy_pool_with(chi_pool_query_local(), &spec), 0);
    for (uint32_t i = 0; i < TASKS; i++) {
        int rc = finish(&tasks[i]->base);
        assert_true(rc == -ECANCELED || rc == CHI_ENOPOOL);
    }
    assert_int_equal(test_kinds_create("kinds", &pool), 0);
    until_waiting(0);
}

static void the_command_line_destroys_pools_by_id_and_name(void **state)
{
    static char output[CHI_TEST_OUTPUT_MAX];
    chi_pool_id_t other;
    (void)state;
    assert_int_equal(test_kinds_create("other pool", &other), 0);
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy 'other pool'"), 0);
    assert_string_equal(output, "destroyed\n");
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy 'other pool'"), 1);
    assert_non_null(strstr(output, "there is no pool \"other pool\""));
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy"), 2);
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy --what 1"), 2);
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy 1.0"), 1);
    struct test_kinds_wait_task *task = submit_wait(TEST_KINDS_SLEEP, 1, 1);
    until_waiting(1);
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy --cancel %u.%u",
                                  pool.major, pool.minor),
                     0);
    assert_int_equal(finish(&task->base), -ECANCELED);
}

/* ---- flush under load */

static void flush_returns_when_all_before_it_is_done_although_more_comes(void **state)
{
    enum { ROUNDS = 200, TASKS = 20 };
    static struct test_probe_yield_task *tasks[ROUNDS][TASKS];
    chi_pool_id_t probe;
    (void)state;
    assert_int_equal(test_probe_create("probe", 4, &probe), 0);
    struct chimaera_admin_flush_task *flushes[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
        for (int i = 0; i < TASKS; i++) {
            tasks[r][i] = CHI_TASK_NEW(test_probe_yield, probe, chi_pool_query_local());
            tasks[r][i]->lane = (uint32_t)i;
            tasks[r][i]->times = (uint32_t)(i * 7 % 50);
            while (chi_task_enqueue(&tasks[r][i]->base) == -EAGAIN)
                sched_yield();
        }
        flushes[r] = CHI_TASK_NEW(chimaera_admin_flush, CHI_ADMIN_POOL_ID, chi_pool_query_local());
        while (chi_task_enqueue(&flushes[r]->base) == -EAGAIN)
            sched_yield();
        if (r < 10)
            continue;
        /* While ten rounds come after it. */
        assert_int_equal(chi_task_wait(&flushes[r - 10]->base), 0);
        for (int i = 0; i < TASKS; i++)
            assert_true(chi_task_done(&tasks[r - 10][i]->base));
    }
    for (int r = 0; r < ROUNDS; r++) {
        for (int i = 0; i < TASKS; i++)
            assert_int_equal(finish(&tasks[r][i]->base), 0);
        assert_int_equal(finish(&flushes[r]->base), 0);
    }
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(destroy_waits_for_handlers_and_a_second_one_may_cancel_them, setup_two),
        TEST(destroy_with_cancel_ends_what_waits_and_what_is_queued, setup_one),
        TEST(destroy_with_cancel_ends_what_waits_and_what_is_queued, setup_two),
        TEST(the_command_line_destroys_pools_by_id_and_name, setup_two),
        TEST(flush_returns_when_all_before_it_is_done_although_more_comes, setup_two),
    };
    return cmocka_run_group_tests_name("pool end", tests, NULL, NULL);
}
