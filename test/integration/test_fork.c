/* SPDX-License-Identifier: BSD-3-Clause */
/* Processes that fork while they are attached. */
#include "integration/attach_fixture.h"

/* ---- fork */

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
        TEST(a_forked_child_is_detached_and_can_attach_itself, setup),
        TEST(a_child_that_attached_can_fork_too, setup),
        TEST(a_process_may_fork_while_its_threads_work, setup),
        /* Last: it leaves the process no room for further schemas. */
        TEST(a_child_can_make_tasks_whatever_threads_did_at_the_fork, setup),
    };
    return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
