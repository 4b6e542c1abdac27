/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Clients that let as many of their tasks wait as they may, beside others that want something of
 * the same worker. This process is a client and makes the steps; the others are its children.
 */
#include "runtime/core/runtime.h"
#include "runtime/module/pool.h"
#include "runtime/worker/worker.h" /* first: its arguments are called as kit.h's pool */

#include "kit/kit.h"

#include <chimaera/admin/admin_client.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/process.h"

enum { MANY = 40, GREEDY = 6 }; /* more than a worker takes from a lane at a time */
enum { SHARE = 2, ALONE = 8 };  /* of 8 fibers, a client's share is a quarter */

static struct chi_runtime *runtime;
static struct chi_task *tasks[MANY];

static int begin(void **state)
{
    (void)state;
    kit_begin((struct chi_test_options){
        .sched_threads = 2, .config = "runtime:\n  sched_threads: 2\n  max_fibers: 8\n"});
    runtime = chi_test_container(pool, 0)->priv->pool->runtime;
    assert_int_equal(runtime->client_share, SHARE);
    return 0;
}

static struct chi_task *submit_sleep(uint32_t lane)
{
    struct test_probe_sleep_task *task =
        CHI_TASK_NEW(test_probe_sleep, pool, chi_pool_query_local());
    if (task == NULL)
        return NULL;
    task->lane = lane;
    task->duration_ns = 3600 * S;
    return chi_task_enqueue(&task->base) == 0 ? &task->base : NULL;
}

static void fill(void)
{
    for (uint32_t i = 0; i < MANY; i++)
        assert_non_null(tasks[i] = submit_sleep(i));
    chi_test_run_until_idle();
}

static void cancel_all(void)
{
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(chi_task_cancel(tasks[i]), 0);
        assert_int_equal(chi_task_wait(tasks[i]), -ECANCELED);
        chi_task_del(tasks[i]);
    }
}

static uint32_t parked(void)
{
    return runtime->workers[0]->waits.clients + runtime->workers[1]->waits.clients;
}

/* Time passes as well, because handlers look again every now and then. */
static void step_on(void)
{
    chi_test_advance(MS / 4);
    sched_yield();
}

/* Makes steps until the child has ended: its exit status, or the negative signal. */
static int step_until_gone(pid_t child)
{
    int status;
    pid_t gone;
    while ((gone = waitpid(child, &status, WNOHANG)) == 0)
        step_on();
    assert_int_equal(gone, child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- children: 0, or the line that did not work out */

#define CHECK(what)                                                                                \
    do {                                                                                           \
        if (!(what))                                                                               \
            return __LINE__ & 0xff;                                                                \
    } while (0)

static int use_everything(void *argument)
{
    chi_pool_id_t second;

    (void)argument;
    CHECK(chi_client_init() == 0);
    for (uint32_t lane = 0; lane < 4; lane++) {
        struct test_probe_yield_task *task =
            CHI_TASK_NEW(test_probe_yield, pool, chi_pool_query_local());
        CHECK(task != NULL);
        task->lane = lane; /* of either worker */
        task->times = 3;   /* and it waits */
        CHECK(chi_task_enqueue(&task->base) == 0 && chi_task_wait(&task->base) == 0);
        chi_task_del(&task->base);
    }
    CHECK(test_probe_create("second", 2, &second) == 0);
    CHECK(chimaera_admin_destroy_pool(chi_pool_query_local(), second) == 0);
    chi_client_fini();
    return 0;
}

static int destroy_it(void *argument)
{
    const struct chimaera_admin_destroy_spec spec = {.pool_id = pool, .cancel = true};

    (void)argument;
    CHECK(chi_client_init() == 0);
    CHECK(chimaera_admin_destroy_pool_with(chi_pool_query_local(), &spec) == 0);
    chi_client_fini();
    return 0;
}

static int wait_greedily(void *argument)
{
    (void)argument;
    CHECK(chi_client_init() == 0);
    for (uint32_t i = 0; i < MANY; i++)
        CHECK(submit_sleep(i) != NULL);
    for (;;)
        pause();
}

/* ---- tests */

static void a_client_that_waits_as_much_as_it_may_keeps_nobody_out(void **state)
{
    (void)state;
    fill();
    assert_int_equal(parked(), 2 * ALONE);
    assert_int_equal(step_until_gone(chi_test_fork(use_everything, NULL)), 0);
    assert_int_equal(parked(), 2 * ALONE);
    struct chi_task *own = kit_nop();
    assert_int_equal(chi_task_enqueue(own), 0);
    chi_test_run_until_idle();
    assert_false(chi_task_done(own)); /* it has to wait for its own tasks */
    cancel_all();
    assert_int_equal(chi_task_wait(own), 0);
    chi_task_del(own);
}

static void many_such_clients_keep_nobody_out_either(void **state)
{
    pid_t greedy[GREEDY];
    uint32_t full = 2 * (ALONE - SHARE + SHARE * (GREEDY + 1));

    (void)state;
    fill();
    for (uint32_t i = 0; i < GREEDY; i++)
        greedy[i] = chi_test_fork(wait_greedily, NULL);
    while (parked() < full)
        step_on();
    assert_int_equal(step_until_gone(chi_test_fork(use_everything, NULL)), 0);
    assert_int_equal(parked(), full);
    for (uint32_t i = 0; i < GREEDY; i++) {
        assert_int_equal(kill(greedy[i], SIGKILL), 0);
        assert_int_equal(step_until_gone(greedy[i]), -SIGKILL);
    }
    cancel_all();
    assert_int_equal(step_until_gone(chi_test_fork(destroy_it, NULL)),
                     0); /* the dead ones' tasks */
    assert_int_equal(parked(), 0);
}

static void a_pool_full_of_waiting_tasks_can_be_destroyed_by_another(void **state)
{
    (void)state;
    fill();
    assert_int_equal(step_until_gone(chi_test_fork(destroy_it, NULL)), 0);
    for (uint32_t i = 0; i < MANY; i++) {
        int rc = chi_task_wait(tasks[i]); /* some were not taken in before */
        assert_true(rc == -ECANCELED || rc == CHI_ENOPOOL);
        chi_task_del(tasks[i]);
    }
    assert_int_equal(parked(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, kit_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_client_that_waits_as_much_as_it_may_keeps_nobody_out),
        TEST(many_such_clients_keep_nobody_out_either),
        TEST(a_pool_full_of_waiting_tasks_can_be_destroyed_by_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
