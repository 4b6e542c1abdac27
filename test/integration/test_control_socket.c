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
#include <unistd.h>

#include "shm/protocol.h"
#include "support/cmocka_all.h"
#include "support/daemon.h"
#include "support/process.h"
#include "support/raw_client.h"
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
        fds[i] = chi_test_raw_connect();
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
        chi_test_raw_connect();
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
    int fd = chi_test_raw_connect();
    assert_true(fd >= 0);
    await_end(fd); /* the watchdog bounds it */
}

static void half_a_request_ends_the_connection(void **state)
{
    const struct chi_control_request request = {.magic = CHI_CONTROL_MAGIC,
                                                .type = CHI_CONTROL_STATUS};
    (void)state;
    for (size_t size = 1; size < sizeof(request); size++) {
        int fd = chi_test_raw_connect();
        assert_int_equal(send(fd, &request, size, MSG_NOSIGNAL), (ssize_t)size);
        await_end(fd);
    }
}

/* Asks for the status until the buffers are full. Returns how often. */
static int ask(int fd)
{
    const struct chi_control_request request = {
        .magic = CHI_CONTROL_MAGIC, .type = CHI_CONTROL_STATUS, .segment = 1 | 8};
    int asked = 0;
    while (send(fd, &request, sizeof(request), MSG_NOSIGNAL | MSG_DONTWAIT) ==
           (ssize_t)sizeof(request))
        asked++;
    return asked;
}

static void unread_answers_hold_up_nobody(void **state)
{
    int fds[EACH];
    int asked = 0;
    (void)state;

    for (int i = 0; i < EACH; i++) {
        fds[i] = chi_test_raw_connect();
        asked += ask(fds[i]);
    }
    assert_true(asked > EACH);
    check_that_others_are_served();
    for (int i = 0; i < EACH; i++)
        await_end(fds[i]); /* those who do not read are dropped; what was sent is still read */
}

/* Reads an answer to its end. Returns the code with which it ends. */
static int read_answer(int fd)
{
    static union {
        struct chi_control_reply reply;
        char text[CHI_CONTROL_TEXT];
    } message;
    for (;;) {
        ssize_t got = recv(fd, &message, sizeof(message), 0);
        assert_true(got > 0);
        if (got == (ssize_t)sizeof(message.reply) && message.reply.magic == CHI_CONTROL_MAGIC)
            return message.reply.status;
    }
}

static void a_client_that_does_not_read_an_answer_stays_attached(void **state)
{
    struct chi_test_raw client;
    uint64_t offset;
    int cut = 0;
    (void)state;

    chi_test_raw_attach(&client);
    int asked = ask(client.control);
    int visitor = chi_test_raw_connect();
    ask(visitor);
    await_end(visitor); /* so the client's time is over, too */
    for (int i = 0; i < asked; i++) {
        int rc = read_answer(client.control);
        assert_true(rc == 0 || rc == -EBUSY);
        cut += rc == -EBUSY;
    }
    assert_true(cut >= 1);
    assert_int_equal(chi_test_raw_grant(&client, CHI_SEGMENT_MAIN, 1, &offset), 0);
    chi_test_raw_detach(&client);
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
        cmocka_unit_test_setup_teardown(a_client_that_does_not_read_an_answer_stays_attached, setup,
                                        teardown),
    };
    return cmocka_run_group_tests_name("control_socket", tests, NULL, NULL);
}
