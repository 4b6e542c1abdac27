/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `chimaera destroy` and `chimaera stop` where no client slot is free, and where tasks hold every
 * worker. They go over the control socket.
 */
#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"
#include "support/process.h"
#include "test_paths.h"

#define SLOTS 2

static char output[CHI_TEST_OUTPUT_MAX];

static void begin(struct chi_test_daemon *daemon, const char *yaml)
{
    chi_test_watchdog(120);
    chi_test_daemon_prepare(daemon);
    chi_test_daemon_start(daemon, yaml);
}

static void finish(struct chi_test_daemon *daemon)
{
    chi_test_daemon_finish(daemon);
    chi_test_watchdog(0);
}

static int run_tool(const char *arguments)
{
    return chi_test_run(output, "%s/chimaera %s", CHI_TEST_BIN, arguments);
}

/* ---- all slots are taken */

static int occupy_slot(void *argument)
{
    int *ready = argument;
    chi_pool_id_t pool;
    if (chi_client_init() < 0 || test_probe_create("probe", 1, &pool) < 0)
        return 1;
    (void)!write(ready[1], "", 1);
    pause();
    return 0;
}

static void orders_need_no_free_slot(void **state)
{
    struct chi_test_daemon daemon;
    pid_t clients[SLOTS];
    int ready[2];
    char byte;
    (void)state;

    begin(&daemon, CHI_TEST_ONE_WORKER "  max_clients: 2\n");
    assert_int_equal(pipe(ready), 0);
    for (int i = 0; i < SLOTS; i++) {
        clients[i] = chi_test_fork(occupy_slot, ready);
        assert_int_equal(read(ready[0], &byte, 1), 1);
    }
    assert_true(chi_client_init() < 0);

    assert_int_equal(run_tool("destroy no_such"), 1);
    assert_non_null(strstr(output, "pool no_such: "));
    assert_int_equal(run_tool("destroy admin"), 1);
    assert_int_equal(run_tool("destroy probe"), 0);
    assert_non_null(strstr(output, "destroyed"));
    assert_int_equal(run_tool("destroy probe --cancel"), 1);
    assert_int_equal(run_tool("stop"), 0);
    assert_non_null(strstr(output, "stopped"));
    assert_int_equal(chi_test_daemon_join(&daemon), 0);
    for (int i = 0; i < SLOTS; i++) {
        kill(clients[i], SIGKILL);
        chi_test_join(clients[i]);
    }
    close(ready[0]);
    close(ready[1]);
    finish(&daemon);
}

/* ---- the only worker is held */

/* A task that holds its worker as long as this process lets it. */
static int hold_worker(void *argument)
{
    int *ready = argument;
    struct chi_buffer flag;
    chi_pool_id_t pool;
    if (chi_client_init() < 0 || test_probe_create("probe", 1, &pool) < 0 ||
        chi_buffer_alloc(2, &flag) < 0)
        return 1;
    _Atomic(uint8_t) *bytes = chi_buffer_data(&flag);
    atomic_store(&bytes[0], 0);
    atomic_store(&bytes[1], 0);
    struct test_probe_stuck_task *task =
        CHI_TASK_NEW(test_probe_stuck, pool, chi_pool_query_local());
    if (task == NULL)
        return 2;
    task->flag = flag;
    if (chi_task_enqueue(&task->base) < 0)
        return 3;
    while (atomic_load(&bytes[1]) == 0)
        sched_yield();
    (void)!write(ready[1], "", 1);
    pause();
    return 0;
}

static void orders_say_that_workers_are_held_and_stop_needs_none(void **state)
{
    struct chi_test_daemon daemon;
    int ready[2];
    char byte;
    (void)state;

    begin(&daemon, CHI_TEST_ONE_WORKER);
    assert_int_equal(pipe(ready), 0);
    pid_t client = chi_test_fork(hold_worker, ready);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(run_tool("status"), 0);
    assert_int_equal(run_tool("destroy probe --cancel"), 1);
    assert_non_null(strstr(output, "tasks hold them all"));
    assert_int_equal(run_tool("stop --grace 0"), 0);
    assert_non_null(strstr(output, "stopped"));
    chi_test_daemon_join(&daemon); /* with an error: the task did not end */
    kill(client, SIGKILL);
    chi_test_join(client);
    close(ready[0]);
    close(ready[1]);
    finish(&daemon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_need_no_free_slot),
        cmocka_unit_test(orders_say_that_workers_are_held_and_stop_needs_none),
    };
    return cmocka_run_group_tests_name("command_orders", tests, NULL, NULL);
}
