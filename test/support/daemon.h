/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A daemon of a test's own: a real process with its own instance, folder and modules, and the check
 * that nothing of it is left. Each function here fails the running cmocka test when what it does
 * does not work out. Test thread only.
 *
 *   static int setup(void **state)    { return chi_test_daemon_setup(state, "runtime: {...}"); }
 *   static int teardown(void **state) { return chi_test_daemon_teardown(state); }
 */
#ifndef CHI_TEST_SUPPORT_DAEMON_H
#define CHI_TEST_SUPPORT_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "test/descriptors.h"
#include "test/status.h"

#define CHI_TEST_MEMORY                                                                            \
    "memory:\n  main_segment_size: 16MB\n  client_data_segment_size: 64MB\n"                       \
    "  runtime_data_segment_size: 32MB\n"
#define CHI_TEST_ONE_WORKER  CHI_TEST_MEMORY "runtime:\n  sched_threads: 1\n  slow_threads: 0\n"
#define CHI_TEST_TWO_WORKERS CHI_TEST_MEMORY "runtime:\n  sched_threads: 2\n  slow_threads: 0\n"

struct chi_test_daemon {
    pid_t pid;    /* 0: none runs */
    char dir[40]; /* its name and that of the instance contain $CHI_TEST_TAG */
    char instance[48];
    int descriptors;             /* of this process, before it began */
    struct chi_test_status idle; /* with no client, just after the start */
    bool settles;                /* teardown expects the idle figures again */
};

/* Kills this process, and with it the test, `seconds` from now; 0 calls it off. */
void chi_test_watchdog(unsigned seconds);

/* Folder, instance, CHI_INSTANCE, CHI_SOCKET_DIR and CHI_REPO_PATH; starts nothing. */
void chi_test_daemon_prepare(struct chi_test_daemon *daemon);

/* Starts a daemon with this configuration and returns when it serves clients. */
void chi_test_daemon_start(struct chi_test_daemon *daemon, const char *yaml);

/* The same, for a daemon that shall not come up: its exit status; its log says why. */
int chi_test_daemon_fails(struct chi_test_daemon *daemon, const char *yaml);

/* SIGTERM, then its exit status. */
int chi_test_daemon_stop(struct chi_test_daemon *daemon);

/* Waits for it to end by itself: exit status, or the negative signal that ended it. */
int chi_test_daemon_join(struct chi_test_daemon *daemon);

/* SIGKILL. What it leaves behind stays. */
void chi_test_daemon_kill(struct chi_test_daemon *daemon);

/* What it wrote to standard error so far. Free it. */
char *chi_test_daemon_log(const struct chi_test_daemon *daemon);

/* Waits until memory, tasks and clients are as at the start. */
void chi_test_daemon_settle(struct chi_test_daemon *daemon);

/* Whether anything of the instance is in /dev/shm. */
bool chi_test_daemon_left_shm(const struct chi_test_daemon *daemon);

/* Checks that folder, /dev/shm and descriptors are as before, and removes the folder. */
void chi_test_daemon_finish(struct chi_test_daemon *daemon);

/* For cmocka: a daemon in *state, with a watchdog of 60 s. */
int chi_test_daemon_setup(void **state, const char *yaml);
/* Settles, stops and finishes it. */
int chi_test_daemon_teardown(void **state);

/* Writes a file. */
void chi_test_write_file(const char *path, const char *text);

#endif
