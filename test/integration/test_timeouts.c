/* SPDX-License-Identifier: BSD-3-Clause */
/* Timeouts of tasks that wait, are queued, or are subtasks. */
#include "integration/kinds_fixture.h"

/* ---- deadlines */

static void a_wait_ends_when_the_tasks_time_is_over(void **state)
{
    static const uint32_t ways[] = {TEST_KINDS_GATE, TEST_KINDS_SLEEP, TEST_KINDS_SUBTASK,
                                    TEST_KINDS_POLL};
    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct test_kinds_wait_task *task = new_wait(ways[i], (uint32_t)i, 1);
        assert_int_equal(chi_task_set_timeout(&task->base, 20 * MS), 0);
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), -ETIMEDOUT);
        if (task->asked != 0) { /* it began in time */
            assert_int_equal(task->first, -ETIMEDOUT);
            assert_int_equal(task->second, -ETIMEDOUT);
            assert_int_equal(task->third, -ETIMEDOUT);
            assert_int_equal(task->asked, -ETIMEDOUT);
        }
        chi_task_del(&task->base);
        until_waiting(0);
    }
}

static void a_task_that_begins_too_late_never_runs(void **state)
{
    enum { TASKS = 100 };
    static struct test_kinds_wait_task *tasks[TASKS];
    (void)state;
    struct chi_buffer flag;
    struct test_kinds_wait_task *busy = hold_worker(&flag);
    for (uint32_t i = 0; i < TASKS; i++) {
        tasks[i] = new_wait(TEST_KINDS_GATE, 1, 1000 + i);
        assert_int_equal(chi_task_set_timeout(&tasks[i]->base, i % 2 == 0 ? MS : HOUR), 0);
        assert_int_equal(chi_task_enqueue(&tasks[i]->base), 0);
    }
    struct timespec pause = {.tv_nsec = 2 * MS};
    nanosleep(&pause, NULL); /* their time passes: this is the input, not a race */
    let_go(busy, &flag);
    move_gate(0);
    for (uint32_t i = 0; i < TASKS; i++) {
        assert_int_equal(finish(&tasks[i]->base), i % 2 == 0 ? -ETIMEDOUT : 0);
        assert_int_equal(noted(1000 + i), i % 2);
    }
    move_gate(1);
}

static void a_queued_task_ends_in_time_although_nothing_can_start(void **state)
{
    enum { PARKED = 8, TASKS = 20 };
    static struct test_kinds_wait_task *parked[PARKED];
    static struct test_kinds_wait_task *tasks[TASKS];
    (void)state;
    struct chi_test_status status = {0};
    for (uint32_t i = 0; i < TASKS; i++) {
        tasks[i] = new_wait(TEST_KINDS_GATE, 0, 77);
        assert_int_equal(chi_task_set_timeout(&tasks[i]->base, i == 0 ? HOUR : 30 * MS), 0);
    }
    for (uint32_t i = 0; i < PARKED; i++)
        parked[i] = submit_wait(TEST_KINDS_GATE, 0, 1);
    while (status.parked < PARKED) /* as many as may wait: no other is taken in */
        assert_int_equal(chi_test_status_get(&status), 0);
    for (uint32_t i = 0; i < TASKS; i++)
        assert_int_equal(chi_task_enqueue(&tasks[i]->base), 0);
    assert_int_equal(chi_task_cancel(&tasks[0]->base), 0); /* makes the worker take them in */
    for (uint32_t i = 0; i < TASKS; i++)
        assert_int_equal(finish(&tasks[i]->base), i == 0 ? -ECANCELED : -ETIMEDOUT);
    for (uint32_t i = 0; i < PARKED; i++) {
        assert_int_equal(chi_task_cancel(&parked[i]->base), 0);
        assert_int_equal(finish(&parked[i]->base), -ECANCELED);
    }
    assert_int_equal(noted(77), 0);
}

static void subtasks_run_out_of_time_too(void **state)
{
    static const int32_t codes[] = {-ETIMEDOUT, -ETIMEDOUT, 0};
    (void)state;
    struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_TIMEOUT, 0, 200);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_codes(task, codes, 3);
    chi_task_del(&task->base);
    assert_int_equal(noted(202), 0);
    assert_int_equal(noted(203), 1);
}

static void the_setters_refuse_what_makes_no_sense(void **state)
{
    static const int32_t codes[] = {-EINVAL, 0, -EINVAL, -EINVAL, -EINVAL, -EINVAL};
    (void)state;
    struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_MISUSE, 0, 1);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_codes(task, codes, 6);
    assert_int_equal(chi_task_set_timeout(&task->base, MS), -EINVAL);
    assert_int_equal(chi_task_set_period(&task->base, MS), -EINVAL);
    chi_task_del(&task->base);
    struct test_kinds_tick_task *tick = new_tick(MS);
    assert_int_equal(chi_task_set_timeout(&tick->base, MS), -EINVAL);
    assert_int_equal(chi_task_set_period(&tick->base, 0), -EINVAL);
    chi_task_del(&tick->base);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_wait_ends_when_the_tasks_time_is_over, setup_two),
        TEST(a_task_that_begins_too_late_never_runs, setup_two),
        TEST(a_queued_task_ends_in_time_although_nothing_can_start, setup_few_fibers),
        TEST(subtasks_run_out_of_time_too, setup_one),
        TEST(subtasks_run_out_of_time_too, setup_two),
        TEST(the_setters_refuse_what_makes_no_sense, setup_one),
    };
    return cmocka_run_group_tests_name("timeouts", tests, NULL, NULL);
}
