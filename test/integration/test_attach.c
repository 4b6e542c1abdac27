/* SPDX-License-Identifier: BSD-3-Clause */
/* Processes and threads come and go: attach, detach, limits, fork, embedded runtimes. */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "support/daemon.h"
#include "support/process.h"
#include "test/json.h"
#include "test_paths.h"

static chi_pool_id_t pool;

static int setup_with(void **state, const char *yaml)
{
    chi_test_daemon_setup(state, yaml);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    return 0;
}

static int setup(void **state)
{
    return setup_with(state, CHI_TEST_TWO_WORKERS);
}

static int setup_three_clients(void **state)
{
    return setup_with(state, CHI_TEST_ONE_WORKER "  max_clients: 3\n");
}

/* A folder and an instance, no daemon. */
static int prepare(void **state)
{
    struct chi_test_daemon *daemon = malloc(sizeof(*daemon));
    chi_test_watchdog(60);
    chi_test_daemon_prepare(daemon);
    *state = daemon;
    return 0;
}

static int teardown(void **state)
{
    chi_client_fini();
    chi_runtime_fini(); /* of a test that failed; else there is none */
    return chi_test_daemon_teardown(state);
}

static int run_nop(void)
{
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_enqueue(task);
    if (rc == 0)
        rc = chi_task_wait(task);
    chi_task_del(task);
    return rc;
}

/* ---- one process */

static void nothing_works_before_attaching(void **state)
{
    struct chi_buffer buffer;
    (void)state;
    assert_int_equal(chi_client_init(), CHI_ERUNTIME_DOWN);
    assert_null(chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local()));
    assert_int_equal(chi_last_error_code(), CHI_ENOTATTACHED);
    assert_int_equal(chi_buffer_alloc(1, &buffer), CHI_ENOTATTACHED);
    assert_false(chi_client_alive());
    assert_int_equal(chi_client_event_fd(), -1);
    assert_null(chi_shm_at(chi_shm_ptr(CHI_SEGMENT_MAIN, 64)));
    assert_int_equal(chi_shm_ptr_of(&buffer), 0);
    chi_client_fini(); /* allowed, does nothing */
}

static void attaching_nests(void **state)
{
    (void)state;
    assert_int_equal(chi_client_init(), 0);
    chi_client_fini();
    assert_int_equal(run_nop(), 0);
    chi_client_fini();
    assert_int_equal(run_nop(), CHI_ENOTATTACHED);
}

static void attaching_many_times_leaves_nothing(void **state)
{
    (void)state;
    chi_client_fini();
    int descriptors = chi_test_descriptors();
    for (int i = 0; i < 300; i++) {
        CHI_SCOPED_BUFFER(buffer);
        assert_int_equal(chi_client_init(), 0);
        assert_int_equal(chi_buffer_alloc(100000, &buffer), 0);
        assert_int_equal(run_nop(), 0);
        chi_client_fini();
    }
    assert_int_equal(chi_test_descriptors(), descriptors);
}

static void memory_of_an_attachment_goes_with_it(void **state)
{
    struct chi_buffer buffer;
    (void)state;
    assert_int_equal(chi_buffer_alloc(30u << 20, &buffer), 0);
    for (int i = 0; i < 1000; i++)
        assert_non_null(chi_task_new(&test_probe_wide_schema, pool, chi_pool_query_local()));
} /* teardown detaches and sees it come back */

static void addresses_and_positions_turn_into_each_other(void **state)
{
    CHI_SCOPED_BUFFER(buffer);
    (void)state;
    assert_int_equal(chi_buffer_alloc(100, &buffer), 0);
    char *bytes = chi_buffer_data(&buffer);
    assert_true(chi_shm_ptr_of(bytes) == buffer.data);
    assert_true(chi_shm_ptr_of(bytes + 99) == buffer.data + 99);
    assert_ptr_equal(chi_shm_at(buffer.data + 5), bytes + 5);
    assert_int_equal(chi_shm_segment(buffer.data), CHI_SEGMENT_CLIENT_DATA);
    assert_null(chi_shm_at(0));
    assert_null(chi_shm_at(chi_shm_ptr(CHI_SEGMENT_CLIENT_DATA, 64u << 20)));
    assert_null(chi_shm_at(chi_shm_ptr(CHI_SEGMENT_COUNT, 0)));
    assert_int_equal(chi_shm_ptr_of(NULL), 0);
    assert_int_equal(chi_shm_ptr_of(&buffer), 0);
}

/* ---- threads */

struct thread {
    pthread_t thread;
    int tasks;
    int rc;
};

static void *run_tasks(void *argument)
{
    struct thread *thread = argument;
    for (int i = 0; i < thread->tasks && thread->rc == 0; i++)
        thread->rc = run_nop();
    /* Some tasks are left in flight: whoever comes later frees them. */
    for (int i = 0; i < 5 && thread->rc == 0; i++) {
        struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
        thread->rc = task != NULL ? chi_task_fire_and_forget(task) : -ENOMEM;
    }
    return NULL;
}

static void threads_come_and_go(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        struct thread threads[8] = {{0}};
        for (int i = 0; i < 8; i++) {
            threads[i].tasks = i * 3;
            assert_int_equal(pthread_create(&threads[i].thread, NULL, run_tasks, &threads[i]), 0);
        }
        for (int i = 0; i < 8; i++) {
            pthread_join(threads[i].thread, NULL);
            assert_int_equal(threads[i].rc, 0);
        }
    }
    struct chi_test_status status;
    assert_int_equal(chi_test_status_get(&status), 0);
    assert_true(status.granted[CHI_SEGMENT_MAIN] < 4u << 20); /* 400 threads share what they left */
}

static void *attach_and_detach(void *argument)
{
    struct thread *thread = argument;
    for (int i = 0; i < 20 && thread->rc == 0; i++) {
        thread->rc = chi_client_init();
        if (thread->rc == 0)
            thread->rc = run_nop();
        if (thread->rc == 0)
            chi_client_fini();
    }
    return NULL;
}

static void threads_attach_and_detach_at_once(void **state)
{
    struct thread threads[6] = {{0}};
    (void)state;
    for (int i = 0; i < 6; i++)
        assert_int_equal(pthread_create(&threads[i].thread, NULL, attach_and_detach, &threads[i]),
                         0);
    for (int i = 0; i < 6; i++) {
        pthread_join(threads[i].thread, NULL);
        assert_int_equal(threads[i].rc, 0);
    }
}

/* ---- several processes */

struct pipe_pair {
    int attached[2];
    int go[2];
};

static int attach_and_stay(void *argument)
{
    struct pipe_pair *pipes = argument;
    char byte = 0;
    int rc = chi_client_init();
    byte = rc == -EUSERS ? 'u' : rc == 0 ? 'a' : '?';
    if (write(pipes->attached[1], &byte, 1) != 1)
        return 1;
    close(pipes->go[1]);
    return read(pipes->go[0], &byte, 1) == 0 ? 0 : 2; /* until the test closes it */
}

static void the_limit_of_clients_is_eusers_and_a_slot_comes_back(void **state)
{
    struct pipe_pair pipes;
    pid_t children[3];
    char bytes[3];
    (void)state;
    assert_int_equal(pipe(pipes.attached), 0);
    assert_int_equal(pipe(pipes.go), 0);
    for (int i = 0; i < 3; i++) { /* this process has one of three slots */
        children[i] = chi_test_fork(attach_and_stay, &pipes);
        assert_int_equal(read(pipes.attached[0], &bytes[i], 1), 1);
    }
    assert_memory_equal(bytes, "aau", 3);
    assert_int_equal(run_nop(), 0);
    close(pipes.go[0]);
    close(pipes.go[1]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(chi_test_join(children[i]), 0);
    struct chi_test_status status;
    do {
        assert_int_equal(chi_test_status_get(&status), 0);
    } while (status.clients > 1); /* the watchdog ends it */
    assert_int_equal(pipe(pipes.go), 0);
    pid_t child = chi_test_fork(attach_and_stay, &pipes);
    assert_int_equal(read(pipes.attached[0], bytes, 1), 1);
    assert_int_equal(bytes[0], 'a');
    close(pipes.go[0]);
    close(pipes.go[1]);
    assert_int_equal(chi_test_join(child), 0);
    close(pipes.attached[0]);
    close(pipes.attached[1]);
}

/* Its own child keeps copies of its descriptors, the connection among them. */
static int attach_and_leave_a_holder(void *argument)
{
    struct pipe_pair *pipes = argument;
    char byte;
    if (chi_client_init() < 0)
        return 1;
    if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == 0) { /* fork() would close the connection */
        close(pipes->go[1]);
        _exit(read(pipes->go[0], &byte, 1) == 0 ? 0 : 1);
    }
    raise(SIGKILL);
    return 2;
}

static void a_death_is_seen_behind_a_held_connection_in_a_place_used_before(void **state)
{
    struct chi_test_status status;
    struct pipe_pair pipes;
    (void)state;
    assert_int_equal(pipe(pipes.go), 0);
    for (int i = 0; i < 5; i++) { /* the first is in a place that nobody had */
        assert_int_equal(chi_test_in_child(attach_and_leave_a_holder, &pipes), -SIGKILL);
        do {
            assert_int_equal(chi_test_status_get(&status), 0);
        } while (status.clients > 1); /* the watchdog ends it */
    }
    close(pipes.go[0]);
    close(pipes.go[1]);
}

static int die_with_tasks_in_flight(void *argument)
{
    (void)argument;
    if (chi_client_init() < 0)
        return 1;
    for (int i = 0; i < 500; i++) {
        struct test_probe_big_output_task *task =
            CHI_TASK_NEW(test_probe_big_output, pool, chi_pool_query_local());
        if (task == NULL)
            return 2;
        task->size = 3000;
        chi_task_enqueue(&task->base);
    }
    struct chi_buffer buffer;
    if (chi_buffer_alloc(1u << 20, &buffer) < 0)
        return 3;
    raise(SIGKILL);
    return 4;
}

static void a_killed_client_is_cleared_away(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        assert_int_equal(chi_test_in_child(die_with_tasks_in_flight, NULL), -SIGKILL);
    assert_int_equal(run_nop(), 0);
}

/* ---- fork */

/* A child of a process with many threads may call malloc(), but not the sanitizers' one. */
static void skip_under_sanitizers(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip();
#endif
}

static int child_of_fork(void *argument)
{
    struct chi_task *of_parent = argument;
    struct chi_buffer buffer;
    if (run_nop() != CHI_EFORKED)
        return 1;
    if (chi_buffer_alloc(1, &buffer) != CHI_EFORKED || chi_client_alive() ||
        chi_client_event_fd() != -1)
        return 2;
    if (chi_task_enqueue(of_parent) != CHI_EFORKED)
        return 3;
    chi_task_del(of_parent); /* nothing of the parent's is touched */
    if (chi_client_init() != 0)
        return 4;
    if (run_nop() != 0)
        return 5;
    chi_client_fini();
    if (run_nop() != CHI_ENOTATTACHED)
        return 6;
    return 0;
}

static void a_forked_child_is_detached_and_can_attach_itself(void **state)
{
    (void)state;
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    assert_int_equal(chi_test_in_child(child_of_fork, task), 0);
    assert_int_equal(chi_task_enqueue(task), 0);
    assert_int_equal(chi_task_wait(task), 0);
    chi_task_del(task);
    assert_int_equal(run_nop(), 0);
}

static int grandchild(void *argument)
{
    (void)argument;
    if (chi_client_init() != 0)
        return 1;
    return chi_test_in_child(child_of_fork, chi_task_new(&test_probe_nop_schema, pool,
                                                         chi_pool_query_local())) != 0
               ? 2
               : run_nop();
}

static void a_child_that_attached_can_fork_too(void **state)
{
    (void)state;
    assert_int_equal(chi_test_in_child(grandchild, NULL), 0);
    assert_int_equal(run_nop(), 0);
}

static void *fork_often(void *argument)
{
    struct thread *thread = argument;
    for (int i = 0; i < 50 && thread->rc == 0; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(run_nop() == CHI_EFORKED && chi_client_init() == 0 && run_nop() == 0 ? 0 : 1);
        int status = -1;
        waitpid(child, &status, 0);
        thread->rc = status;
    }
    return NULL;
}

static void a_process_may_fork_while_its_threads_work(void **state)
{
    struct thread workers[2] = {{.tasks = 5000}, {.tasks = 5000}};
    struct thread forker = {0};
    (void)state;
    skip_under_sanitizers();
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, run_tasks, &workers[i]), 0);
    assert_int_equal(pthread_create(&forker.thread, NULL, fork_often, &forker), 0);
    for (int i = 0; i < 2; i++) {
        pthread_join(workers[i].thread, NULL);
        assert_int_equal(workers[i].rc, 0);
    }
    pthread_join(forker.thread, NULL);
    assert_int_equal(forker.rc, 0);
}

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

/* ---- fork while other threads make tasks of new schemas */

#define NEW_SCHEMAS 300

static atomic_bool stop_making;

static void *make_new_schemas(void *ignored)
{
    (void)ignored;
    while (!atomic_load(&stop_making)) {
        struct chi_task_schema *schemas = calloc(NEW_SCHEMAS, sizeof(*schemas));
        for (size_t i = 0; i < NEW_SCHEMAS; i++) {
            schemas[i] = test_probe_echo_schema;
            schemas[i].number = 0;
            chi_task_del(chi_task_new(&schemas[i], pool, chi_pool_query_local()));
        }
        /* Not freed: the process's table of schemas refers to them. */
    }
    return NULL;
}

static void a_child_can_make_tasks_whatever_threads_did_at_the_fork(void **state)
{
    pthread_t threads[2];
    (void)state;
    atomic_store(&stop_making, false);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_new_schemas, NULL), 0);
    int failed = 0;
    for (int i = 0; i < 60 && failed == 0; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            static struct chi_task_schema fresh;
            alarm(120); /* a lock that nobody holds any more would be waited for */
            fresh = test_probe_echo_schema;
            fresh.number = 0;
            int rc = chi_client_init();
            struct chi_task *task = chi_task_new(&fresh, pool, chi_pool_query_local());
            bool full = task == NULL && chi_last_error_code() == -ENOMEM;
            _exit(rc == 0 && (task != NULL || full) ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        failed = status;
    }
    atomic_store(&stop_making, true);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(failed, 0);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(nothing_works_before_attaching, prepare),
        TEST(attaching_nests, setup),
        TEST(attaching_many_times_leaves_nothing, setup),
        TEST(memory_of_an_attachment_goes_with_it, setup),
        TEST(addresses_and_positions_turn_into_each_other, setup),
        TEST(threads_come_and_go, setup),
        TEST(threads_attach_and_detach_at_once, setup),
        TEST(the_limit_of_clients_is_eusers_and_a_slot_comes_back, setup_three_clients),
        TEST(a_death_is_seen_behind_a_held_connection_in_a_place_used_before, setup),
        TEST(a_killed_client_is_cleared_away, setup),
        TEST(a_forked_child_is_detached_and_can_attach_itself, setup),
        TEST(a_child_that_attached_can_fork_too, setup),
        TEST(a_process_may_fork_while_its_threads_work, setup),
        TEST(a_runtime_can_live_in_the_application, prepare),
        TEST(an_embedded_runtime_may_stop_before_its_client, prepare),
        TEST(other_processes_can_use_an_embedded_runtime, prepare),
        TEST(a_bystander_forked_from_an_embedded_runtime_disturbs_no_client, prepare),
        TEST(a_forked_child_cannot_stop_its_parents_runtime, prepare),
        TEST(chi_with_runtime_starts_one_where_none_answers, prepare),
        TEST(chi_with_runtime_uses_the_daemon_that_answers, setup),
        TEST(a_failing_embedded_runtime_leaves_nothing, prepare),
        /* Last: it leaves the process no room for further schemas. */
        TEST(a_child_can_make_tasks_whatever_threads_did_at_the_fork, setup),
    };
    return cmocka_run_group_tests_name("attach", tests, NULL, NULL);
}
