/* SPDX-License-Identifier: BSD-3-Clause */
/* Daemons of tests. */
#include "support/daemon.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "test_paths.h"

#define WATCHDOG_S 300
#define SETTLE_S   60

/* Between two looks at something another process does. The watchdog bounds the whole. */
static void pause_a_little(void)
{
    struct timespec pause = {.tv_nsec = 1000000};
    nanosleep(&pause, NULL);
}

/* What the watchdog removes. */
static char watched[3][192];

static void on_alarm(int signal_number)
{
    static const char text[] = "the watchdog of the test barked\n";
    (void)signal_number;
    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    for (int i = 0; i < 3; i++)
        unlink(watched[i]);
    abort(); /* the daemon dies with us */
}

void chi_test_watchdog(unsigned seconds)
{
    signal(SIGALRM, on_alarm);
    alarm(seconds);
}

void chi_test_write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_not_equal(fputs(text, file), EOF);
    assert_int_equal(fclose(file), 0);
}

void chi_test_daemon_prepare(struct chi_test_daemon *daemon)
{
    static const char *const segments[3] = {"main", "client_data", "runtime_data"};
    static unsigned count;

    memset(daemon, 0, sizeof(*daemon));
    daemon->descriptors = chi_test_descriptors();
    daemon->settles = true;
    const char *tag = getenv("CHI_TEST_TAG");
    tag = tag != NULL && strlen(tag) <= 10 ? tag : "";
    snprintf(daemon->dir, sizeof(daemon->dir), "/tmp/chi-test-%sXXXXXX", tag);
    assert_non_null(mkdtemp(daemon->dir));
    snprintf(daemon->instance, sizeof(daemon->instance), "test-%s%d-%u", tag, (int)getpid(),
             ++count);
    for (int i = 0; i < 3; i++)
        snprintf(watched[i], sizeof(watched[i]), "/dev/shm/chimaera.%s.%s", daemon->instance,
                 segments[i]);
    setenv("CHI_INSTANCE", daemon->instance, 1);
    setenv("CHI_SOCKET_DIR", daemon->dir, 1);
    setenv("CHI_REPO_PATH", CHI_TEST_LIB_DIR ":" CHI_TEST_MODULE_DIR, 1);
    unsetenv("CHI_SERVER_CONF");
    unsetenv("CHI_WITH_RUNTIME");
}

static void spawn(struct chi_test_daemon *daemon, const char *yaml)
{
    char config[96], log[96];

    snprintf(config, sizeof(config), "%s/conf.yaml", daemon->dir);
    snprintf(log, sizeof(log), "%s/log", daemon->dir);
    chi_test_write_file(config, yaml);
    fflush(NULL);
    daemon->pid = fork();
    assert_true(daemon->pid >= 0);
    if (daemon->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        for (int other = 3; other < 256; other++)
            close(other);
        execl(CHI_TEST_BIN_DIR "/chimaera_runtime", "chimaera_runtime", "-c", config, (char *)NULL);
        _exit(127);
    }
}

static int exit_code(int status)
{
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* Five seconds are no time on a crowded machine: a daemon that is told to end shall not give up. */
static void spawn_patient(struct chi_test_daemon *daemon, const char *yaml)
{
    static const char *const places[][2] = {{"runtime:\n", "  grace_period: 60s\n"},
                                            {"runtime: {", "grace_period: 60s, "}};
    char *text = NULL;
    const char *at = NULL;
    int rc = 0;
    for (size_t i = 0; i < 2 && at == NULL && strstr(yaml, "grace_period") == NULL; i++) {
        at = strstr(yaml, places[i][0]);
        if (at != NULL) {
            at += strlen(places[i][0]);
            rc = asprintf(&text, "%.*s%s%s", (int)(at - yaml), yaml, places[i][1], at);
        }
    }
    assert_true(rc >= 0);
    spawn(daemon, text != NULL ? text : yaml);
    free(text);
}

void chi_test_daemon_start(struct chi_test_daemon *daemon, const char *yaml)
{
    spawn_patient(daemon, yaml);
    while (chi_test_status_get(&daemon->idle) < 0) {
        int status;
        if (waitpid(daemon->pid, &status, WNOHANG) == daemon->pid) {
            char *log = chi_test_daemon_log(daemon);
            print_message("%s", log);
            free(log);
            daemon->pid = 0;
            fail_msg("the daemon did not come up; it ended with %d", exit_code(status));
        }
        pause_a_little();
    }
}

int chi_test_daemon_fails(struct chi_test_daemon *daemon, const char *yaml)
{
    spawn(daemon, yaml);
    return chi_test_daemon_join(daemon);
}

int chi_test_daemon_join(struct chi_test_daemon *daemon)
{
    int status;
    pid_t pid = daemon->pid;

    daemon->pid = 0;
    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return exit_code(status);
}

int chi_test_daemon_stop(struct chi_test_daemon *daemon)
{
    assert_true(daemon->pid > 0);
    assert_int_equal(kill(daemon->pid, SIGTERM), 0);
    return chi_test_daemon_join(daemon);
}

void chi_test_daemon_kill(struct chi_test_daemon *daemon)
{
    assert_true(daemon->pid > 0);
    assert_int_equal(kill(daemon->pid, SIGKILL), 0);
    assert_int_equal(chi_test_daemon_join(daemon), -SIGKILL);
}

char *chi_test_daemon_log(const struct chi_test_daemon *daemon)
{
    char path[96];
    size_t size = 0;
    char *text = NULL;

    snprintf(path, sizeof(path), "%s/log", daemon->dir);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        if (getdelim(&text, &size, '\0', file) < 0 && text != NULL)
            text[0] = '\0';
        fclose(file);
    }
    return text != NULL ? text : strdup("");
}

/* Says why in `reason` when it does not settle. */
static bool settles(const struct chi_test_daemon *daemon, char *reason, size_t size)
{
    struct chi_test_status now;
    struct timespec begin, end;
    char leaks[448];

    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        if (chi_test_status_get(&now) < 0) {
            snprintf(reason, size, "the daemon does not answer");
            return false;
        }
        if (chi_test_status_leaks(&now, &daemon->idle, leaks, sizeof(leaks)) == 0)
            return true;
        pause_a_little();
        clock_gettime(CLOCK_MONOTONIC, &end);
    } while (end.tv_sec - begin.tv_sec < SETTLE_S);
    snprintf(reason, size, "the daemon did not settle: %s", leaks);
    return false;
}

void chi_test_daemon_settle(struct chi_test_daemon *daemon)
{
    char reason[512];
    if (!settles(daemon, reason, sizeof(reason)))
        fail_msg("%s", reason);
}

bool chi_test_daemon_left_shm(const struct chi_test_daemon *daemon)
{
    (void)daemon;
    for (int i = 0; i < 3; i++)
        if (access(watched[i], F_OK) == 0)
            return true;
    return false;
}

/* Removes the segments; whether there were any. */
static bool remove_shm(const struct chi_test_daemon *daemon)
{
    bool left = chi_test_daemon_left_shm(daemon);
    for (int i = 0; left && i < 3; i++)
        unlink(watched[i]);
    return left;
}

/* Removes the folder; whether there was more in it than the fixture itself writes. */
static bool remove_folder(const struct chi_test_daemon *daemon)
{
    static const char *const own[] = {"conf.yaml", "log", "other.yaml"};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        char path[96];
        snprintf(path, sizeof(path), "%s/%s", daemon->dir, own[i]);
        unlink(path);
    }
    if (rmdir(daemon->dir) == 0)
        return false;
    char command[128];
    snprintf(command, sizeof(command), "ls -A %s; rm -rf %s", daemon->dir, daemon->dir);
    (void)!system(command);
    return true;
}

/* Removes everything, whatever went wrong; then says what did. */
/* Of daemons that a test lets crash. */
static void remove_reports(const struct chi_test_daemon *daemon)
{
    static const char *const endings[] = {"crash", "crash.last"};
    for (int i = 0; i < 2; i++) {
        char path[160];
        snprintf(path, sizeof(path), "%s/chimaera.%s.%s", daemon->dir, daemon->instance,
                 endings[i]);
        unlink(path);
    }
}

static void clear_away(struct chi_test_daemon *daemon, const char *complaint)
{
    if (daemon->pid > 0) {
        kill(daemon->pid, SIGKILL);
        chi_test_daemon_join(daemon);
    }
    bool shm = remove_shm(daemon);
    remove_reports(daemon);
    bool files = remove_folder(daemon);
    int descriptors = chi_test_descriptors() - daemon->descriptors;
    chi_test_watchdog(0);
    if (complaint[0] != '\0')
        fail_msg("%s", complaint);
    if (shm || files || descriptors != 0)
        fail_msg("left behind: %s%s%d descriptors", shm ? "shared memory, " : "",
                 files ? "files, " : "", descriptors);
}

void chi_test_daemon_finish(struct chi_test_daemon *daemon)
{
    clear_away(daemon, "");
}

int chi_test_daemon_setup(void **state, const char *yaml)
{
    struct chi_test_daemon *daemon = malloc(sizeof(*daemon));
    assert_non_null(daemon);
    chi_test_watchdog(WATCHDOG_S);
    chi_test_daemon_prepare(daemon);
    chi_test_daemon_start(daemon, yaml);
    *state = daemon;
    return 0;
}

int chi_test_daemon_teardown(void **state)
{
    struct chi_test_daemon copy = *(struct chi_test_daemon *)*state;
    char complaint[512] = "";

    free(*state);
    *state = NULL;
    if (copy.pid > 0 && (!copy.settles || settles(&copy, complaint, sizeof(complaint)))) {
        int status = chi_test_daemon_stop(&copy);
        if (status != 0)
            snprintf(complaint, sizeof(complaint), "the daemon ended with %d", status);
    }
    if (complaint[0] != '\0') {
        char *log = chi_test_daemon_log(&copy);
        print_message("%s", log);
        free(log);
    }
    clear_away(&copy, complaint);
    return 0;
}
