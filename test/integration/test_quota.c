/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client that takes all memory that it gets, whole or in fragments, and keeps all outputs. Others
 * attach and make calls meanwhile; when it is killed, all of it is free again.
 */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <signal.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "shm/extents.h"
#include "support/daemon.h"
#include "support/process.h"
#include "support/raw_client.h"

static chi_pool_id_t pool;
static pid_t greedy;
static int ready[2];

static int setup(void **state)
{
    chi_test_daemon_setup(state, CHI_TEST_ONE_WORKER "  max_clients: 8\n");
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 2, &pool), 0);
    chi_client_fini();
    return 0;
}

static int teardown(void **state)
{
    return chi_test_daemon_teardown(state);
}

/* Returns when it has taken everything. */
static void start_greedy(int (*run)(void *))
{
    char byte;
    assert_int_equal(pipe(ready), 0);
    greedy = chi_test_fork(run, NULL);
    close(ready[1]);
    ssize_t got = read(ready[0], &byte, 1);
    close(ready[0]);
    if (got != 1)
        fail_msg("it ended with %d", chi_test_join(greedy));
}

static void hold(void)
{
    if (write(ready[1], "", 1) == 1)
        for (;;)
            pause();
}

static int release(struct chi_test_raw *raw, uint32_t segment, uint64_t offset)
{
    const struct chi_control_request request = {.magic = CHI_CONTROL_MAGIC,
                                                .type = CHI_CONTROL_RELEASE,
                                                .segment = segment,
                                                .first = (uint32_t)(offset / CHI_EXTENT_UNIT),
                                                .units = 1};
    return chi_test_raw_request(raw->control, &request, NULL);
}

/* Every unit that it gets of both segments; then every second one is given back. */
static int take_memory(void *argument)
{
    static uint64_t taken[65536];
    struct chi_test_raw raw;
    (void)argument;
    chi_test_raw_attach(&raw);
    for (uint32_t segment = CHI_SEGMENT_MAIN; segment <= CHI_SEGMENT_CLIENT_DATA; segment++) {
        uint32_t count = 0;
        int rc;
        while ((rc = chi_test_raw_grant(&raw, segment, 1, &taken[count])) == 0)
            count++;
        if (rc != -ENOMEM)
            return 1;
        for (uint32_t i = 0; i < count; i += 2)
            if (release(&raw, segment, taken[i]) != 0)
                return 2;
    }
    hold();
    return 3;
}

static int keep_outputs(void *argument)
{
    (void)argument;
    if (chi_client_init() != 0)
        return 1;
    for (;;) {
        struct test_probe_big_output_task *task =
            CHI_TASK_NEW(test_probe_big_output, pool, chi_pool_query_local());
        if (task == NULL)
            return 2;
        task->size = 200000;
        int rc = chi_task_enqueue(&task->base);
        if (rc == 0)
            rc = chi_task_wait(&task->base);
        if (rc == CHI_EQUOTA)
            break;
        if (rc != 0)
            return 3;
    }
    hold();
    return 4;
}

/* Short and long calls; what it asks for at once is less than what is kept for it. */
static int work(void *argument)
{
    (void)argument;
    if (chi_client_init() != 0)
        return 1;
    for (int i = 0; i < 50; i++) {
        struct test_probe_echo_task *task =
            CHI_TASK_NEW(test_probe_echo, pool, chi_pool_query_local());
        struct chi_buffer buffer;
        if (task == NULL || chi_buffer_alloc(100000, &buffer) != 0)
            return 2;
        task->bytes = buffer;
        if (chi_string_set(&task->text, "a text of more than a few bytes, backwards") != 0)
            return 3;
        if (chi_task_enqueue(&task->base) != 0 || chi_task_wait(&task->base) != 0)
            return 4;
        if (!chi_string_equal(&task->text, "sdrawkcab ,setyb wef a naht erom fo txet a"))
            return 5;
        chi_buffer_free(&buffer);
        chi_task_del(&task->base);
        struct test_probe_big_output_task *big =
            CHI_TASK_NEW(test_probe_big_output, pool, chi_pool_query_local());
        if (big == NULL)
            return 6;
        big->size = 100000;
        if (chi_task_enqueue(&big->base) != 0 || chi_task_wait(&big->base) != 0)
            return 7;
        chi_task_del(&big->base);
    }
    chi_client_fini();
    return 0;
}

static void meet(int (*run)(void *))
{
    start_greedy(run);
    int rc = chi_test_in_child(work, NULL);
    kill(greedy, SIGKILL);
    assert_int_equal(chi_test_join(greedy), -SIGKILL);
    assert_int_equal(rc, 0);
}

static void others_work_beside_a_client_that_takes_all_memory(void **state)
{
    (void)state;
    meet(take_memory);
}

static void others_work_beside_a_client_that_keeps_all_outputs(void **state)
{
    (void)state;
    meet(keep_outputs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(others_work_beside_a_client_that_takes_all_memory, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(others_work_beside_a_client_that_keeps_all_outputs, setup,
                                        teardown),
    };
    return cmocka_run_group_tests_name("quota", tests, NULL, NULL);
}
