/* SPDX-License-Identifier: BSD-3-Clause */
/* A client lets as many of its tasks wait for ever as it may, on every worker. Everybody else, and
 * who looks after the daemon, goes on. */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "support/daemon.h"
#include "support/process.h"
#include "test_paths.h"

/* The most that wait on both workers, and how many the client submits. */
enum { FULL = 2 * 8, MANY = 400 };

static pid_t greedy;
static chi_pool_id_t pool;

static int wait_greedily(void *argument)
{
    (void)argument;
    if (chi_client_init() != 0 || test_probe_create("probe", 4, &pool) != 0)
        return 1;
    for (uint32_t i = 0; i < MANY; i++) {
        struct test_probe_gate_task *task =
            CHI_TASK_NEW(test_probe_gate, pool, chi_pool_query_local());
        if (task == NULL)
            return 2;
        task->lane = i;
        if (chi_task_enqueue(&task->base) != 0)
            return 3;
    }
    for (;;)
        pause();
}

static void until_parked(uint64_t count)
{
    struct chi_test_status now;
    do {
        sched_yield();
        assert_int_equal(chi_test_status_get(&now), 0);
    } while (now.parked != count);
}

static int setup(void **state)
{
    chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS "  max_fibers: 8\n");
    greedy = chi_test_fork(wait_greedily, NULL);
    until_parked(FULL);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    return 0;
}

static void end_greedy(void)
{
    if (greedy == 0)
        return;
    kill(greedy, SIGKILL);
    assert_int_equal(chi_test_join(greedy), -SIGKILL);
    greedy = 0;
}

static int teardown(void **state)
{
    end_greedy();
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

static void others_ping_call_create_and_destroy(void **state)
{
    char output[CHI_TEST_OUTPUT_MAX];
    const struct chimaera_admin_destroy_spec first = {.pool_name = "probe", .cancel = true};
    chi_pool_id_t second;

    (void)state;
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera ping"), 0);
    for (uint32_t i = 0; i < 100; i++) {
        struct test_probe_yield_task *task =
            CHI_TASK_NEW(test_probe_yield, pool, chi_pool_query_local());
        task->lane = i;
        task->times = 2;
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), 0);
        chi_task_del(&task->base);
    }
    assert_int_equal(test_probe_create("second", 2, &second), 0);
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), second), 0);
    until_parked(FULL);
    assert_int_equal(chimaera_admin_destroy_pool_with(chi_pool_query_local(), &first), 0);
    until_parked(0);
}

static void when_the_client_has_died_its_tasks_still_keep_nobody_out(void **state)
{
    const struct chimaera_admin_destroy_spec first = {.pool_name = "probe", .cancel = true};
    (void)state;
    end_greedy();
    assert_int_equal(chimaera_admin_destroy_pool_with(chi_pool_query_local(), &first), 0);
    until_parked(0);
}

static void the_daemon_can_be_stopped(void **state)
{
    char output[CHI_TEST_OUTPUT_MAX];
    chi_client_fini();
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera stop --grace 0"), 0);
    assert_int_equal(chi_test_daemon_join(*state), 0);
    end_greedy();
}

static int setup_alone(void **state)
{
    chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS "  max_fibers: 8\n");
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    return 0;
}

/* Its lanes are not polled, so it asks over the control socket. */
static void a_client_whose_tasks_all_wait_can_cancel_them(void **state)
{
    struct test_probe_gate_task *tasks[MANY];
    (void)state;
    for (uint32_t i = 0; i < MANY; i++) {
        tasks[i] = CHI_TASK_NEW(test_probe_gate, pool, chi_pool_query_local());
        tasks[i]->lane = i;
        assert_int_equal(chi_task_enqueue(&tasks[i]->base), 0);
    }
    until_parked(FULL);
    for (uint32_t i = 0; i < MANY; i++)
        assert_int_equal(chi_task_cancel(&tasks[i]->base), 0);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(chi_task_wait(&tasks[i]->base), -ECANCELED);
        chi_task_del(&tasks[i]->base);
    }
    assert_int_equal(chimaera_admin_ping(chi_pool_query_local()), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(others_ping_call_create_and_destroy, setup, teardown),
        cmocka_unit_test_setup_teardown(when_the_client_has_died_its_tasks_still_keep_nobody_out,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_whose_tasks_all_wait_can_cancel_them, setup_alone,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_daemon_can_be_stopped, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
