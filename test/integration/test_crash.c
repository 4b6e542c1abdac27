/* SPDX-License-Identifier: BSD-3-Clause */
/* What a daemon says and leaves when a handler ends its process. */
#include <chimaera/chimaera.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <test/kinds/kinds_client.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FAULTS_ARE_THE_SANITIZERS 1
#else
#define FAULTS_ARE_THE_SANITIZERS 0
#endif

static struct chi_test_daemon daemon_;
static char report_path[160];

static struct chi_task *fail_async(chi_pool_id_t pool, uint32_t lane, enum test_kinds_fail how)
{
    struct test_kinds_fail_task *task = CHI_TASK_NEW(test_kinds_fail, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = lane;
    task->how = how;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return &task->base;
}

static char *read_text(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[size] = '\0';
    return text;
}

static void assert_says(const char *text, const char *word)
{
    if (strstr(text, word) == NULL)
        fail_msg("\"%s\" is missing in:\n%s", word, text);
}

static chi_pool_id_t start(uint32_t workers)
{
    char yaml[512];
    chi_pool_id_t pool;
    chi_test_watchdog(60);
    chi_test_daemon_prepare(&daemon_);
    snprintf(report_path, sizeof(report_path), "%s/chimaera.%s.crash", daemon_.dir,
             daemon_.instance);
    snprintf(yaml, sizeof(yaml), CHI_TEST_MEMORY "runtime: {sched_threads: %u, slow_threads: 0}\n",
             workers);
    chi_test_daemon_start(&daemon_, yaml);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_kinds_create("victim", &pool), 0);
    return pool;
}

/* Runs a daemon in which a handler fails. Returns how it ended; its report is at report_path. */
static int crash(enum test_kinds_fail how, uint32_t workers, uint32_t tasks)
{
    chi_pool_id_t pool = start(workers);
    for (uint32_t i = 0; i < tasks; i++) {
        struct chi_task *task = fail_async(pool, i, how);
        if (i + 1 == tasks)
            assert_int_equal(chi_task_wait(task), CHI_ERUNTIME_DOWN);
        chi_task_del(task);
    }
    int end = chi_test_daemon_join(&daemon_);
    chi_client_fini();
    return end;
}

static void clean(void)
{
    char last[200], path[160];
    snprintf(last, sizeof(last), "%s.last", report_path);
    unlink(last);
    unlink(report_path);
    /* The next start removes what the dead one left. */
    chi_test_daemon_start(&daemon_, CHI_TEST_ONE_WORKER);
    assert_int_equal(chi_test_daemon_stop(&daemon_), 0);
    snprintf(path, sizeof(path), "%s/chimaera.%s.crash.last", daemon_.dir, daemon_.instance);
    unlink(path);
    chi_test_daemon_finish(&daemon_);
    chi_test_watchdog(0);
}

static void check(enum test_kinds_fail how, int signal_number, const char *word)
{
    struct stat st;
    char pid[32];
    assert_int_equal(crash(how, 1, 1), -signal_number);
    const char *text = read_text(report_path);
    assert_int_equal(stat(report_path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_says(text, word);
    assert_says(text, "module test_kinds 0.1.0");
    assert_says(text, "(fail)");
    assert_says(text, "pool \"victim\"");
    assert_says(text, "container 0");
    snprintf(pid, sizeof(pid), "client %d (integration_cra", (int)getpid());
    assert_says(text, pid);
    assert_says(text, "test_kinds_run_fail");
    assert_says(text, "libtest_kinds_runtime.so");
    assert_says(text, "registers:\n");
    assert_says(text, "last tasks of worker 0");
    char *log = chi_test_daemon_log(&daemon_);
    assert_says(log, "module test_kinds 0.1.0"); /* on standard error, too */
    free(log);
    clean();
}

static void each_fault_is_reported_and_ends_the_daemon_by_its_signal(void **state)
{
    (void)state;
    if (FAULTS_ARE_THE_SANITIZERS)
        skip();
    check(TEST_KINDS_FAIL_NULL, SIGSEGV, "at address 0x8");
    check(TEST_KINDS_FAIL_ABORT, SIGABRT, "SIGABRT");
    check(TEST_KINDS_FAIL_FREE, SIGABRT, "SIGABRT");
    check(TEST_KINDS_FAIL_KILL, SIGSYS, "SIGSYS");
#if defined(__x86_64__)
    check(TEST_KINDS_FAIL_ARITHMETIC, SIGFPE, "SIGFPE");
    check(TEST_KINDS_FAIL_INSTRUCTION, SIGILL, "SIGILL");
#endif
}

static void a_full_stack_is_told_from_other_faults(void **state)
{
    (void)state;
    if (FAULTS_ARE_THE_SANITIZERS)
        skip();
    check(TEST_KINDS_FAIL_DEPTH, SIGSEGV, "the handler's stack is full: raise runtime.stack_size");
    check(TEST_KINDS_FAIL_FRAME, SIGSEGV, "the handler's stack is full: raise runtime.stack_size");
}

static void two_that_fail_at_the_same_time_give_one_report(void **state)
{
    (void)state;
    if (FAULTS_ARE_THE_SANITIZERS)
        skip();
    assert_int_equal(crash(TEST_KINDS_FAIL_TWICE, 2, 2), -SIGSEGV);
    const char *text = read_text(report_path);
    assert_says(text, "this report is in");
    const char *first = strstr(text, "ends by signal");
    assert_non_null(first);
    assert_null(strstr(first + 1, "ends by signal"));
    clean();
}

static void exit_by_a_handler_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(crash(TEST_KINDS_FAIL_EXIT, 1, 1), EXIT_FAILURE);
    const char *text = read_text(report_path);
    assert_says(text, "exit() was called");
    assert_says(text, "module test_kinds 0.1.0");
    assert_false(chi_test_daemon_left_shm(&daemon_));
    clean();
}

static void the_next_start_mentions_the_report(void **state)
{
    char last[200];
    (void)state;
    assert_int_equal(crash(TEST_KINDS_FAIL_EXIT, 1, 1), EXIT_FAILURE);
    chi_test_daemon_start(&daemon_, CHI_TEST_ONE_WORKER);
    char *log = chi_test_daemon_log(&daemon_);
    assert_says(log, "the last run of this instance crashed");
    assert_says(log, ".crash.last");
    free(log);
    snprintf(last, sizeof(last), "%s.last", report_path);
    assert_says(read_text(last), "exit() was called");
    assert_int_equal(chi_test_daemon_stop(&daemon_), 0);
    clean();
}

static void a_standard_error_that_nobody_reads_does_not_shorten_the_report(void **state)
{
    (void)state;
    if (FAULTS_ARE_THE_SANITIZERS)
        skip();
    assert_int_equal(crash(TEST_KINDS_FAIL_MUTE, 1, 1), -SIGSEGV);
    assert_says(read_text(report_path), "this report is in");
    clean();
}

static void a_process_that_a_handler_forked_fails_alone(void **state)
{
    struct stat st;
    (void)state;
    if (FAULTS_ARE_THE_SANITIZERS)
        skip();
    struct chi_task *task = fail_async(start(1), 0, TEST_KINDS_FAIL_FORK);
    assert_int_equal(chi_task_wait(task), 0);
    chi_task_del(task);
    chi_client_fini();
    assert_int_equal(chi_client_init(), 0); /* its names are still there */
    chi_client_fini();
    assert_int_equal(stat(report_path, &st), -1);
    assert_int_equal(chi_test_daemon_stop(&daemon_), 0);
    chi_test_daemon_finish(&daemon_);
    chi_test_watchdog(0);
}

int main(void)
{
    const struct rlimit no_cores = {0, 0};
    setrlimit(RLIMIT_CORE, &no_cores);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_reported_and_ends_the_daemon_by_its_signal),
        cmocka_unit_test(a_full_stack_is_told_from_other_faults),
        cmocka_unit_test(two_that_fail_at_the_same_time_give_one_report),
        cmocka_unit_test(exit_by_a_handler_is_an_error),
        cmocka_unit_test(the_next_start_mentions_the_report),
        cmocka_unit_test(a_standard_error_that_nobody_reads_does_not_shorten_the_report),
        cmocka_unit_test(a_process_that_a_handler_forked_fails_alone),
    };
    return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
