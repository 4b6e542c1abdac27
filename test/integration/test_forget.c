/* SPDX-License-Identifier: BSD-3-Clause */
/* Tasks that nobody waits for. */
#include "integration/kinds_fixture.h"

/* ---- fire and forget */

static void a_million_forgotten_tasks_leave_nothing(void **state)
{
    enum { MILLION = 1000000 };
    (void)state;
    chi_test_watchdog(600);
    struct chi_test_status first, last;
    assert_int_equal(chi_test_status_get(&first), 0);
    for (uint32_t done = 0; done < MILLION;) {
        struct test_kinds_note_task *task =
            CHI_TASK_NEW(test_kinds_note, pool, chi_pool_query_local());
        assert_non_null(task);
        task->lane = done;
        task->tag = 7;
        int rc = chi_task_fire_and_forget(&task->base);
        assert_true(rc == 0 || rc == -EAGAIN);
        done += rc == 0;
    }
    int rc;
    while ((rc = chimaera_admin_flush(chi_pool_query_local())) == -EAGAIN)
        usleep(1000); /* the lane is full of them */
    assert_int_equal(rc, 0);
    assert_int_equal(chi_test_status_get(&last), 0);
    assert_true(last.tasks - first.tasks >= MILLION);
    /* 128 MB of tasks went through a segment of 16; what is left is seen when the test settles. */
}

static void a_million_tasks_forgotten_by_a_handler_leave_nothing(void **state)
{
    (void)state;
    chi_test_watchdog(600);
    for (int i = 0; i < 10; i++) {
        struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_FORGET, 100000, 8);
        assert_int_equal(chi_task_wait(&task->base), 0);
        assert_int_equal(task->done, 100000);
        chi_task_del(&task->base);
    }
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    struct chi_test_status status;
    assert_int_equal(chi_test_status_get(&status), 0);
    assert_int_equal(status.unstarted, 0);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_million_forgotten_tasks_leave_nothing, setup_two),
        TEST(a_million_tasks_forgotten_by_a_handler_leave_nothing, setup_two),
    };
    return cmocka_run_group_tests_name("forget", tests, NULL, NULL);
}
