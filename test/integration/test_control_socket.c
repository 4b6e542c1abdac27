/* SPDX-License-Identifier: BSD-3-Clause */
/* What peers of the control socket may not do to others: occupy it, or make it wait. */
#include <chimaera/chimaera.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shm/protocol.h"
#include "support/cmocka_all.h"
#include "support/daemon.h"
#include "support/process.h"
#include "test_paths.h"

#define IDLE      2048
#define PROCESSES 12 /* more than the visitors' places hold */
#define EACH      32

static int setup(void **state)
{
    return chi_test_daemon_setup(state, CHI_TEST_ONE_WORKER);
}

static int teardown(void **state)
{
    return chi_test_daemon_teardown(state);
}

static int dial(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/chimaera.%s.sock",
             getenv("CHI_SOCKET_DIR"), getenv("CHI_INSTANCE"));
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

static int good_client(void *argument)
{
    (void)argument;
    if (chi_client_init() < 0) {
        fprintf(stderr, "%s\n", chi_last_error());
        return 1;
    }
    chi_client_fini();
    return 0;
}

static void check_that_others_are_served(void)
{
    char output[CHI_TEST_OUTPUT_MAX];
    assert_int_equal(chi_test_in_child(good_client, NULL), 0);
    assert_int_equal(chi_test_run(output, "%s/chimaera status", CHI_TEST_BIN), 0);
    assert_non_null(strstr(output, "workers"));
}

static void idle_connections_of_a_process_lock_nobody_else_out(void **state)
{
    static int fds[IDLE];
    struct chi_control_reply reply;
    int refused = 0;
    (void)state;

    for (int i = 0; i < IDLE; i++)
        fds[i] = dial();
    check_that_others_are_served();
    for (int i = 0; i < IDLE; i++) {
        if (fds[i] >= 0 && recv(fds[i], &reply, sizeof(reply), MSG_DONTWAIT) == sizeof(reply)) {
            assert_int_equal(reply.status, -EBUSY);
            refused++;
        }
        if (fds[i] >= 0)
            close(fds[i]);
    }
    assert_true(refused >= IDLE - 512); /* some may be older than the daemon's round */
    char *log = chi_test_daemon_log(*state);
    int lines = 0;
    for (const char *at = log; (at = strstr(at, "refused a connection")) != NULL; at++)
        lines++;
    assert_true(lines >= 1 && lines <= 8); /* one in 10 s */
    free(log);
}

static int hold_connections(void *argument)
{
    int *ready = argument;
    for (int i = 0; i < EACH; i++)
        dial();
    (void)!write(ready[1], "", 1);
    pause();
    return 0;
}

static void idle_connections_of_many_processes_lock_nobody_out(void **state)
{
    pid_t children[PROCESSES];
    int ready[2];
    char byte;
    (void)state;

    assert_int_equal(pipe(ready), 0);
    for (int i = 0; i < PROCESSES; i++)
        children[i] = chi_test_fork(hold_connections, ready);
    for (int i = 0; i < PROCESSES; i++)
        assert_int_equal(read(ready[0], &byte, 1), 1);
    check_that_others_are_served();
    for (int i = 0; i < PROCESSES; i++) {
        kill(children[i], SIGKILL);
        chi_test_join(children[i]);
    }
    close(ready[0]);
    close(ready[1]);
}

static void await_end(int fd)
{
    char byte;
    while (recv(fd, &byte, sizeof(byte), 0) > 0)
        ;
    close(fd);
}

static void an_idle_connection_is_closed(void **state)
{
    (void)state;
    int fd = dial();
    assert_true(fd >= 0);
    await_end(fd); /* the watchdog bounds it */
}

static void half_a_request_ends_the_connection(void **state)
{
    const struct chi_control_request request = {.magic = CHI_CONTROL_MAGIC,
                                                .type = CHI_CONTROL_STATUS};
    (void)state;
    for (size_t size = 1; size < sizeof(request); size++) {
        int fd = dial();
        assert_int_equal(send(fd, &request, size, MSG_NOSIGNAL), (ssize_t)size);
        await_end(fd);
    }
}

static void unread_answers_hold_up_nobody(void **state)
{
    const struct chi_control_request request = {
        .magic = CHI_CONTROL_MAGIC, .type = CHI_CONTROL_STATUS, .segment = 1 | 8};
    int fds[EACH];
    int asked = 0;
    (void)state;

    for (int i = 0; i < EACH; i++) {
        fds[i] = dial();
        while (fds[i] >= 0 && send(fds[i], &request, sizeof(request),
                                   MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof(request))
            asked++; /* until its buffers are full */
    }
    assert_true(asked > EACH);
    check_that_others_are_served();
    for (int i = 0; i < EACH; i++)
        await_end(fds[i]); /* those who do not read are dropped; what was sent is still read */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(idle_connections_of_a_process_lock_nobody_else_out, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(idle_connections_of_many_processes_lock_nobody_out, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_idle_connection_is_closed, setup, teardown),
        cmocka_unit_test_setup_teardown(half_a_request_ends_the_connection, setup, teardown),
        cmocka_unit_test_setup_teardown(unread_answers_hold_up_nobody, setup, teardown),
    };
    return cmocka_run_group_tests_name("control_socket", tests, NULL, NULL);
}
