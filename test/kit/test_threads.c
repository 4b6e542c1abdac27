/* SPDX-License-Identifier: BSD-3-Clause */
/* A runtime with threads in the test's process: started, used by several, stopped, many times. */
#include "kit/kit.h"

#include <chimaera/admin/admin_client.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "base/assert.h"
#include "support/process.h"

static int begin(void **state)
{
    (void)state;
    return kit_begin((struct chi_test_options){.mode = CHI_TEST_THREADS, .sched_threads = 2});
}

static void *call_many(void *failures)
{
    for (uint32_t i = 0; i < 300; i++) {
        struct test_probe_record_task *task =
            CHI_TASK_NEW(test_probe_record, pool, chi_pool_query_local());
        if (task == NULL) {
            ++*(int *)failures;
            continue;
        }
        task->lane = i;
        task->yields = i % 3;
        int rc = chi_task_enqueue(&task->base);
        rc = rc == 0 ? chi_task_wait(&task->base) : rc;
        *(int *)failures += rc != 0;
        chi_task_del(&task->base);
    }
    return NULL;
}

static void several_threads_call_and_nothing_is_left(void **state)
{
    pthread_t threads[3];
    int failures[3] = {0};
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_many, &failures[i]), 0);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(failures[i], 0);
    }
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
}

static void runtimes_follow_each_other_in_one_process(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        int failures = 0;
        begin(NULL);
        call_many(&failures);
        assert_int_equal(failures, 0);
        assert_int_equal(chi_test_end(), 0);
    }
}

static int be_a_client(void *argument)
{
    int failures = 0;
    (void)argument;
    if (chi_client_init() != 0)
        return 1;
    call_many(&failures);
    chi_client_fini();
    return failures == 0 ? 0 : 2;
}

static void another_process_can_attach(void **state)
{
    (void)state;
    assert_int_equal(chi_test_in_child(be_a_client, NULL), 0);
}

static int run_a_test(void *mode)
{
    for (int i = 0; i < 5; i++) {
        int failures = 0;
        kit_begin((struct chi_test_options){.mode = *(enum chi_test_mode *)mode});
        call_many(&failures);
        if (chi_test_end() != 0 || failures != 0)
            return 1;
    }
    return 0;
}

static void programs_that_test_at_the_same_time_do_not_meet(void **state)
{
    static enum chi_test_mode modes[] = {CHI_TEST_STEPPED, CHI_TEST_DIRECT, CHI_TEST_THREADS};
    pid_t children[6];
    (void)state;
    for (int i = 0; i < 6; i++)
        children[i] = chi_test_fork(run_a_test, &modes[i % 3]);
    for (int i = 0; i < 6; i++)
        assert_int_equal(chi_test_join(children[i]), 0);
}

static int asserted;

static void on_assert(const char *file, int line, const char *message)
{
    (void)file, (void)line, (void)message;
    asserted++;
}

static void steps_and_single_handlers_are_refused(void **state)
{
    chi_assert_hook_fn *before = chi_assert_hook;
    (void)state;
    chi_assert_hook = on_assert;
    assert_false(chi_test_step(0));
    chi_test_run_until_idle();
    chi_test_advance(1);
    assert_true(chi_test_now_ns() == 0);
    chi_assert_hook = before;
#ifndef NDEBUG
    assert_int_equal(asserted, 4);
#endif
    struct chi_task *task = kit_nop();
    assert_int_equal(chi_test_run_handler(task, 0), -ENOTSUP);
    chi_task_del(task);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, kit_end)
    const struct CMUnitTest tests[] = {
        TEST(several_threads_call_and_nothing_is_left),
        cmocka_unit_test(runtimes_follow_each_other_in_one_process),
        TEST(another_process_can_attach),
        cmocka_unit_test(programs_that_test_at_the_same_time_do_not_meet),
        TEST(steps_and_single_handlers_are_refused),
    };
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
