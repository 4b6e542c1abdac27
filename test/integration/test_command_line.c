/* SPDX-License-Identifier: BSD-3-Clause */
/* The two programs as a person meets them: options, messages, exit statuses. */
#include "support/cmocka_all.h"

#include <chimaera/chimaera.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/daemon.h"
#include "support/process.h"
#include "test/json.h"
#include "test_paths.h"

static char output[CHI_TEST_OUTPUT_MAX];

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
    return chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS);
}

static int teardown(void **state)
{
    return chi_test_daemon_teardown(state);
}

#define run_daemon(arguments, ...)                                                                 \
    chi_test_run(output, CHI_TEST_BIN "/chimaera_runtime " arguments, ##__VA_ARGS__)
#define run_tool(arguments, ...)                                                                   \
    chi_test_run(output, CHI_TEST_BIN "/chimaera " arguments, ##__VA_ARGS__)

static void assert_says(const char *text)
{
    if (strstr(output, text) == NULL)
        fail_msg("it does not say \"%s\":\n%s", text, output);
}

/* ---- chimaera_runtime */

static void the_daemon_tells_version_and_help(void **state)
{
    (void)state;
    assert_int_equal(run_daemon("--version"), 0);
    assert_says("chimaera_runtime " CHI_VERSION);
    assert_int_equal(run_daemon("--help"), 0);
    assert_says("--check-config");
    assert_int_equal(run_daemon("-h"), 0);
    assert_int_equal(run_daemon("--help-config"), 0);
    assert_says("memory.main_segment_size");
}

static void a_wrong_command_line_is_exit_status_2(void **state)
{
    (void)state;
    assert_int_equal(run_daemon("--nonsense"), 2);
    assert_says("--help");
    assert_int_equal(run_daemon("surplus"), 2);
    assert_says("surplus");
    assert_int_equal(run_daemon("x.yaml"), 2);
    assert_says("did you mean -c x.yaml?");
    assert_int_equal(run_daemon("--daemonize --foreground"), 2);
    assert_says("exclude each other");
    assert_int_equal(run_daemon("-c"), 2);
}

static void write_config(const struct chi_test_daemon *daemon, const char *yaml)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/other.yaml", daemon->dir);
    chi_test_write_file(path, yaml);
}

#define POOL(more) "compose:\n  - mod_name: test_probe\n    pool_name: p\n    " more "\n"

static void check_config_says_what_is_wrong_and_where(void **state)
{
    const struct chi_test_daemon *daemon = *state;
    static const struct {
        const char *yaml;
        const char *says[2];
    } cases[] = {
        {"runtime:\n  sched_treads: 2\n", {"other.yaml:2:3", "sched_threads"}},
        {"runtime:\n  sched_threads: two\n", {"other.yaml:2:18", "two"}},
        {"runtime:\n  sched_threads: 65\n", {"other.yaml:2:18", "64"}},
        {"memory:\n  main_segment_size: 1MB\n", {"other.yaml:2:22", "16MB"}},
        {"runtime:\n  sched_threads: 40\n  slow_threads: 25\n", {"64 workers", "is 65"}},
        {"runtime:\n  group: no group has this name\n",
         {"runtime.group", "no group has this name"}},
        {"memory: [\n", {"other.yaml:", ""}},
        {"nothing: 1\n", {"other.yaml:1:1", "nothing"}},
        {"compose:\n  - mod_name: x\n", {"other.yaml:2", "pool_name"}},
        {"logging:\n  level: loud\n", {"other.yaml:2:10", "loud"}},
        {"runtime:\n\tsched_threads: 2\n", {"other.yaml:2:1", "a tab"}},
        {"sched_threads: 2\n", {"other.yaml:1:1", "belongs under runtime:"}},
        {"runtime:\n  grace_period: 5\n", {"other.yaml:2:17", "a duration such as"}},
        {"modules:\n  path: [relative]\n", {"other.yaml:2:10", "no absolute path"}},
        {POOL("pool_query: direct_id:9"), {"other.yaml:2:5", "write local"}},
        {POOL("pool_query: physical:3"), {"other.yaml:2:5", "write local"}},
        {"compose:\n  - {mod_name: test_probe, pool_name: \"a\\nb\"}\n",
         {"other.yaml:2:", "control character"}},
        {"compose:\n  - mod_name: probe\n    pool_name: p\n",
         {"other.yaml:2:5", "did you mean test_probe?"}},
        {POOL("colour: red"), {"other.yaml:4:5", "it takes lanes, "}},
        {POOL("lanez: 3"), {"other.yaml:4:5", "did you mean \"lanes\""}},
        {POOL("pool_qeury: local"), {"other.yaml:4:5", "did you mean \"pool_query\""}},
        {POOL("lanes: many"), {"other.yaml:4:12", "a number below 2^32"}},
        {POOL("text: [a, b]"), {"other.yaml:4:11", "takes one value"}},
        {POOL("mood: sad"), {"other.yaml:4:11", "calm"}},
        {"compose:\n  - mod_name: test_absent\n    pool_name: p\n",
         {"other.yaml:2:5", "libtest_absent_runtime.so"}},
        {"compose:\n  - mod_name: test_badabi\n    pool_name: p\n",
         {"other.yaml:2:5", "was built for module interface"}},
        {"compose:\n  - mod_name: chimaera_admin\n    pool_name: p\n    more: 1\n",
         {"other.yaml:4:5", "it takes none"}},
    };
    write_config(daemon, CHI_TEST_ONE_WORKER);
    assert_int_equal(run_daemon("-c %s/other.yaml --check-config", daemon->dir), 0);
    assert_says("good");
    write_config(daemon, "memory:\n  main_segment_size: 256MiB\n"
                         "runtime:\n  max_sleep: 100ms\n  grace_period: 1.5 s\n");
    assert_int_equal(run_daemon("-c %s/other.yaml --check-config", daemon->dir), 0);
    write_config(daemon, POOL("lanes: 3\n    text: a text that is too long to lie in the string"));
    assert_int_equal(run_daemon("-c %s/other.yaml --check-config", daemon->dir), 0);
    assert_says("good");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_config(daemon, cases[i].yaml);
        assert_int_equal(run_daemon("-c %s/other.yaml --check-config", daemon->dir), 1);
        assert_says(cases[i].says[0]);
        assert_says(cases[i].says[1]);
        assert_int_equal(run_daemon("-c %s/other.yaml", daemon->dir), 1);
        assert_says(cases[i].says[0]);
    }
    assert_int_equal(run_daemon("-c %s/absent.yaml", daemon->dir), 1);
    assert_says("absent.yaml");
    assert_int_equal(run_daemon("-c %s --check-config", daemon->dir), 1);
}

static void the_environment_names_the_configuration(void **state)
{
    const struct chi_test_daemon *daemon = *state;
    write_config(daemon, "runtime:\n  wrong: 1\n");
    assert_int_equal(chi_test_run(output,
                                  "CHI_SERVER_CONF=%s/other.yaml %s/chimaera_runtime "
                                  "--check-config",
                                  daemon->dir, CHI_TEST_BIN),
                     1);
    assert_says("other.yaml:2:3");
}

static void a_bad_instance_name_is_refused(void **state)
{
    (void)state;
    assert_int_equal(chi_test_run(output, "CHI_INSTANCE=../x %s/chimaera_runtime", CHI_TEST_BIN),
                     1);
    assert_says("CHI_INSTANCE");
    assert_int_equal(chi_test_run(output, "CHI_INSTANCE=../x %s/chimaera ping", CHI_TEST_BIN), 1);
    assert_says("CHI_INSTANCE must have");
    assert_int_equal(chi_test_run(output, "CHI_INSTANCE=../x %s/chimaera status", CHI_TEST_BIN), 1);
    assert_says("CHI_INSTANCE must have");
}

static void daemonize_returns_when_the_daemon_is_ready(void **state)
{
    const struct chi_test_daemon *daemon = *state;
    write_config(daemon, CHI_TEST_ONE_WORKER);
    assert_int_equal(run_daemon("-c %s/other.yaml --daemonize 2>%s/log", daemon->dir, daemon->dir),
                     0);
    assert_says("running as pid ");
    assert_int_equal(run_tool("status"), 0); /* at once */
    assert_int_equal(run_tool("stop"), 0);
    assert_says("stopped");
    assert_false(chi_test_daemon_left_shm(daemon));
    assert_int_equal(run_tool("status"), 1);
}

/* Who reads what it says would else wait for the end of the daemon, as this test would. */
static void daemonize_holds_no_pipe_of_its_caller(void **state)
{
    const struct chi_test_daemon *daemon = *state;
    write_config(daemon, CHI_TEST_ONE_WORKER);
    assert_int_equal(run_daemon("-c %s/other.yaml --daemonize", daemon->dir), 0);
    assert_says("running as pid ");
    assert_int_equal(run_tool("stop"), 0);
}

static void a_pool_that_fails_is_named_once(void **state)
{
    const struct chi_test_daemon *daemon = *state;
    write_config(daemon, CHI_TEST_ONE_WORKER "compose:\n  - mod_name: chimaera_bdev\n"
                                             "    pool_name: p\n    type: ram\n");
    assert_int_equal(run_daemon("-c %s/other.yaml 2>&1 | grep other.yaml:", daemon->dir), 0);
    assert_says("pool \"p\": chimaera_bdev's Create failed");
    assert_null(strstr(output, "pool \"p\": pool"));
}

static void daemonize_tells_why_the_daemon_did_not_start(void **state)
{
    const struct chi_test_daemon *daemon = *state;
    write_config(daemon,
                 CHI_TEST_ONE_WORKER "compose:\n  - mod_name: test_absent\n    pool_name: p\n");
    assert_int_equal(run_daemon("-c %s/other.yaml --daemonize", daemon->dir), 1);
    assert_says("libtest_absent_runtime.so");
    assert_false(chi_test_daemon_left_shm(daemon));
}

/* ---- chimaera */

static void the_tool_tells_version_and_help(void **state)
{
    (void)state;
    assert_int_equal(run_tool("version"), 0);
    assert_says("chimaera " CHI_VERSION);
    assert_int_equal(run_tool("--version"), 0);
    assert_int_equal(run_tool("help"), 0);
    assert_says("status [--json [--lanes]]");
    assert_int_equal(run_tool("--help"), 0);
}

static void each_command_has_its_help(void **state)
{
    static const char *const commands[] = {"status", "pools",   "ping", "destroy",
                                           "stop",   "version", "help"};
    (void)state;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        char line[32];
        snprintf(line, sizeof(line), "\n  %s ", commands[i]);
        assert_int_equal(run_tool("%s --help", commands[i]), 0);
        assert_says(line);
        assert_says("Exit status");
        assert_int_equal(run_tool("help %s", commands[i]), 0);
        assert_says(line);
        assert_null(strstr(output, i == 0 ? "\n  stop" : "\n  status"));
    }
    assert_int_equal(run_tool("help bdev"), 0);
    assert_says("chimaera bdev COMMAND");
    assert_int_equal(run_tool("help stauts"), 2);
    assert_says("did you mean \"status\"?");
}

static void a_wrong_command_is_exit_status_2(void **state)
{
    static const char *const wrong[] = {"",
                                        "dance",
                                        "status --nonsense",
                                        "status surplus",
                                        "pools surplus",
                                        "ping --count 0",
                                        "ping --count x",
                                        "ping surplus",
                                        "stop --grace -1",
                                        "stop --grace x",
                                        "stop surplus",
                                        "version surplus"};
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        int status = run_tool("%s", wrong[i]);
        if (status != 2)
            fail_msg("\"chimaera %s\" ended with %d: %s", wrong[i], status, output);
    }
}

static void every_command_says_when_no_daemon_answers(void **state)
{
    static const char *const commands[] = {"status", "pools", "ping", "stop"};
    const struct chi_test_daemon *daemon = *state;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        assert_int_equal(run_tool("%s", commands[i]), 1);
        assert_says(daemon->dir);
        assert_says("start chimaera_runtime");
    }
}

static void status_and_pools_show_what_is_there(void **state)
{
    const struct chi_test_daemon *daemon = *state;
    assert_int_equal(run_tool("status"), 0);
    assert_says(daemon->instance);
    assert_says("client_data");
    assert_says("chimaera_admin");
    assert_int_equal(run_tool("pools"), 0);
    assert_says("chimaera_admin");
    assert_int_equal(run_tool("pools --json"), 0);
    assert_int_equal(output[0], '[');
    assert_int_equal(run_tool("status --json"), 0);
    assert_int_equal(output[0], '{');
    assert_int_equal((int)chi_test_json_number(output, "pid"), daemon->pid);
    assert_int_equal(
        chi_test_run(output, "%s/chimaera status --json | python3 -m json.tool", CHI_TEST_BIN), 0);
}

static void destroy_says_why_it_may_not(void **state)
{
    (void)state;
    assert_int_equal(run_tool("destroy admin"), 1);
    assert_says("the admin pool exists as long as the runtime");
    assert_int_equal(run_tool("destroy 1"), 1);
    assert_says("the admin pool exists as long as the runtime");
}

static void ping_times_rounds(void **state)
{
    (void)state;
    assert_int_equal(run_tool("ping --count 3"), 0);
    assert_says("round 3");
    assert_null(strstr(output, "round 4"));
}

static void a_command_that_waits_for_long_says_so(void **state)
{
    const struct chi_test_daemon *daemon = *state;
    assert_int_equal(kill(daemon->pid, SIGSTOP), 0);
    assert_int_equal(run_tool("ping & sleep 6; kill -CONT %d; wait $!", (int)daemon->pid), 0);
    assert_says("still waiting");
    assert_says("round 5");
}

static void stop_ends_the_daemon_cleanly(void **state)
{
    struct chi_test_daemon *daemon = *state;
    assert_int_equal(run_tool("stop --grace 1.5"), 0);
    assert_says("stopped");
    assert_int_equal(chi_test_daemon_join(daemon), 0);
    assert_int_equal(run_tool("stop"), 1);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_daemon_tells_version_and_help, prepare),
        TEST(a_wrong_command_line_is_exit_status_2, prepare),
        TEST(check_config_says_what_is_wrong_and_where, prepare),
        TEST(the_environment_names_the_configuration, prepare),
        TEST(a_bad_instance_name_is_refused, prepare),
        TEST(daemonize_returns_when_the_daemon_is_ready, prepare),
        TEST(daemonize_holds_no_pipe_of_its_caller, prepare),
        TEST(a_pool_that_fails_is_named_once, prepare),
        TEST(daemonize_tells_why_the_daemon_did_not_start, prepare),
        TEST(the_tool_tells_version_and_help, prepare),
        TEST(each_command_has_its_help, prepare),
        TEST(a_wrong_command_is_exit_status_2, prepare),
        TEST(every_command_says_when_no_daemon_answers, prepare),
        TEST(status_and_pools_show_what_is_there, setup),
        TEST(destroy_says_why_it_may_not, setup),
        TEST(ping_times_rounds, setup),
        TEST(a_command_that_waits_for_long_says_so, setup),
        TEST(stop_ends_the_daemon_cleanly, setup),
    };
    return cmocka_run_group_tests_name("command line", tests, NULL, NULL);
}
