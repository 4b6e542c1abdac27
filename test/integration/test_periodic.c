/* SPDX-License-Identifier: BSD-3-Clause */
/* Periodic tasks: when they run, what is missed, and what ends them. */
#include "integration/kinds_fixture.h"

/* ---- periodic */

static void a_periodic_task_runs_at_multiples_of_its_period(void **state)
{
    enum { RUNS = 20 };
    (void)state;
    struct test_kinds_tick_task *tick = new_tick(10 * MS);
    tick->code = -EDOM;
    tick->code_at = RUNS;
    uint64_t before_ns = now_ns();
    assert_int_equal(chi_task_enqueue(&tick->base), 0);
    assert_int_equal(chi_task_wait(&tick->base), -EDOM); /* an error ends it */
    assert_int_equal(tick->runs, RUNS);
    assert_int_equal(chi_vector_count(&tick->times), RUNS);
    const uint64_t *times = chi_vector_items(&tick->times);
    /* Late by as much as the machine likes, but never early: run n of the task comes no sooner than
     * (n + missed) periods after it was taken in. */
    for (uint64_t i = 1; i < RUNS; i++)
        assert_true(times[i] > times[i - 1]);
    assert_true(times[RUNS - 1] - before_ns >= (RUNS - 1 + tick->missed) * 10 * MS);
    chi_task_del(&tick->base);
}

static void runs_that_are_missed_are_counted_not_bunched(void **state)
{
    (void)state;
    struct test_kinds_tick_task *tick = new_tick(2 * MS);
    tick->first_run_ns = 51 * MS;
    tick->code = -EDOM;
    tick->code_at = 2;
    uint64_t before_ns = now_ns();
    assert_int_equal(chi_task_enqueue(&tick->base), 0);
    assert_int_equal(chi_task_wait(&tick->base), -EDOM);
    assert_int_equal(tick->runs, 2);
    assert_true(tick->missed >= 25);
    const uint64_t *times = chi_vector_items(&tick->times);
    assert_true(times[1] - before_ns >= (tick->missed + 1) * 2 * MS);
    chi_task_del(&tick->base);
}

static void a_periodic_task_ends_when_it_is_cancelled(void **state)
{
    (void)state;
    uint64_t base = ticks();
    struct test_kinds_tick_task *tick = new_tick(MS);
    assert_int_equal(chi_task_enqueue(&tick->base), 0);
    until_ticks(base + 5);
    assert_false(chi_task_done(&tick->base));
    assert_int_equal(chi_task_cancel(&tick->base), 0);
    assert_int_equal(chi_task_wait(&tick->base), -ECANCELED);
    assert_true(tick->runs >= 5); /* the outputs of the last run */
    assert_int_equal(ticks(), base + tick->runs);
    chi_task_del(&tick->base);

    uint64_t before = ticks();
    tick = new_tick(HOUR); /* between runs */
    assert_int_equal(chi_task_enqueue(&tick->base), 0);
    until_ticks(before + 1);
    assert_int_equal(chi_task_cancel(&tick->base), 0);
    assert_int_equal(chi_task_wait(&tick->base), -ECANCELED);
    assert_int_equal(tick->runs, 1);
    chi_task_del(&tick->base);
}

static void a_cancelled_run_of_a_periodic_task_ends_it(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = new_wait(TEST_KINDS_SLEEP, 1, 1);
    assert_int_equal(chi_task_set_period(&task->base, MS), 0);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    until_waiting(1);
    assert_int_equal(chi_task_cancel(&task->base), 0);
    assert_int_equal(finish(&task->base), -ECANCELED);
}

static void flush_and_stop_do_not_wait_for_periodic_tasks(void **state)
{
    struct chi_test_daemon *daemon = *state;
    struct test_kinds_tick_task *rare = new_tick(HOUR);
    struct test_kinds_tick_task *often = new_tick(100000);
    assert_int_equal(chi_task_enqueue(&rare->base), 0);
    assert_int_equal(chi_task_enqueue(&often->base), 0);
    until_ticks(10);
    for (int i = 0; i < 20; i++)
        assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    assert_int_equal(chimaera_admin_stop_runtime(chi_pool_query_local(), HOUR), 0);
    int rc = finish(&rare->base);
    assert_true(rc == CHI_ESTOPPING || rc == CHI_ERUNTIME_DOWN);
    rc = finish(&often->base);
    assert_true(rc == CHI_ESTOPPING || rc == CHI_ERUNTIME_DOWN);
    assert_int_equal(chi_test_daemon_join(daemon), 0);
}

static int leave_periodic(void *argument)
{
    (void)argument;
    if (chi_client_init() < 0)
        return 1;
    for (int i = 0; i < 50; i++) {
        struct test_kinds_tick_task *tick = new_tick(i % 2 == 0 ? HOUR : 100000);
        tick->lane = (uint32_t)i;
        if (chi_buffer_alloc(100000, &tick->buffer) < 0 || chi_task_enqueue(&tick->base) < 0)
            return 2;
    }
    until_ticks(60);
    raise(SIGKILL);
    return 3;
}

static void a_clients_periodic_tasks_end_with_it(void **state)
{
    struct chi_test_daemon *daemon = *state;
    assert_int_equal(chi_test_in_child(leave_periodic, NULL), -SIGKILL);
    struct chi_test_status status;
    do
        assert_int_equal(chi_test_status_get(&status), 0);
    while (status.clients > 1);
    uint64_t count = ticks();
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    assert_int_equal(ticks(), count);
    chi_client_fini();
    chi_test_daemon_settle(daemon);
    assert_int_equal(chi_client_init(), 0);
}

static void too_many_periodic_tasks_are_refused(void **state)
{
    enum { TASKS = 4200 };
    static struct test_kinds_tick_task *ticks_[TASKS];
    uint32_t refused = 0;
    (void)state;
    for (int i = 0; i < TASKS; i++) {
        ticks_[i] = new_tick(HOUR);
        while (chi_task_enqueue(&ticks_[i]->base) == -EAGAIN)
            sched_yield();
    }
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    for (int i = 0; i < TASKS; i++) {
        if (chi_task_done(&ticks_[i]->base))
            assert_int_equal(ticks_[i]->base.return_code, -EAGAIN);
        refused += chi_task_cancel(&ticks_[i]->base) == 1;
    }
    assert_int_equal(refused, TASKS - 4096);
    for (int i = 0; i < TASKS; i++) {
        int rc = finish(&ticks_[i]->base);
        assert_true(rc == -ECANCELED || rc == -EAGAIN);
    }
}

static void a_handler_starts_and_cancels_a_periodic_task(void **state)
{
    static const int32_t codes[] = {0, 0, 0, 0, -ECANCELED, -EINVAL};
    (void)state;
    struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_PERIODIC, 10, 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_codes(task, codes, 6);
    assert_true(task->done >= 10);
    chi_task_del(&task->base);
}

static int start_one_and_go(void *argument)
{
    (void)argument;
    if (chi_client_init() < 0)
        return 1;
    struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_LEAVE, 0, 0);
    int rc = finish(&task->base);
    chi_client_fini();
    return rc;
}

static void a_handlers_periodic_task_lives_as_long_as_its_pool(void **state)
{
    (void)state;
    assert_int_equal(chi_test_in_child(start_one_and_go, NULL), 0);
    until_ticks(ticks() + 5);
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), pool), 0);
    assert_int_equal(finish(submit_note(0, 1)), CHI_ENOPOOL);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_periodic_task_runs_at_multiples_of_its_period, setup_two),
        TEST(runs_that_are_missed_are_counted_not_bunched, setup_two),
        TEST(a_periodic_task_ends_when_it_is_cancelled, setup_two),
        TEST(a_cancelled_run_of_a_periodic_task_ends_it, setup_two),
        TEST(flush_and_stop_do_not_wait_for_periodic_tasks, setup_two),
        TEST(a_clients_periodic_tasks_end_with_it, setup_two),
        TEST(too_many_periodic_tasks_are_refused, setup_one),
        TEST(a_handler_starts_and_cancels_a_periodic_task, setup_two),
        TEST(a_handlers_periodic_task_lives_as_long_as_its_pool, setup_two),
    };
    return cmocka_run_group_tests_name("periodic", tests, NULL, NULL);
}
