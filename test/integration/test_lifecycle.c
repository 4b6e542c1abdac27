/* SPDX-License-Identifier: BSD-3-Clause */
/* Daemons come and go: start, second start, stop with grace, kill, start over, configured pools. */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "support/daemon.h"
#include "support/process.h"
#include "test/json.h"
#include "test_paths.h"

#define MS 1000000ull

static chi_pool_id_t pool;

static int prepare(void **state)
{
    struct chi_test_daemon *daemon = malloc(sizeof(*daemon));
    chi_test_watchdog(60);
    chi_test_daemon_prepare(daemon);
    *state = daemon;
    return 0;
}

static int setup(void **state)
{
    chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    return 0;
}

/* The test has ended its daemon itself. */
static int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

static void assert_log_says(const struct chi_test_daemon *daemon, const char *text)
{
    char *log = chi_test_daemon_log(daemon);
    if (strstr(log, text) == NULL)
        fail_msg("the log does not say \"%s\":\n%s", text, log);
    free(log);
}

static struct chi_task *sleep_async(uint64_t duration_ns)
{
    struct test_probe_sleep_task *task =
        CHI_TASK_NEW(test_probe_sleep, pool, chi_pool_query_local());
    assert_non_null(task);
    task->duration_ns = duration_ns;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return &task->base;
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

static void wait_until_running(uint64_t count)
{
    uint64_t running = 0;
    while (running != count) {
        struct test_probe_counters_task *task =
            CHI_TASK_NEW(test_probe_counters, pool, chi_pool_query_local());
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), 0);
        running = task->running;
        chi_task_del(&task->base);
    }
}

/* ---- stop */

static void await_log(const struct chi_test_daemon *daemon, const char *text)
{
    for (bool says = false; !says;) {
        char *log = chi_test_daemon_log(daemon);
        says = strstr(log, text) != NULL;
        free(log);
        sched_yield();
    }
}

static void a_task_that_runs_completes_within_the_grace_period(void **state)
{
    struct chi_test_daemon *daemon = *state;
    struct chi_task *task = sleep_async(300 * MS);
    wait_until_running(1);
    assert_int_equal(chimaera_admin_stop_runtime(chi_pool_query_local(), 3600 * 1000 * MS), 0);
    assert_int_equal(run_nop(), CHI_ESTOPPING);
    assert_int_equal(chi_task_wait(task), 0);
    assert_int_equal(((struct test_probe_sleep_task *)(void *)task)->slept, 1);
    chi_task_del(task);
    assert_int_equal(chi_test_daemon_join(daemon), 0);
    assert_int_equal(run_nop(), CHI_ERUNTIME_DOWN);
}

static void a_task_that_waits_past_the_grace_period_is_cancelled(void **state)
{
    struct chi_test_daemon *daemon = *state;
    struct chi_task *task = sleep_async(3600 * 1000 * MS);
    wait_until_running(1);
    assert_int_equal(chimaera_admin_stop_runtime(chi_pool_query_local(), 10 * MS), 0);
    int rc = chi_task_wait(task);
    assert_true(rc == -ECANCELED || rc == CHI_ERUNTIME_DOWN);
    chi_task_del(task);
    assert_int_equal(chi_test_daemon_join(daemon), 0);
    assert_log_says(daemon, "not ended within the grace period");
}

static void a_handler_that_never_returns_does_not_keep_the_daemon(void **state)
{
    struct chi_test_daemon *daemon = *state;
    CHI_SCOPED_BUFFER(flag);
    assert_int_equal(chi_buffer_alloc(2, &flag), 0);
    volatile uint8_t *bytes = chi_buffer_data(&flag);
    bytes[0] = bytes[1] = 0;
    struct test_probe_stuck_task *task =
        CHI_TASK_NEW(test_probe_stuck, pool, chi_pool_query_local());
    task->flag = flag;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    while (bytes[1] == 0)
        ;
    assert_int_equal(kill(daemon->pid, SIGTERM), 0);
    assert_int_equal(chi_task_wait(&task->base), CHI_ERUNTIME_DOWN);
    assert_int_equal(chi_test_daemon_join(daemon), 1);
    assert_log_says(daemon, " is left behind in method ");
    assert_log_says(daemon, " (stuck) of module test_probe ");
    chi_task_del(&task->base);
}

static int setup_short_grace(void **state)
{
    chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS "  grace_period: 50ms\n");
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    return 0;
}

static void sigterm_drains_what_runs_and_leaves_nothing(void **state)
{
    struct chi_test_daemon *daemon = *state;
    struct chi_task *tasks[200];
    for (int i = 0; i < 200; i++)
        tasks[i] = sleep_async(20 * MS);
    wait_until_running(200);
    assert_int_equal(kill(daemon->pid, SIGTERM), 0);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(chi_task_wait(tasks[i]), 0);
        chi_task_del(tasks[i]);
    }
    assert_int_equal(chi_test_daemon_join(daemon), 0);
}

static void sigint_stops_too(void **state)
{
    struct chi_test_daemon *daemon = *state;
    assert_int_equal(kill(daemon->pid, SIGINT), 0);
    assert_int_equal(chi_test_daemon_join(daemon), 0);
}

static void a_second_signal_ends_it_at_once(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT};
    struct chi_test_daemon *daemon = *state;
    struct chi_task *task = sleep_async(3600 * 1000 * MS);
    wait_until_running(1);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kill(daemon->pid, signals[i]), 0);
        await_log(daemon, i == 0 ? "stopping on signal" : "a signal ends it at once");
    }
    assert_int_equal(chi_test_daemon_join(daemon), 1);
    assert_false(chi_test_daemon_left_shm(daemon));
    assert_int_equal(chi_task_wait(task), CHI_ERUNTIME_DOWN);
    chi_task_del(task);
}

static void every_task_submitted_while_it_stops_ends(void **state)
{
    enum { TASKS = 20000 };
    static struct chi_task *tasks[TASKS];
    struct chi_test_daemon *daemon = *state;
    int made = 0;
    for (; made < TASKS; made++) {
        if (made == TASKS / 4)
            assert_int_equal(kill(daemon->pid, SIGTERM), 0);
        tasks[made] = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
        if (tasks[made] == NULL)
            break;
        int rc;
        while ((rc = chi_task_enqueue(tasks[made])) == -EAGAIN && chi_client_alive())
            sched_yield();
        if (rc < 0) {
            chi_task_del(tasks[made]);
            break;
        }
    }
    for (int i = 0; i < made; i++) {
        int rc = chi_task_wait(tasks[i]);
        if (rc != 0 && rc != CHI_ESTOPPING && rc != CHI_ENOPOOL && rc != CHI_ERUNTIME_DOWN)
            fail_msg("task %d of %d ended with %s", i, made, chi_status_name(rc));
        chi_task_del(tasks[i]);
    }
    assert_int_equal(chi_test_daemon_join(daemon), 0);
}

static void what_came_back_can_be_read_after_the_daemon_has_gone(void **state)
{
    enum { SIZE = 5000 };
    struct chi_test_daemon *daemon = *state;
    struct test_probe_big_output_task *task =
        CHI_TASK_NEW(test_probe_big_output, pool, chi_pool_query_local());
    struct chi_buffer buffer;

    task->size = SIZE;
    assert_int_equal(chi_buffer_alloc(SIZE, &buffer), 0);
    memset(chi_buffer_data(&buffer), 'b', SIZE);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(chi_test_daemon_stop(daemon), 0);
    assert_true(chi_task_done(&task->base));
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(chi_string_size(&task->bytes), SIZE);
    assert_int_equal((unsigned char)chi_string_view(&task->bytes).data[SIZE - 1],
                     (unsigned char)((SIZE - 1) * 7));
    assert_int_equal(((char *)chi_buffer_data(&buffer))[SIZE - 1], 'b');
    chi_buffer_free(&buffer);
    chi_task_del(&task->base);
}

/* ---- second start, kill, start over */

static void a_second_start_says_who_runs(void **state)
{
    struct chi_test_daemon *daemon = *state;
    char output[CHI_TEST_OUTPUT_MAX], pid[32];
    snprintf(pid, sizeof(pid), "pid %d", (int)daemon->pid);
    assert_int_equal(chi_test_run(output, "%s/chimaera_runtime", CHI_TEST_BIN), 1);
    assert_non_null(strstr(output, pid));
    assert_non_null(strstr(output, daemon->instance));
    assert_int_equal(chi_test_run(output, "%s/chimaera_runtime --daemonize", CHI_TEST_BIN), 1);
    assert_non_null(strstr(output, pid));
    assert_int_equal(run_nop(), 0);
}

static void a_second_start_with_another_folder_is_seen(void **state)
{
    char output[CHI_TEST_OUTPUT_MAX];
    (void)state;
    assert_int_equal(chi_test_run(output, "CHI_SOCKET_DIR=/tmp %s/chimaera_runtime", CHI_TEST_BIN),
                     1);
    assert_non_null(strstr(output, "already running"));
    assert_int_equal(run_nop(), 0);
}

static void a_start_after_a_kill_cleans_up_and_works(void **state)
{
    struct chi_test_daemon *daemon = *state;
    for (int i = 0; i < 5; i++) {
        chi_test_daemon_kill(daemon);
        assert_true(chi_test_daemon_left_shm(daemon));
        assert_int_equal(run_nop(), CHI_ERUNTIME_DOWN);
        chi_client_fini();
        chi_test_daemon_start(daemon, CHI_TEST_TWO_WORKERS);
        assert_int_equal(chi_client_init(), 0);
        assert_int_equal(test_probe_create("probe", 4, &pool), 0);
        assert_int_equal(run_nop(), 0);
    }
}

static void waiting_clients_see_the_death_and_can_attach_to_the_next_daemon(void **state)
{
    struct chi_test_daemon *daemon = *state;
    struct chi_task *tasks[10];
    for (int i = 0; i < 10; i++)
        tasks[i] = sleep_async(3600 * 1000 * MS);
    wait_until_running(10);
    chi_test_daemon_kill(daemon);
    for (int i = 0; i < 10; i++)
        assert_int_equal(chi_task_wait(tasks[i]), CHI_ERUNTIME_DOWN);
    assert_false(chi_client_alive());
    assert_int_equal(run_nop(), CHI_ERUNTIME_DOWN);
    assert_int_equal(chi_client_init(), CHI_ERUNTIME_DOWN); /* nothing to attach to yet */
    assert_int_equal(run_nop(), CHI_ERUNTIME_DOWN);
    assert_int_equal(chi_task_wait(tasks[0]), CHI_ERUNTIME_DOWN);
    chi_test_daemon_start(daemon, CHI_TEST_TWO_WORKERS);
    assert_int_equal(chi_client_init(), 0);
    assert_true(chi_client_alive());
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    assert_int_equal(run_nop(), 0);
    chi_client_fini(); /* the nested one */
    assert_int_equal(run_nop(), 0);
}

static void starting_and_stopping_many_times_leaves_nothing(void **state)
{
    struct chi_test_daemon *daemon = *state;
    for (int i = 0; i < 20; i++) {
        chi_test_daemon_start(daemon, CHI_TEST_ONE_WORKER);
        assert_int_equal(chi_test_daemon_stop(daemon), 0);
        assert_false(chi_test_daemon_left_shm(daemon));
    }
}

static void segments_are_for_this_user_only(void **state)
{
    struct chi_test_daemon *daemon = *state;
    static const char *const names[] = {"main", "client_data", "runtime_data"};
    for (int i = 0; i < 3; i++) {
        char path[128];
        struct stat st;
        snprintf(path, sizeof(path), "/dev/shm/chimaera.%s.%s", daemon->instance, names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    char path[128];
    struct stat st;
    snprintf(path, sizeof(path), "%s/chimaera.%s.sock", daemon->dir, daemon->instance);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

/* Of a hundred ticks a second. */
static unsigned long ticks_of(const struct chi_test_daemon *daemon)
{
    char path[64];
    unsigned long user, system;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)daemon->pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_int_equal(
        fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system),
        2);
    fclose(file);
    return user + system;
}

/* It comes to rest some time after its start; one that spins has not a single second of rest. */
static void an_idle_daemon_hardly_runs(void **state)
{
    unsigned long used = ULONG_MAX;
    for (int second = 0; second < 20 && used > 2; second++) {
        unsigned long before = ticks_of(*state);
        usleep(1000000);
        used = ticks_of(*state) - before;
    }
    assert_true(used <= 2);
}

/* ---- configured pools */

static void configured_pools_are_there_with_their_parameters(void **state)
{
    struct chi_test_daemon *daemon = *state;
    const struct test_probe_create_params params = {
        .lanes = 3, .mood = TEST_PROBE_MOOD_CALM, .room = 5ull << 20};
    chi_pool_id_t id;
    chi_test_daemon_start(daemon, CHI_TEST_ONE_WORKER "compose:\n"
                                                      "  - mod_name: test_probe\n"
                                                      "    pool_name: composed\n"
                                                      "    pool_id: 300.2\n"
                                                      "    containers_per_node: 2\n"
                                                      "    lanes: 3\n"
                                                      "    mood: calm\n"
                                                      "    room: 5MB\n"
                                                      "  - mod_name: chimaera_MOD_NAME\n"
                                                      "    pool_name: other\n");
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create_with("composed", &params, chi_pool_id(0, 0), 2, &id), 0);
    assert_true(chi_pool_id_equal(id, chi_pool_id(300, 2)));
    struct chi_test_status status;
    assert_int_equal(chi_test_status_get(&status), 0);
    assert_int_equal(status.pools, 3);
    char *text = chi_test_status_text();
    assert_int_equal((int)chi_test_json_number(text, "pools[name=composed].containers"), 2);
    free(text);
}

static void a_wrong_pool_in_the_configuration_stops_the_start(void **state)
{
    static const struct {
        const char *entry;
        const char *says[3];
    } cases[] = {
        {"mod_name: test_probe\n    pool_name: p\n    lanez: 3\n",
         {"lanez", ":11:5:", "did you mean \"lanes\""}},
        {"mod_name: test_probe\n    pool_name: p\n    lanes: many\n",
         {"lanes", ":11:12:", "\"p\""}},
        {"mod_name: test_probe\n    pool_name: p\n    mood: sad\n", {"mood", "calm", ":11:11:"}},
        {"mod_name: test_absent\n    pool_name: p\n",
         {"libtest_absent_runtime.so", "CHI_REPO_PATH", ":9:5:"}},
        {"mod_name: test_badabi\n    pool_name: p\n",
         {"libtest_badabi_runtime.so", "was built for module interface", ":9:5:"}},
        {"mod_name: test_probe\n    pool_name: p\n    mood: failing\n    fail_code: -5\n",
         {"Create failed", "Input/output error", ":9:5:"}},
        {"mod_name: test_probe\n    pool_name: p\n    pool_id: 1.0\n", {"1.0", "taken", ":9:5:"}},
    };
    struct chi_test_daemon *daemon = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char yaml[1024];
        snprintf(yaml, sizeof(yaml), "%scompose:\n  - %s", CHI_TEST_ONE_WORKER, cases[i].entry);
        assert_int_equal(chi_test_daemon_fails(daemon, yaml), 1);
        for (int k = 0; k < 3; k++)
            assert_log_says(daemon, cases[i].says[k]);
        assert_false(chi_test_daemon_left_shm(daemon));
        char path[64];
        snprintf(path, sizeof(path), "%s/log", daemon->dir);
        unlink(path);
    }
}

static void a_start_that_cannot_work_says_why_and_leaves_nothing(void **state)
{
    struct chi_test_daemon *daemon = *state;
    assert_int_equal(chi_test_daemon_fails(daemon, "runtime:\n  socket_dir: /nonexistent/folder\n"),
                     1);
    assert_log_says(daemon, "/nonexistent/folder");
    assert_int_equal(chi_test_daemon_fails(daemon, "runtime:\n  group: no-such-group-here\n"), 1);
    assert_log_says(daemon, "no-such-group-here");
    assert_int_equal(chi_test_daemon_fails(daemon, "runtime:\n  sched_threads: 64\n"
                                                   "  slow_threads: 64\n"),
                     1);
    assert_log_says(daemon, "64 workers are possible");
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_task_that_runs_completes_within_the_grace_period, setup),
        TEST(a_task_that_waits_past_the_grace_period_is_cancelled, setup),
        TEST(a_handler_that_never_returns_does_not_keep_the_daemon, setup_short_grace),
        TEST(sigterm_drains_what_runs_and_leaves_nothing, setup),
        TEST(sigint_stops_too, setup),
        TEST(a_second_signal_ends_it_at_once, setup),
        TEST(every_task_submitted_while_it_stops_ends, setup),
        TEST(what_came_back_can_be_read_after_the_daemon_has_gone, setup),
        TEST(a_second_start_says_who_runs, setup),
        TEST(a_second_start_with_another_folder_is_seen, setup),
        TEST(a_start_after_a_kill_cleans_up_and_works, setup),
        TEST(waiting_clients_see_the_death_and_can_attach_to_the_next_daemon, setup),
        TEST(starting_and_stopping_many_times_leaves_nothing, prepare),
        TEST(segments_are_for_this_user_only, setup),
        TEST(an_idle_daemon_hardly_runs, setup),
        TEST(configured_pools_are_there_with_their_parameters, prepare),
        TEST(a_wrong_pool_in_the_configuration_stops_the_start, prepare),
        TEST(a_start_that_cannot_work_says_why_and_leaves_nothing, prepare),
    };
    return cmocka_run_group_tests_name("lifecycle", tests, NULL, NULL);
}
