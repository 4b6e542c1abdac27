/* SPDX-License-Identifier: BSD-3-Clause */
/* Runtimes in the process of an application. */
#include "integration/attach_fixture.h"

/* ---- embedded runtimes */

static void write_config(const struct chi_test_daemon *daemon, char *path, size_t size)
{
    snprintf(path, size, "%s/other.yaml", daemon->dir);
    chi_test_write_file(path, CHI_TEST_TWO_WORKERS "logging:\n  level: warn\n");
}

static void a_runtime_can_live_in_the_application(void **state)
{
    struct chi_test_daemon *daemon = *state;
    char path[64];
    write_config(daemon, path, sizeof(path));
    for (int i = 0; i < 5; i++) {
        int descriptors = chi_test_descriptors();
        assert_int_equal(chi_runtime_init(path), 0);
        assert_int_equal(chi_runtime_init(path), -EALREADY);
        assert_int_equal(chi_client_init(), 0);
        assert_int_equal(test_probe_create("probe", 4, &pool), 0);
        for (int k = 0; k < 100; k++)
            assert_int_equal(run_nop(), 0);
        chi_client_fini();
        chi_runtime_fini();
        assert_false(chi_test_daemon_left_shm(daemon));
        assert_int_equal(chi_test_descriptors(), descriptors);
    }
    chi_runtime_fini(); /* allowed, does nothing */
}

static void an_embedded_runtime_may_stop_before_its_client(void **state)
{
    char path[64];
    write_config(*state, path, sizeof(path));
    assert_int_equal(chi_runtime_init(path), 0);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    chi_runtime_fini();
    assert_int_equal(run_nop(), CHI_ERUNTIME_DOWN);
    assert_false(chi_client_alive());
    chi_client_fini();
}

static int other_process_works(void *argument)
{
    (void)argument;
    return chi_client_init() == 0 && run_nop() == 0 ? 0 : 1;
}

static void other_processes_can_use_an_embedded_runtime(void **state)
{
    char path[64], output[CHI_TEST_OUTPUT_MAX];
    skip_under_sanitizers();
    write_config(*state, path, sizeof(path));
    assert_int_equal(chi_runtime_init(path), 0);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(chi_test_in_child(other_process_works, NULL), 0);
    assert_int_equal(chi_test_run(output, "%s/chimaera status", CHI_TEST_BIN), 0);
    assert_int_equal(chi_test_run(output, "%s/chimaera_runtime -c %s", CHI_TEST_BIN, path), 1);
    char pid[32];
    snprintf(pid, sizeof(pid), "pid %d", (int)getpid());
    assert_non_null(strstr(output, pid));
    chi_client_fini();
    chi_runtime_fini();
}

/* Holds copies of all the descriptors that the runtime had when it was forked. */
static int linger(void *argument)
{
    struct pipe_pair *pipes = argument;
    char byte;
    close(pipes->go[1]);
    return read(pipes->go[0], &byte, 1) == 0 ? 0 : 1;
}

static void a_bystander_forked_from_an_embedded_runtime_disturbs_no_client(void **state)
{
    struct pipe_pair first, bystander;
    struct chi_test_status status;
    char path[64], byte;
    skip_under_sanitizers();
    write_config(*state, path, sizeof(path));
    assert_int_equal(chi_runtime_init(path), 0);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    assert_int_equal(pipe(first.attached), 0);
    assert_int_equal(pipe(first.go), 0);
    pid_t client = chi_test_fork(attach_and_stay, &first);
    assert_int_equal(read(first.attached[0], &byte, 1), 1);
    assert_int_equal(byte, 'a');
    assert_int_equal(pipe(bystander.go), 0);
    pid_t lingering = chi_test_fork(linger, &bystander);
    kill(client, SIGKILL);
    assert_int_equal(chi_test_join(client), -SIGKILL);
    do {
        assert_int_equal(chi_test_status_get(&status), 0);
    } while (status.clients > 1); /* the watchdog ends it */
    for (int i = 0; i < 5; i++)   /* each in the slot of the dead one */
        assert_int_equal(chi_test_in_child(other_process_works, NULL), 0);
    close(bystander.go[0]);
    close(bystander.go[1]);
    assert_int_equal(chi_test_join(lingering), 0);
    close(first.attached[0]);
    close(first.attached[1]);
    close(first.go[0]);
    close(first.go[1]);
    chi_client_fini();
    chi_runtime_fini();
}

static int stop_inherited_runtime(void *argument)
{
    (void)argument;
    chi_runtime_fini();
    chi_client_fini();
    return 0;
}

static void a_forked_child_cannot_stop_its_parents_runtime(void **state)
{
    char path[64];
    skip_under_sanitizers();
    write_config(*state, path, sizeof(path));
    assert_int_equal(chi_runtime_init(path), 0);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    pid_t child = chi_test_fork(stop_inherited_runtime, NULL);
    assert_int_equal(chi_test_join(child), 0);
    assert_true(chi_test_daemon_left_shm(*state)); /* still there */
    assert_int_equal(run_nop(), 0);
    assert_int_equal(chi_test_in_child(other_process_works, NULL), 0);
    chi_client_fini();
    chi_runtime_fini();
}

static void chi_with_runtime_starts_one_where_none_answers(void **state)
{
    struct chi_test_daemon *daemon = *state;
    char path[64];
    write_config(daemon, path, sizeof(path));
    setenv("CHI_WITH_RUNTIME", "1", 1);
    setenv("CHI_SERVER_CONF", path, 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(chi_client_init(), 0);
        assert_int_equal(chi_client_init(), 0);
        assert_int_equal(test_probe_create("probe", 4, &pool), 0);
        assert_int_equal(run_nop(), 0);
        chi_client_fini();
        assert_int_equal(run_nop(), 0);
        chi_client_fini();
        assert_false(chi_test_daemon_left_shm(daemon)); /* it went with the last detach */
    }
    setenv("CHI_WITH_RUNTIME", "0", 1);
    assert_int_equal(chi_client_init(), CHI_ERUNTIME_DOWN);
    unsetenv("CHI_WITH_RUNTIME");
}

static void chi_with_runtime_uses_the_daemon_that_answers(void **state)
{
    struct chi_test_daemon *daemon = *state;
    chi_client_fini();
    setenv("CHI_WITH_RUNTIME", "1", 1);
    assert_int_equal(chi_client_init(), 0);
    char *json = chi_test_status_text();
    assert_non_null(json);
    assert_int_equal((int)chi_test_json_number(json, "pid"), daemon->pid);
    free(json);
    unsetenv("CHI_WITH_RUNTIME");
    assert_int_equal(run_nop(), 0);
}

static void a_failing_embedded_runtime_leaves_nothing(void **state)
{
    struct chi_test_daemon *daemon = *state;
    char path[64];
    snprintf(path, sizeof(path), "%s/other.yaml", daemon->dir);
    int descriptors = chi_test_descriptors();
    assert_int_equal(chi_runtime_init("/nonexistent.yaml"), -ENOENT);
    chi_test_write_file(path, "runtime: {sched_threads: 0}\n");
    assert_int_equal(chi_runtime_init(path), CHI_ECONFIG);
    chi_test_write_file(path, CHI_TEST_ONE_WORKER
                        "compose:\n  - mod_name: test_absent\n    pool_name: p\n");
    assert_int_equal(chi_runtime_init(path), CHI_ENOMODULE);
    chi_test_write_file(path, "runtime: {socket_dir: /nonexistent}\n");
    assert_int_equal(chi_runtime_init(path), -ENOENT);
    assert_int_equal(chi_test_descriptors(), descriptors);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_runtime_can_live_in_the_application, prepare),
        TEST(an_embedded_runtime_may_stop_before_its_client, prepare),
        TEST(other_processes_can_use_an_embedded_runtime, prepare),
        TEST(a_bystander_forked_from_an_embedded_runtime_disturbs_no_client, prepare),
        TEST(a_forked_child_cannot_stop_its_parents_runtime, prepare),
        TEST(chi_with_runtime_starts_one_where_none_answers, prepare),
        TEST(chi_with_runtime_uses_the_daemon_that_answers, setup),
        TEST(a_failing_embedded_runtime_leaves_nothing, prepare),
    };
    return cmocka_run_group_tests_name("embedded", tests, NULL, NULL);
}
