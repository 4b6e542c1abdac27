/* SPDX-License-Identifier: BSD-3-Clause */
/* Clients that are killed while their tasks wait: the tasks end, and lock nobody out. */
#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <signal.h>
#include <test/kinds/kinds_client.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"
#include "support/process.h"

#define HERE    chi_pool_query_local()
#define CLIENTS 8

static chi_pool_id_t pool;

static int setup(void **state)
{
    int rc = chi_test_daemon_setup(
        state, CHI_TEST_MEMORY "runtime: {sched_threads: 2, slow_threads: 0, max_clients: 8}\n");
    chi_test_watchdog(120);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_kinds_create("kinds", &pool), 0);
    chi_client_fini();
    return rc;
}

static uint32_t waiting(void)
{
    struct test_kinds_trace_task *task = CHI_TASK_NEW(test_kinds_trace, pool, HERE);
    assert_non_null(task);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    uint32_t count = task->waiting;
    chi_task_del(&task->base);
    return count;
}

/* Submits a task that waits, sees that it does, and dies. */
static int die_waiting(void *how)
{
    if (chi_client_init() != 0)
        return 1;
    uint32_t before = waiting();
    struct test_kinds_wait_task *task = CHI_TASK_NEW(test_kinds_wait, pool, HERE);
    task->how = *(const uint32_t *)how;
    task->lane = (uint32_t)getpid();
    if (chi_task_enqueue(&task->base) != 0)
        return 2;
    while (waiting() <= before)
        usleep(1000);
    raise(SIGKILL);
    return 3;
}

static void await_none_waiting(void)
{
    while (waiting() > 0)
        usleep(1000);
}

static void each_kind_of_wait_ends_with_its_client(void **state)
{
    static const uint32_t kinds[] = {TEST_KINDS_GATE, TEST_KINDS_SLEEP, TEST_KINDS_YIELD,
                                     TEST_KINDS_SUBTASK, TEST_KINDS_ANY};
    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        assert_int_equal(chi_test_in_child(die_waiting, (void *)(uintptr_t)&kinds[i]), -SIGKILL);
        assert_int_equal(chi_client_init(), 0);
        await_none_waiting();
        chi_client_fini();
    }
}

static void as_many_dead_clients_as_there_are_slots_lock_nobody_out(void **state)
{
    uint32_t how = TEST_KINDS_SLEEP;
    (void)state;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < CLIENTS; i++)
            assert_int_equal(chi_test_in_child(die_waiting, &how), -SIGKILL);
        while (chi_client_init() == -EUSERS)
            usleep(1000);
        await_none_waiting();
        chi_client_fini();
    }
}

/* The shield is the handler's own decision. */
static void a_shielded_wait_goes_on(void **state)
{
    uint32_t how = TEST_KINDS_SHIELD;
    (void)state;
    assert_int_equal(chi_test_in_child(die_waiting, &how), -SIGKILL);
    assert_int_equal(chi_client_init(), 0);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(waiting(), 1);
        usleep(1000);
    }
    struct test_kinds_open_task *task = CHI_TASK_NEW(test_kinds_open, pool, HERE);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    chi_task_del(&task->base);
    await_none_waiting();
    chi_client_fini();
}

static int die_spawning(void *argument)
{
    (void)argument;
    if (chi_client_init() != 0)
        return 1;
    struct test_kinds_spawn_task *task = CHI_TASK_NEW(test_kinds_spawn, pool, HERE);
    task->kind = TEST_KINDS_SPAWN_LATE;
    if (chi_task_enqueue(&task->base) != 0)
        return 2;
    while (waiting() == 0)
        usleep(1000);
    raise(SIGKILL);
    return 3;
}

/* `kSpawn: {ends_with_client: false}`. Its subtask is the handler's, and waits as long as it does.
 */
static void a_method_may_say_that_it_outlives_its_client(void **state)
{
    struct chimaera_admin_destroy_spec spec = {.cancel = true};
    (void)state;
    spec.pool_id = pool;
    assert_int_equal(chi_test_in_child(die_spawning, NULL), -SIGKILL);
    assert_int_equal(chi_client_init(), 0);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(waiting(), 1);
        usleep(1000);
    }
    assert_int_equal(chimaera_admin_destroy_pool_with(HERE, &spec), 0);
    chi_client_fini();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, chi_test_daemon_teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_kind_of_wait_ends_with_its_client),
        TEST(as_many_dead_clients_as_there_are_slots_lock_nobody_out),
        TEST(a_shielded_wait_goes_on),
        TEST(a_method_may_say_that_it_outlives_its_client),
    };
    return cmocka_run_group_tests_name("dead clients", tests, NULL, NULL);
}
