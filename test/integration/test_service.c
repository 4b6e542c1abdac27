/* SPDX-License-Identifier: BSD-3-Clause */
/* The daemon as a process among others: descriptors and signals that it inherits, its log's reader,
 * a service manager. */
#include <chimaera/chimaera.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"
#include "support/process.h"
#include "test_paths.h"

#define DAEMON CHI_TEST_BIN_DIR "/chimaera_runtime"
#define TOOL   CHI_TEST_BIN_DIR "/chimaera"

static struct chi_test_daemon daemon_;
static char output[CHI_TEST_OUTPUT_MAX];

static int begin(void **state)
{
    (void)state;
    chi_test_watchdog(120);
    chi_test_daemon_prepare(&daemon_);
    char path[96];
    snprintf(path, sizeof(path), "%s/conf.yaml", daemon_.dir);
    chi_test_write_file(path, CHI_TEST_ONE_WORKER);
    return 0;
}

static int end(void **state)
{
    (void)state;
    chi_test_run(output, "rm -f %s/log %s/out", daemon_.dir, daemon_.dir);
    chi_test_daemon_finish(&daemon_);
    chi_test_watchdog(0);
    return 0;
}

static char *read_text(const char *name)
{
    static char text[65536];
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", daemon_.dir, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void each_standard_descriptor_may_be_closed(void **state)
{
    (void)state;
    for (int closed = 0; closed < 8; closed++) {
        for (int background = 0; background < 2; background++) {
            int rc = chi_test_run(
                output,
                "cd %s; printf 'logging: {file: %s/log}\\n' > more.yaml; cat conf.yaml >> "
                "more.yaml; "
                "( exec %s %s %s; exec %s -c more.yaml %s ) & daemon=$!; "
                "for i in $(seq 600); do %s ping >/dev/null 2>&1 && break; sleep 0.05; done; "
                "%s stop >/dev/null; rc=$?; wait $daemon || rc=$?; "
                "while [ -e chimaera.$CHI_INSTANCE.lock ]; do sleep 0.05; done; rm more.yaml; exit "
                "$rc",
                daemon_.dir, daemon_.dir, closed & 1 ? "<&-" : "", closed & 2 ? ">&-" : "",
                closed & 4 ? "2>&-" : "", DAEMON, background ? "--daemonize" : "", TOOL, TOOL);
            if (rc != 0)
                fail_msg("closed %d, background %d: status %d\n%s", closed, background, rc, output);
            assert_non_null(strstr(read_text("log"), "stopping on request"));
        }
    }
}

/* A daemon in the foreground, with its standard error in "log". */
static pid_t start(const char *before)
{
    pid_t pid = fork();
    if (pid == 0) {
        char command[512];
        snprintf(command, sizeof(command), "%s exec %s -c %s/conf.yaml >%s/out 2>>%s/log", before,
                 DAEMON, daemon_.dir, daemon_.dir, daemon_.dir);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    while (chi_test_run(output, "%s ping", TOOL) != 0)
        usleep(20000);
    return pid;
}

static int stop(pid_t pid)
{
    int status;
    kill(pid, SIGTERM);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void await_log(const char *word)
{
    while (strstr(read_text("log"), word) == NULL)
        usleep(10000);
}

static void signals_that_nobody_means_do_not_end_it(void **state)
{
    static const int harmless[] = {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM,
                                   SIGPROF, SIGIO,   SIGPIPE, SIGXFSZ};
    (void)state;
    pid_t pid = start("");
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
        assert_int_equal(kill(pid, harmless[i]), 0);
    assert_int_equal(chi_test_run(output, "%s ping", TOOL), 0);
    assert_int_equal(stop(pid), 0);
}

static void a_signal_inherited_as_ignored_stays_ignored(void **state)
{
    (void)state;
    pid_t pid = start("trap '' HUP INT;");
    assert_int_equal(kill(pid, SIGHUP), 0);
    assert_int_equal(kill(pid, SIGINT), 0);
    assert_int_equal(chi_test_run(output, "%s ping", TOOL), 0);
    assert_null(strstr(read_text("log"), "SIGHUP"));
    assert_int_equal(stop(pid), 0);
}

static void sighup_opens_the_log_again(void **state)
{
    char path[128];
    (void)state;
    snprintf(path, sizeof(path), "%s/conf.yaml", daemon_.dir);
    chi_test_run(output, "echo 'logging: {file: %s/log}' >> %s", daemon_.dir, path);
    pid_t pid = start("");
    assert_int_equal(chi_test_run(output,
                                  "cd %s; mv log out; sed -i 's/file:/level: debug, file:/' "
                                  "conf.yaml",
                                  daemon_.dir),
                     0);
    assert_int_equal(kill(pid, SIGHUP), 0);
    struct stat st;
    char log[128];
    snprintf(log, sizeof(log), "%s/log", daemon_.dir);
    while (stat(log, &st) < 0)
        usleep(10000);
    await_log("opened the log again");
    chi_test_run(output, "echo 'no yaml: [' >> %s", path);
    assert_int_equal(kill(pid, SIGHUP), 0);
    await_log("the log stays as it is");
    assert_int_equal(stop(pid), 0);
    await_log("instance"); /* of level debug */
}

static void a_reader_of_the_log_that_does_not_read_holds_up_nobody(void **state)
{
    int ends[2];
    char text[8192];
    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        char path[96];
        snprintf(path, sizeof(path), "%s/conf.yaml", daemon_.dir);
        dup2(ends[1], STDERR_FILENO);
        setenv("CHI_LOG", "debug", 1);
        execl(DAEMON, DAEMON, "-c", path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    while (chi_test_run(output, "%s ping", TOOL) != 0)
        usleep(20000);
    /* Each logs lines about a client; 64 KiB are full long before the end. */
    for (int i = 0; i < 700; i++) {
        assert_int_equal(chi_client_init(), 0);
        chi_client_fini();
    }
    assert_int_equal(chi_test_run(output, "%s status", TOOL), 0);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    while (read(ends[0], text, sizeof(text)) > 0)
        ;
    assert_int_equal(chi_client_init(), 0);
    chi_client_fini();
    bool told = false;
    for (ssize_t got; !told;) {
        struct pollfd fd = {.fd = ends[0], .events = POLLIN};
        assert_int_equal(poll(&fd, 1, 60000), 1);
        got = read(ends[0], text, sizeof(text) - 1);
        assert_true(got > 0);
        text[got] = '\0';
        told = strstr(text, "lines were dropped") != NULL;
    }
    assert_int_equal(stop(pid), 0);
    close(ends[0]);
}

static void a_fifo_as_log_does_not_hold_up_the_start(void **state)
{
    (void)state;
    assert_int_equal(chi_test_run(output,
                                  "cd %s; mkfifo log; echo 'logging: {file: %s/log}' >> conf.yaml; "
                                  "%s -c conf.yaml",
                                  daemon_.dir, daemon_.dir, DAEMON),
                     EXIT_FAILURE);
    assert_non_null(strstr(output, "FIFO that nobody reads"));
}

static void few_descriptors_are_an_error_that_says_so(void **state)
{
    (void)state;
    assert_int_equal(chi_test_run(output, "ulimit -n 12; %s -c %s/conf.yaml", DAEMON, daemon_.dir),
                     EXIT_FAILURE);
    assert_non_null(strstr(output, "ulimit -n"));
    pid_t pid = start("ulimit -Sn 64;"); /* the soft limit is raised */
    assert_null(strstr(read_text("log"), "descriptors may be open"));
    assert_int_equal(stop(pid), 0);
}

/* What a reader of an inherited pipe waits for. */
static void a_daemon_in_the_background_keeps_nothing_that_it_inherits(void **state)
{
    int ends[2];
    char byte;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(
        chi_test_run(output, "cd %s && %s -c conf.yaml --daemonize", daemon_.dir, DAEMON), 0);
    close(ends[1]);
    struct pollfd fd = {.fd = ends[0], .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 60000), 1);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    assert_int_equal(chi_test_run(output,
                                  "readlink /proc/$(cat %s/chimaera.$CHI_INSTANCE.lock)/cwd",
                                  daemon_.dir),
                     0);
    assert_string_equal(output, "/\n");
    assert_int_equal(chi_test_run(output, "%s stop", TOOL), 0);
}

static void a_daemon_in_the_background_finds_the_folder_that_a_relative_path_names(void **state)
{
    static const char *const names[] = {"CHI_SOCKET_DIR", "XDG_RUNTIME_DIR"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(chi_test_run(output,
                                      "cd %s && unset CHI_SOCKET_DIR XDG_RUNTIME_DIR && %s=. %s -c "
                                      "conf.yaml --daemonize",
                                      daemon_.dir, names[i], DAEMON),
                         0);
        assert_int_equal(chi_test_run(output, "%s stop", TOOL), 0);
    }
}

/* In its own process, or in that of the command which waits for it. */
static void a_signal_ends_a_daemon_that_still_starts(void **state)
{
    char hang[96];
    (void)state;
    snprintf(hang, sizeof(hang), "%s/out", daemon_.dir);
    setenv("CHI_TEST_HANG", hang, 1);
    chi_test_run(output, "echo 'compose: [{mod_name: test_hanging, pool_name: p}]' >> %s/conf.yaml",
                 daemon_.dir);
    for (int background = 0; background < 2; background++) {
        int status;
        chi_test_write_file(hang, "");
        pid_t pid = fork();
        if (pid == 0) {
            char path[96];
            snprintf(path, sizeof(path), "%s/conf.yaml", daemon_.dir);
            execl(DAEMON, DAEMON, "-c", path, background ? "--daemonize" : "--foreground",
                  (char *)NULL);
            _exit(127);
        }
        while (chi_test_run(output, /* in the module's constructor, or shortly before it */
                            "cd /proc/$(cat %s/chimaera.$CHI_INSTANCE.lock) && "
                            "cat task/*/comm | grep chi-loader",
                            daemon_.dir) != 0)
            usleep(10000);
        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(background ? WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM
                               : WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE);
        assert_false(chi_test_daemon_left_shm(&daemon_));
        assert_int_not_equal(chi_test_run(output, "ls %s/chimaera.*", daemon_.dir), 0);
    }
    unsetenv("CHI_TEST_HANG");
}

/* ---- a service manager */

static void expect(int socket, const char *word)
{
    char text[600];
    struct pollfd fd = {.fd = socket, .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 60000), 1);
    ssize_t got = recv(socket, text, sizeof(text) - 1, 0);
    assert_true(got > 0);
    text[got] = '\0';
    if (strstr(text, word) == NULL)
        fail_msg("expected %s, got %s", word, text);
}

static void a_service_manager_is_told(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)state;
    snprintf(address.sun_path, sizeof(address.sun_path), "%.80s/out", daemon_.dir);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (void *)&address, sizeof(address)), 0);
    pid_t pid = fork();
    if (pid == 0) {
        char path[96], log[96];
        snprintf(path, sizeof(path), "%s/conf.yaml", daemon_.dir);
        snprintf(log, sizeof(log), "%s/log", daemon_.dir);
        dup2(open(log, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600), STDERR_FILENO);
        setenv("NOTIFY_SOCKET", address.sun_path, 1);
        execl(DAEMON, DAEMON, "-c", path, (char *)NULL);
        _exit(127);
    }
    expect(fd, "READY=1");
    assert_int_equal(chi_test_run(output, "%s ping", TOOL), 0); /* it is */
    assert_int_equal(kill(pid, SIGHUP), 0);
    expect(fd, "RELOADING=1");
    expect(fd, "READY=1");
    assert_int_equal(stop(pid), 0);
    expect(fd, "STOPPING=1");
    close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(each_standard_descriptor_may_be_closed),
        TEST(signals_that_nobody_means_do_not_end_it),
        TEST(a_signal_inherited_as_ignored_stays_ignored),
        TEST(sighup_opens_the_log_again),
        TEST(a_reader_of_the_log_that_does_not_read_holds_up_nobody),
        TEST(a_fifo_as_log_does_not_hold_up_the_start),
        TEST(few_descriptors_are_an_error_that_says_so),
        TEST(a_daemon_in_the_background_keeps_nothing_that_it_inherits),
        TEST(a_daemon_in_the_background_finds_the_folder_that_a_relative_path_names),
        TEST(a_signal_ends_a_daemon_that_still_starts),
        TEST(a_service_manager_is_told),
    };
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
