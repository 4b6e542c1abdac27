/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A flood of the control socket by several processes at once: connections that say nothing, halves
 * of requests, random requests, answers that nobody reads. Meanwhile good clients attach and call,
 * one after the other. Prints what was tried, and how often a good client was not served.
 */
#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shm/protocol.h"
#include "support/cmocka_all.h"
#include "support/daemon.h"
#include "support/process.h"

#define ATTACKERS 6
#define HELD      256 /* connections that an attacker keeps */
#define GOOD      40

enum { SILENT, HALF, RANDOM, UNREAD, KINDS };

static const char *const kinds[KINDS] = {"silent", "half", "random", "unread"};

static struct tried {
    atomic_ulong connections[KINDS];
    atomic_ulong not_accepted;
} * tried; /* shared by all processes */

static int dial(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/chimaera.%s.sock",
             getenv("CHI_SOCKET_DIR"), getenv("CHI_INSTANCE"));
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

static void say(int fd, int kind)
{
    const struct chi_control_request status = {
        .magic = CHI_CONTROL_MAGIC, .type = CHI_CONTROL_STATUS, .segment = 1 | 8};
    union {
        struct chi_control_attach attach;
        struct chi_control_order order;
        unsigned char bytes[1024];
        uint32_t words[256];
    } message;

    switch (kind) {
    case HALF:
        send(fd, &status, (size_t)rand() % sizeof(status), MSG_NOSIGNAL);
        break;
    case RANDOM:
        for (size_t i = 0; i < sizeof(message.bytes); i++)
            message.bytes[i] = (unsigned char)rand();
        message.words[0] = CHI_CONTROL_MAGIC;
        message.words[1] = (uint32_t)rand() % 10;
        if (message.words[1] == CHI_CONTROL_STOP) /* it may */
            message.words[1] = CHI_CONTROL_DESTROY;
        /* Clients that attach hold slots, of which one user may take all. */
        message.words[2] = CHI_LAYOUT_ABI + (message.words[1] == CHI_CONTROL_ATTACH);
        send(fd, &message,
             rand() % 2   ? sizeof(struct chi_control_request)
             : rand() % 2 ? sizeof(message.order)
                          : sizeof(message.attach),
             MSG_NOSIGNAL);
        break;
    case UNREAD:
        while (send(fd, &status, sizeof(status), MSG_NOSIGNAL) > 0)
            ;
        break;
    default:
        break;
    }
}

static int attack(void *argument)
{
    int fds[HELD];
    srand((unsigned)(uintptr_t)argument);
    memset(fds, -1, sizeof(fds));
    for (unsigned i = 0;; i = (i + 1) % HELD) {
        int kind = rand() % KINDS;
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = dial();
        if (fds[i] < 0) {
            atomic_fetch_add(&tried->not_accepted, 1);
            continue;
        }
        atomic_fetch_add(&tried->connections[kind], 1);
        say(fds[i], kind);
    }
    return 0;
}

static int good_client(void *argument)
{
    (void)argument;
    int rc = chi_client_init();
    if (rc == 0)
        rc = chimaera_admin_flush(chi_pool_query_local());
    if (rc < 0)
        fprintf(stderr, "a good client was not served: %s\n", chi_last_error());
    chi_client_fini();
    return rc < 0;
}

static int setup(void **state)
{
    int rc = chi_test_daemon_setup(state, CHI_TEST_ONE_WORKER);
    chi_test_watchdog(240);
    return rc;
}

static int teardown(void **state)
{
    return chi_test_daemon_teardown(state);
}

static void a_flood_of_the_control_socket_keeps_no_good_client_out(void **state)
{
    pid_t attackers[ATTACKERS];
    int failures = 0;
    (void)state;

    tried = mmap(NULL, sizeof(*tried), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(tried, MAP_FAILED);
    for (uintptr_t i = 0; i < ATTACKERS; i++)
        attackers[i] = chi_test_fork(attack, (void *)(i + 1));
    for (int i = 0; i < GOOD; i++)
        failures += chi_test_in_child(good_client, NULL) != 0;
    for (int i = 0; i < ATTACKERS; i++) {
        kill(attackers[i], SIGKILL);
        chi_test_join(attackers[i]);
    }
    for (int kind = 0; kind < KINDS; kind++)
        print_message("%-8s %lu connections\n", kinds[kind],
                      atomic_load(&tried->connections[kind]));
    print_message("not accepted: %lu; good clients: %d, of which not served: %d\n",
                  atomic_load(&tried->not_accepted), GOOD, failures);
    munmap(tried, sizeof(*tried));
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_flood_of_the_control_socket_keeps_no_good_client_out,
                                        setup, teardown),
    };
    return cmocka_run_group_tests_name("flood", tests, NULL, NULL);
}
