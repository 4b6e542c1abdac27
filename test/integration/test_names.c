/* SPDX-License-Identifier: BSD-3-Clause */
/* Names that are removed under a daemon, or that stand for something of somebody else. */
#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"
#include "support/process.h"
#include "support/raw_client.h"
#include "test_paths.h"

#define FILES 5 /* socket, lock, segments */

static char names[FILES][128];

static void list_names(const struct chi_test_daemon *daemon)
{
    static const char *const segments[] = {"main", "client_data", "runtime_data"};
    snprintf(names[0], sizeof(names[0]), "%s/chimaera.%s.sock", daemon->dir, daemon->instance);
    snprintf(names[1], sizeof(names[1]), "%s/chimaera.%s.lock", daemon->dir, daemon->instance);
    for (int i = 0; i < 3; i++)
        snprintf(names[2 + i], sizeof(names[0]), "/dev/shm/chimaera.%s.%s", daemon->instance,
                 segments[i]);
}

static int setup(void **state)
{
    int rc = chi_test_daemon_setup(state, CHI_TEST_ONE_WORKER);
    list_names(*state);
    return rc;
}

static int teardown(void **state)
{
    return chi_test_daemon_teardown(state);
}

/* The watchdog bounds these. */
static void await(const char *path)
{
    while (access(path, F_OK) != 0)
        usleep(1000);
}

static void await_listener(void)
{
    int fd;
    while ((fd = chi_test_raw_connect()) < 0)
        usleep(1000);
    close(fd);
}

static int call(void *argument)
{
    (void)argument;
    int rc = chi_client_init();
    if (rc == 0)
        rc = chimaera_admin_flush(chi_pool_query_local());
    if (rc < 0)
        fprintf(stderr, "%s\n", chi_last_error());
    chi_client_fini();
    return rc < 0;
}

static void a_removed_socket_and_lock_are_made_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(unlink(names[i]), 0);
        await_listener();
        await(names[1]);
        assert_int_equal(chi_test_in_child(call, NULL), 0);
    }
}

static void a_removed_folder_is_made_again(void **state)
{
    const struct chi_test_daemon *daemon = *state;
    char away[64], path[192];
    struct stat st;

    snprintf(away, sizeof(away), "%s.away", daemon->dir);
    assert_int_equal(chmod(daemon->dir, 0750), 0);
    assert_int_equal(chmod(daemon->dir, 0700), 0);
    assert_int_equal(rename(daemon->dir, away), 0);
    await_listener();
    assert_int_equal(chi_test_in_child(call, NULL), 0);
    assert_int_equal(stat(daemon->dir, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    /* A second daemon cannot come up beside it. */
    char output[CHI_TEST_OUTPUT_MAX];
    assert_int_not_equal(chi_test_run(output, "%s/chimaera_runtime", CHI_TEST_BIN), 0);
    assert_non_null(strstr(output, "already running"));
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", away, strrchr(names[i], '/') + 1);
        assert_int_equal(unlink(path), 0);
    }
    static const char *const own[] = {"conf.yaml", "log"};
    for (int i = 0; i < 2; i++) {
        char back[192];
        snprintf(path, sizeof(path), "%s/%s", away, own[i]);
        snprintf(back, sizeof(back), "%s/%s", daemon->dir, own[i]);
        assert_int_equal(rename(path, back), 0);
    }
    assert_int_equal(rmdir(away), 0);
}

static void removed_segments_keep_nobody_out(void **state)
{
    (void)state;
    for (int i = 2; i < FILES; i++)
        assert_int_equal(unlink(names[i]), 0);
    assert_int_equal(chi_test_in_child(call, NULL), 0);
}

static void a_daemon_removes_nothing_of_its_successor(void **state)
{
    struct chi_test_daemon *daemon = *state;
    struct stat before[FILES], after;
    pid_t first = daemon->pid;
    int status;

    /* It must not see that its names are gone. */
    assert_int_equal(kill(first, SIGSTOP), 0);
    for (int i = 0; i < FILES; i++)
        assert_int_equal(unlink(names[i]), 0);
    chi_test_daemon_start(daemon, CHI_TEST_ONE_WORKER);
    for (int i = 0; i < FILES; i++)
        assert_int_equal(stat(names[i], &before[i]), 0);
    assert_int_equal(kill(first, SIGTERM), 0);
    assert_int_equal(kill(first, SIGCONT), 0);
    assert_int_equal(waitpid(first, &status, 0), first);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    for (int i = 0; i < FILES; i++) {
        assert_int_equal(stat(names[i], &after), 0);
        assert_true(after.st_ino == before[i].st_ino);
    }
    assert_int_equal(chi_test_in_child(call, NULL), 0);
}

static void expect_refusal(struct chi_test_daemon *daemon, const char *word)
{
    assert_int_not_equal(chi_test_daemon_fails(daemon, CHI_TEST_ONE_WORKER), 0);
    char *log = chi_test_daemon_log(daemon);
    if (strstr(log, word) == NULL || strstr(log, "dead runtime") != NULL)
        fail_msg("not \"%s\": %s", word, log);
    free(log);
}

static void what_others_put_under_a_segments_name_stays(void **state)
{
    struct chi_test_daemon daemon;
    (void)state;
    chi_test_watchdog(60);
    chi_test_daemon_prepare(&daemon);
    list_names(&daemon);
    for (int i = 2; i < FILES; i++) {
        assert_int_equal(mkfifo(names[i], 0600), 0);
        expect_refusal(&daemon, "is not shared memory");
        assert_int_equal(unlink(names[i]), 0);
    }
    if (geteuid() == 0) {
        int fd = open(names[2], O_CREAT | O_WRONLY, 0600);
        assert_true(fd >= 0 && fchown(fd, 65534, 65534) == 0);
        close(fd);
        expect_refusal(&daemon, "belongs to user 65534");
        assert_int_equal(unlink(names[2]), 0);
    }
    chi_test_daemon_finish(&daemon);
    chi_test_watchdog(0);
}

static void a_pipe_as_configuration_is_refused(void **state)
{
    char output[CHI_TEST_OUTPUT_MAX], path[64];
    (void)state;
    chi_test_watchdog(60);
    snprintf(path, sizeof(path), "/tmp/chi-test-names-%d.yaml", (int)getpid());
    assert_int_equal(mkfifo(path, 0600), 0);
    int rc = chi_test_run(output, "%s/chimaera_runtime --check-config -c %s", CHI_TEST_BIN, path);
    assert_int_equal(unlink(path), 0);
    assert_int_not_equal(rc, 0);
    assert_non_null(strstr(output, "is not a regular file"));
    chi_test_watchdog(0);
}

/* ---- a runtime in this process, which forks */

static atomic_uint umasks; /* calls */

/* In place of that of the C library. */
CHI_API mode_t umask(mode_t mask)
{
    atomic_fetch_add(&umasks, 1);
    return (mode_t)syscall(SYS_umask, mask);
}

static int setup_embedded(void **state)
{
    static struct chi_test_daemon daemon;
    char path[64];

    chi_test_watchdog(60);
    chi_test_daemon_prepare(&daemon);
    list_names(&daemon);
    snprintf(path, sizeof(path), "%s/conf.yaml", daemon.dir);
    chi_test_write_file(path, CHI_TEST_ONE_WORKER);
    assert_int_equal(chi_runtime_init(path), 0);
    *state = &daemon;
    return 0;
}

static int teardown_embedded(void **state)
{
    chi_runtime_fini();
    chi_test_daemon_finish(*state);
    chi_test_watchdog(0);
    return 0;
}

static ino_t listener_inode(void)
{
    int listens = 0, fd = -1;
    socklen_t size = sizeof(listens);
    struct stat st;

    while (!listens && ++fd < 1024)
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
    assert_int_equal(fstat(fd, &st), 0);
    return st.st_ino;
}

/* Whether any epoll set of this process has that file. */
static bool is_watched(ino_t inode)
{
    bool found = false;
    for (int fd = 0; fd < 1024; fd++) {
        char path[64], line[256];
        unsigned long long member;
        snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
        FILE *info = fopen(path, "re");
        while (info != NULL && fgets(line, sizeof(line), info) != NULL) {
            const char *at = strncmp(line, "tfd:", 4) == 0 ? strstr(line, " ino:") : NULL;
            found |= at != NULL && sscanf(at, " ino:%llx", &member) == 1 && member == inode;
        }
        if (info != NULL)
            fclose(info);
    }
    return found;
}

static int hold(void *argument)
{
    (void)argument;
    pause();
    return 0;
}

static void a_socket_that_is_made_again_replaces_one_that_a_child_has(void **state)
{
    struct stat st;
    (void)state;

    pid_t child = chi_test_fork(hold, NULL);
    ino_t before = listener_inode();
    assert_true(is_watched(before));
    atomic_store(&umasks, 0);
    assert_int_equal(unlink(names[0]), 0);
    await_listener();
    assert_int_equal(chi_test_in_child(call, NULL), 0);
    assert_false(is_watched(before));
    assert_true(is_watched(listener_inode()));
    assert_int_equal(stat(names[0], &st), 0);
    assert_int_equal(st.st_mode, S_IFSOCK | 0600);
    assert_int_equal(atomic_load(&umasks), 0); /* it is that of all threads */
    kill(child, SIGKILL);
    chi_test_join(child);
}

#define OPENED 64 /* enough to take the numbers that are free in the child */

static int fds[OPENED];

static int find_closed(void *argument)
{
    (void)argument;
    for (int i = 0; i < OPENED; i++)
        if (fcntl(fds[i], F_GETFD) < 0)
            return 1;
    return 0;
}

static int open_and_fork(void *argument)
{
    for (int i = 0; i < OPENED; i++)
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return chi_test_in_child(find_closed, argument);
}

static void a_child_of_a_child_has_the_childs_files(void **state)
{
    (void)state;
    assert_int_equal(chi_test_in_child(open_and_fork, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_removed_socket_and_lock_are_made_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_removed_folder_is_made_again, setup, teardown),
        cmocka_unit_test_setup_teardown(removed_segments_keep_nobody_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_daemon_removes_nothing_of_its_successor, setup, teardown),
        cmocka_unit_test(what_others_put_under_a_segments_name_stays),
        cmocka_unit_test(a_pipe_as_configuration_is_refused),
        cmocka_unit_test_setup_teardown(a_socket_that_is_made_again_replaces_one_that_a_child_has,
                                        setup_embedded, teardown_embedded),
        cmocka_unit_test_setup_teardown(a_child_of_a_child_has_the_childs_files, setup_embedded,
                                        teardown_embedded),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
