/* SPDX-License-Identifier: BSD-3-Clause */
/* Cancelling: waits, queued tasks, subtasks and copies. */
#include "integration/kinds_fixture.h"

/* ---- cancelling */

static void every_wait_of_a_cancelled_task_ends_with_ecanceled(void **state)
{
    static const uint32_t ways[] = {TEST_KINDS_GATE, TEST_KINDS_SLEEP, TEST_KINDS_YIELD,
                                    TEST_KINDS_SUBTASK, TEST_KINDS_ANY};
    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        uint32_t deep = ways[i] == TEST_KINDS_SUBTASK ? 1 : ways[i] == TEST_KINDS_ANY ? 2 : 0;
        struct test_kinds_wait_task *task = submit_wait(ways[i], (uint32_t)i, 10);
        until_waiting(1 + deep);
        assert_int_equal(chi_task_cancel(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), -ECANCELED);
        assert_int_equal(task->first, -ECANCELED);
        assert_int_equal(task->second, -ECANCELED);
        assert_int_equal(task->third, -ECANCELED);
        assert_int_equal(task->asked, -ECANCELED);
        assert_int_equal(chi_task_cancel(&task->base), 1);
        chi_task_del(&task->base);
        until_waiting(0); /* its subtasks have ended with it */
    }
}

static void a_task_that_has_not_begun_never_runs_once_cancelled(void **state)
{
    enum { TASKS = 300 };
    static struct test_kinds_wait_task *tasks[TASKS];
    (void)state;
    /* The worker is held, so none of the others begins. */
    struct chi_buffer flag;
    struct test_kinds_wait_task *busy = hold_worker(&flag);
    for (uint32_t i = 0; i < TASKS; i++)
        tasks[i] = submit_wait(TEST_KINDS_GATE, 1, 1000 + i);
    for (uint32_t i = 0; i < TASKS; i += 2)
        assert_int_equal(chi_task_cancel(&tasks[i]->base), 0);
    let_go(busy, &flag);
    move_gate(0);
    for (uint32_t i = 0; i < TASKS; i++) {
        assert_int_equal(chi_task_wait(&tasks[i]->base), i % 2 == 0 ? -ECANCELED : 0);
        assert_int_equal(noted(1000 + i), i % 2);
        chi_task_del(&tasks[i]->base);
    }
    move_gate(1);
}

static void a_handler_that_never_waits_can_ask(void **state)
{
    (void)state;
    struct chi_buffer flag;
    struct test_kinds_wait_task *task = new_wait(TEST_KINDS_POLL, 1, 1);
    assert_int_equal(chi_buffer_alloc(64, &flag), 0);
    memset(chi_buffer_data(&flag), 0, 64);
    task->flag = flag;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    while (atomic_load((_Atomic(uint8_t) *)chi_buffer_data(&flag)) == 0)
        sched_yield();
    assert_int_equal(chi_task_cancel(&task->base), 0);
    assert_int_equal(finish(&task->base), -ECANCELED);
    chi_buffer_free(&flag);
}

static void a_shielded_wait_is_not_cut_short(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = submit_wait(TEST_KINDS_SHIELD, 1, 1);
    until_waiting(1);
    assert_int_equal(chi_task_cancel(&task->base), 0);
    /* Whoever was cancelled later and is done shows that the worker has looked. */
    struct test_kinds_wait_task *other = submit_wait(TEST_KINDS_GATE, 1, 2);
    until_waiting(2);
    assert_int_equal(chi_task_cancel(&other->base), 0);
    assert_int_equal(finish(&other->base), -ECANCELED);
    assert_false(chi_task_done(&task->base));
    move_gate(0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(task->second, -ECANCELED); /* off again */
    chi_task_del(&task->base);
}

static void cancelling_what_is_new_or_done_has_its_codes(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = new_wait(TEST_KINDS_GATE, 0, 1);
    assert_int_equal(chi_task_cancel(&task->base), -EINVAL);
    chi_task_del(&task->base);
    struct chi_task *note = submit_note(1, 2);
    assert_int_equal(chi_task_wait(note), 0);
    assert_int_equal(chi_task_cancel(note), 1);
    assert_int_equal(chi_task_wait(note), 0);
    chi_task_del(note);
}

static void a_task_in_the_place_of_a_cancelled_one_is_untouched(void **state)
{
    (void)state;
    for (int i = 0; i < 500; i++) {
        struct chi_task *task = submit_note(i % 2, 5);
        chi_task_cancel(task); /* late as a rule */
        int rc = finish(task);
        assert_true(rc == 0 || rc == -ECANCELED);
        task = submit_note(i % 2, 6); /* in that place, two tasks later */
        assert_int_equal(finish(task), 0);
    }
    assert_int_equal(noted(6), 500);
}

static void tasks_are_cancelled_although_all_fibers_wait(void **state)
{
    enum { TASKS = 100 };
    static struct test_kinds_wait_task *tasks[TASKS];
    (void)state;
    for (uint32_t i = 0; i < TASKS; i++) /* most stay in the ingress lane */
        tasks[i] = submit_wait(TEST_KINDS_GATE, i, i);
    for (uint32_t i = TASKS; i-- > 0;)
        assert_int_equal(chi_task_cancel(&tasks[i]->base), 0);
    for (uint32_t i = 0; i < TASKS; i++)
        assert_int_equal(finish(&tasks[i]->base), -ECANCELED);
}

static void a_given_up_task_can_be_cancelled_before(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = submit_wait(TEST_KINDS_GATE, 1, 1);
    until_waiting(1);
    assert_int_equal(chi_task_cancel(&task->base), 0);
    chi_task_del(&task->base); /* the runtime frees it */
    until_waiting(0);
}

static void a_handler_cancels_its_subtasks(void **state)
{
    static const int32_t codes[] = {-EINVAL, 0, -ECANCELED, 0, 0, -ECANCELED, 0, 1, 0};
    (void)state;
    struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_CANCEL, 0, 100);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_codes(task, codes, sizeof(codes) / sizeof(codes[0]));
    chi_task_del(&task->base);
    assert_int_equal(noted(101), 0);
    assert_int_equal(noted(102), 1);
    assert_int_equal(noted(103), 1);
}

static void a_cancelled_handler_can_still_submit_and_shield(void **state)
{
    static const int32_t codes[] = {0};
    (void)state;
    struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_LATE, 0, 50);
    until_waiting(1);
    assert_int_equal(chi_task_cancel(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), -ECANCELED);
    assert_codes(task, codes, 1);
    chi_task_del(&task->base);
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    assert_int_equal(noted(51), 1);
    assert_int_equal(noted(52), 1);
    until_waiting(0); /* the subtask it waited for has ended with it */
}

static void a_task_for_several_containers_ends_with_its_copies(void **state)
{
    const struct test_probe_create_params params = {.lanes = 2};
    chi_pool_id_t several;
    (void)state;
    assert_int_equal(test_probe_create_with("several", &params, (chi_pool_id_t){0, 0}, 4, &several),
                     0);
    for (int timed = 0; timed < 2; timed++) {
        struct test_probe_sleep_task *task =
            CHI_TASK_NEW(test_probe_sleep, several, chi_pool_query_broadcast());
        task->duration_ns = HOUR;
        if (timed)
            assert_int_equal(chi_task_set_timeout(&task->base, 300 * MS), 0);
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        for (uint64_t running = 0; running != 4;) {
            struct test_probe_counters_task *count =
                CHI_TASK_NEW(test_probe_counters, several, chi_pool_query_local());
            assert_int_equal(chi_task_enqueue(&count->base), 0);
            assert_int_equal(chi_task_wait(&count->base), 0);
            running = count->running;
            chi_task_del(&count->base);
        }
        if (!timed)
            assert_int_equal(chi_task_cancel(&task->base), 0);
        assert_int_equal(finish(&task->base), timed ? -ETIMEDOUT : -ECANCELED);
    }
}

/* ---- the end of the runtime */

static void what_waits_past_the_grace_period_is_cancelled(void **state)
{
    struct chi_test_daemon *daemon = *state;
    struct test_kinds_wait_task *tasks[5];
    for (uint32_t i = 0; i < 5; i++)
        tasks[i] = submit_wait(i, i, 1);
    until_waiting(5 + 1 + 2);
    assert_int_equal(chimaera_admin_stop_runtime(chi_pool_query_local(), 10 * MS), 0);
    for (uint32_t i = 0; i < 5; i++) {
        int rc = finish(&tasks[i]->base);
        assert_true(rc == -ECANCELED || rc == CHI_ERUNTIME_DOWN);
    }
    assert_int_equal(chi_test_daemon_join(daemon), 0);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_wait_of_a_cancelled_task_ends_with_ecanceled, setup_one),
        TEST(every_wait_of_a_cancelled_task_ends_with_ecanceled, setup_two),
        TEST(a_task_that_has_not_begun_never_runs_once_cancelled, setup_two),
        TEST(a_handler_that_never_waits_can_ask, setup_two),
        TEST(a_shielded_wait_is_not_cut_short, setup_two),
        TEST(cancelling_what_is_new_or_done_has_its_codes, setup_two),
        TEST(a_task_in_the_place_of_a_cancelled_one_is_untouched, setup_two),
        TEST(tasks_are_cancelled_although_all_fibers_wait, setup_few_fibers),
        TEST(a_given_up_task_can_be_cancelled_before, setup_two),
        TEST(a_task_for_several_containers_ends_with_its_copies, setup_two),
        TEST(a_handler_cancels_its_subtasks, setup_one),
        TEST(a_handler_cancels_its_subtasks, setup_two),
        TEST(a_cancelled_handler_can_still_submit_and_shield, setup_one),
        TEST(a_cancelled_handler_can_still_submit_and_shield, setup_two),
        TEST(what_waits_past_the_grace_period_is_cancelled, setup_two),
    };
    return cmocka_run_group_tests_name("cancel", tests, NULL, NULL);
}
