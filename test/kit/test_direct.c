/* SPDX-License-Identifier: BSD-3-Clause */
/* Handlers called one by one, with no client between. */
#include "kit/kit.h"

#include <errno.h>
#include <string.h>

static int begin(void **state)
{
    (void)state;
    return kit_begin((struct chi_test_options){.mode = CHI_TEST_DIRECT, .sched_threads = 2});
}

static void a_handler_gets_and_gives_members_of_every_kind(void **state)
{
    static const char text[] = "a string that is too long to lie in the task itself";
    CHI_SCOPED_BUFFER(buffer);
    (void)state;
    struct test_probe_echo_task *task = CHI_TASK_NEW(test_probe_echo, pool, chi_pool_query_local());
    task->in_u64 = 77;
    assert_int_equal(chi_string_set(&task->in_string, text), 0);
    assert_int_equal(chi_string_set(&task->text, "abc"), 0);
    assert_int_equal(chi_buffer_alloc(100, &buffer), 0);
    memset(chi_buffer_data(&buffer), 0x0f, 100);
    task->bytes = buffer;
    assert_int_equal(chi_test_run_handler(&task->base, 0), 0);
    assert_int_equal(task->out_u64, 77);
    assert_true(chi_string_equal(&task->out_string, text));
    assert_true(chi_string_equal(&task->text, "cba"));
    assert_int_equal(((uint8_t *)chi_buffer_data(&buffer))[99], 0xf0);
    chi_task_del(&task->base);
}

static void a_handler_may_wait_for_time_and_for_subtasks(void **state)
{
    (void)state;
    struct test_probe_sleep_task *sleep =
        CHI_TASK_NEW(test_probe_sleep, pool, chi_pool_query_local());
    uint64_t begin_ns = chi_test_now_ns();
    sleep->duration_ns = 5 * S;
    assert_int_equal(chi_test_run_handler(&sleep->base, 0), 0);
    assert_int_equal(sleep->slept, 1);
    assert_true(chi_test_now_ns() - begin_ns == 5 * S);
    chi_task_del(&sleep->base);

    struct test_probe_spawn_task *spawn =
        CHI_TASK_NEW(test_probe_spawn, pool, chi_pool_query_local());
    spawn->count = 50;
    assert_int_equal(chi_test_run_handler(&spawn->base, 0), 0);
    assert_int_equal(spawn->done, 50);
    chi_task_del(&spawn->base);
}

static void what_a_handler_says_reaches_the_test(void **state)
{
    (void)state;
    struct test_probe_fail_task *fail = CHI_TASK_NEW(test_probe_fail, pool, chi_pool_query_local());
    fail->code = -EDOM;
    assert_int_equal(chi_test_run_handler(&fail->base, 0), -EDOM);
    assert_string_equal(chi_last_error(), "container 0 was told to fail");
    chi_task_del(&fail->base);
}

static void a_handler_runs_on_the_worker_of_choice(void **state)
{
    (void)state;
    for (uint32_t w = 0; w < 2; w++) {
        struct chi_task *task = kit_nop();
        assert_int_equal(chi_test_start_handler(task, 0, w), 0);
        assert_int_equal(chi_task_wait_for(task, 0), -ETIMEDOUT);
        assert_false(chi_test_step(1 - w));
        assert_true(chi_test_step(w));
        assert_true(chi_task_done(task));
        assert_int_equal(chi_task_wait(task), 0);
        chi_task_del(task);
    }
}

/* Two of them on one worker: the second begins while the first waits. */
static void handlers_interleave_where_they_wait(void **state)
{
    (void)state;
    struct test_probe_yield_task *first =
        CHI_TASK_NEW(test_probe_yield, pool, chi_pool_query_local());
    struct chi_task *second = kit_nop();
    first->times = 2;
    assert_int_equal(chi_test_start_handler(&first->base, 0, 0), 0);
    assert_int_equal(chi_test_start_handler(second, 0, 0), 0);
    assert_true(chi_test_step(0));
    assert_true(chi_task_done(second));
    assert_false(chi_task_done(&first->base));
    chi_test_run_until_idle();
    assert_true(chi_task_done(&first->base));
    chi_task_del(&first->base);
    chi_task_del(second);
}

static void enqueue_asks_the_monitor_and_run_does_not(void **state)
{
    (void)state;
    struct chi_task *task = chi_task_new(&test_probe_no_route_schema, pool, chi_pool_query_local());
    assert_int_equal(chi_test_run_handler(task, 0), 0);
    chi_task_del(task);
    task = chi_task_new(&test_probe_no_route_schema, pool, chi_pool_query_local());
    assert_int_equal(chi_task_enqueue(task), 0);
    assert_int_equal(chi_task_wait(task), CHI_ENOROUTE);
    chi_task_del(task);
}

static void what_a_handler_returns_comes_back(void **state)
{
    (void)state;
    struct test_probe_fail_task *task = CHI_TASK_NEW(test_probe_fail, pool, chi_pool_query_local());
    task->code = -EXDEV;
    assert_int_equal(chi_test_run_handler(&task->base, 0), -EXDEV);
    assert_int_equal(task->left, 7);
    assert_int_equal(chi_test_run_handler(&task->base, 0), -EALREADY);
    chi_task_del(&task->base);
}

static void wrong_calls_have_codes(void **state)
{
    (void)state;
    struct chi_task *task = kit_nop();
    assert_int_equal(chi_task_wait(task), -EINVAL);
    assert_int_equal(chi_test_run_handler(task, 1), CHI_EQUERY_CONTAINER);
    assert_int_equal(chi_test_start_handler(task, 0, 2), -EINVAL);
    task->method = 9999;
    assert_int_equal(chi_test_run_handler(task, 0), CHI_ENOMETHOD);
    task->method = TEST_PROBE_METHOD_ECHO;
    assert_int_equal(chi_test_run_handler(task, 0), CHI_ESCHEMA);
    task->pool_id = chi_pool_id(77, 0);
    assert_int_equal(chi_test_run_handler(task, 0), CHI_ENOPOOL);
    chi_task_del(task);
    assert_int_equal(chi_client_init(), -EPERM);
    assert_null(chi_test_container(chi_pool_id(77, 0), 0));
    assert_null(chi_test_container(pool, 1));
    assert_string_equal(chi_test_container(pool, 0)->pool_name, "probe");
}

static void a_pool_that_cannot_be_made_says_why(void **state)
{
    const struct test_probe_create_params params = {.mood = TEST_PROBE_MOOD_FAILING,
                                                    .fail_code = -EIO};
    chi_pool_id_t id;
    (void)state;
    assert_int_equal(chi_test_create_pool("test_absent", "p", NULL, NULL, &id), CHI_ENOMODULE);
    assert_non_null(strstr(chi_last_error(), "libtest_absent_runtime.so"));
    assert_int_equal(chi_test_create_pool(TEST_PROBE_LIBRARY, "p", &test_probe_create_params_schema,
                                          &params, &id),
                     -EIO);
    assert_non_null(strstr(chi_last_error(), "Create failed"));
}

static void a_task_given_up_goes_on_and_is_freed(void **state)
{
    (void)state;
    struct chi_task *task = kit_sleep(MS);
    chi_test_run_until_idle();
    chi_task_del(task);
    chi_test_advance(MS);
}

/* ---- tasks that end before their time */

static void a_task_can_be_cancelled(void **state)
{
    (void)state;
    struct chi_task *task = kit_sleep(3600 * S);
    chi_test_run_until_idle();
    assert_int_equal(chi_task_cancel(task), 0);
    assert_int_equal(chi_task_wait(task), -ECANCELED);
    assert_int_equal(chi_task_cancel(task), 1);
    chi_task_del(task);
    task = kit_nop();
    assert_int_equal(chi_task_cancel(task), -EINVAL);
    chi_task_del(task);
}

static void a_cancelled_task_may_be_given_up_at_once(void **state)
{
    (void)state;
    struct chi_task *task = kit_sleep(3600 * S);
    chi_test_run_until_idle();
    assert_int_equal(chi_task_cancel(task), 0);
    chi_task_del(task); /* still in flight; kit_end() finds it where it stays */
}

static void a_task_has_its_timeout_and_its_period(void **state)
{
    (void)state;
    struct test_probe_sleep_task *sleep =
        CHI_TASK_NEW(test_probe_sleep, pool, chi_pool_query_local());
    sleep->duration_ns = 3600 * S;
    assert_int_equal(chi_task_set_timeout(&sleep->base, 5 * S), 0);
    uint64_t begin_ns = chi_test_now_ns();
    assert_int_equal(chi_task_enqueue(&sleep->base), 0);
    assert_int_equal(chi_task_wait(&sleep->base), -ETIMEDOUT);
    assert_true(chi_test_now_ns() - begin_ns == 5 * S);
    chi_task_del(&sleep->base);

    struct test_probe_record_task *record =
        CHI_TASK_NEW(test_probe_record, pool, chi_pool_query_local());
    assert_int_equal(chi_task_set_period(&record->base, S), 0);
    assert_int_equal(chi_task_enqueue(&record->base), 0);
    chi_test_advance(10 * S + S / 2);
    assert_false(chi_task_done(&record->base));
    assert_int_equal(record->place, 10); /* the runs before the last one */
    assert_int_equal(chi_task_cancel(&record->base), 0);
    assert_int_equal(chi_task_wait(&record->base), -ECANCELED);
    chi_task_del(&record->base);
}

static void a_handler_called_by_hand_has_its_timeout(void **state)
{
    (void)state;
    struct test_probe_sleep_task *sleep =
        CHI_TASK_NEW(test_probe_sleep, pool, chi_pool_query_local());
    sleep->duration_ns = 3600 * S;
    assert_int_equal(chi_task_set_timeout(&sleep->base, 5 * S), 0);
    assert_int_equal(chi_test_run_handler(&sleep->base, 0), -ETIMEDOUT);
    chi_task_del(&sleep->base);
    struct chi_task *task = kit_nop();
    assert_int_equal(chi_task_set_period(task, S), 0);
    assert_int_equal(chi_test_run_handler(task, 0), -EINVAL);
    chi_task_del(task);
}

/* ---- allocations that fail */

static void each_allocation_of_a_handler_can_fail_in_turn(void **state)
{
    uint32_t runs = 0;
    (void)state;
    CHI_TEST_FAIL_EACH(n)
    {
        struct test_probe_spawn_task *task =
            CHI_TASK_NEW(test_probe_spawn, pool, chi_pool_query_local());
        task->count = 5; /* five subtasks and no more */
        int rc = chi_test_run_handler(&task->base, 0);
        assert_int_equal(rc, chi_test_failed() ? -ENOMEM : 0);
        assert_int_equal(chi_test_failed(), n <= 5);
        assert_true(task->done == 5 || chi_test_failed());
        chi_task_del(&task->base);
        runs = n;
    }
    assert_int_equal(runs, 6);
    assert_false(chi_test_failed());
}

static void create_can_fail_at_each_of_its_allocations(void **state)
{
    const struct test_probe_create_params params = {.lanes = 2, .text = {{.size = 1}}};
    chi_pool_id_t id;
    uint32_t runs = 0;
    (void)state;
    CHI_TEST_FAIL_EACH(n)
    {
        int rc = chi_test_create_pool(TEST_PROBE_LIBRARY, "other", &test_probe_create_params_schema,
                                      &params, &id);
        assert_int_equal(rc, chi_test_failed() ? -ENOMEM : 0);
        runs = n;
    }
    assert_true(runs > 2); /* a queue and its lanes */
}

static void what_runs_without_a_module_does_not_count(void **state)
{
    CHI_SCOPED_BUFFER(buffer);
    (void)state;
    assert_true(chi_test_fail_nth(1));
    assert_int_equal(chi_buffer_alloc(10, &buffer), 0);
    struct chi_task *task = kit_nop();
    assert_int_equal(chi_test_run_handler(task, 0), 0);
    chi_task_del(task);
    assert_false(chi_test_failed());
    assert_false(chi_test_fail_nth(2));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, kit_end)
    const struct CMUnitTest tests[] = {
        TEST(a_handler_gets_and_gives_members_of_every_kind),
        TEST(a_handler_may_wait_for_time_and_for_subtasks),
        TEST(what_a_handler_says_reaches_the_test),
        TEST(a_handler_runs_on_the_worker_of_choice),
        TEST(handlers_interleave_where_they_wait),
        TEST(enqueue_asks_the_monitor_and_run_does_not),
        TEST(what_a_handler_returns_comes_back),
        TEST(wrong_calls_have_codes),
        TEST(a_pool_that_cannot_be_made_says_why),
        TEST(a_task_given_up_goes_on_and_is_freed),
        TEST(a_task_can_be_cancelled),
        TEST(a_cancelled_task_may_be_given_up_at_once),
        TEST(a_task_has_its_timeout_and_its_period),
        TEST(a_handler_called_by_hand_has_its_timeout),
        TEST(each_allocation_of_a_handler_can_fail_in_turn),
        TEST(create_can_fail_at_each_of_its_allocations),
        TEST(what_runs_without_a_module_does_not_count),
    };
    return cmocka_run_group_tests_name("direct", tests, NULL, NULL);
}
