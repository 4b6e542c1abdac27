/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of death share: a daemon of their own that they start, kill and ask, and a
 * survivor, a client in a process of its own whose tasks must go on whatever happens to others.
 * The test process itself attaches only where a test says so. One daemon at a time.
 */
#ifndef CHI_TEST_FAULT_HARNESS_H
#define CHI_TEST_FAULT_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h> /* needs the first four */

#define FAULT_POOL    "demo" /* of MOD_NAME; composed, with this id */
#define FAULT_POOL_ID CHI_POOL_ID(7000, 0)
#define FAULT_DISK    "disk" /* of bdev, RAM; likewise */
#define FAULT_DISK_ID CHI_POOL_ID(7001, 0)
/* And the pools of the stress test: stress/books.h. */

/* What the daemon says of itself. */
struct fault_status {
    pid_t pid;
    unsigned clients;
    long long in_flight;             /* tasks of all clients */
    unsigned long long tasks;        /* that the first worker has completed */
    unsigned long long main_granted; /* bytes */
    unsigned long long data_granted;
    unsigned long long data_retired;
    unsigned long long lent;
    unsigned descriptors; /* that the daemon has open */
};

/* A folder and an instance of this test's own, in the environment from here on; the daemon's main
 * segment will have `main_mb` (at least 16; attaching takes longer the more). Ends the program
 * after `seconds`, with everything it started. */
void fault_begin(const char *test, unsigned main_mb, unsigned seconds);
/* Removes the folder. */
void fault_end(void);

/* Starts the daemon and waits until it answers. */
void fault_daemon_start(void);
/* SIGTERM; it must exit with 0 and leave nothing in /dev/shm nor in the folder. */
void fault_daemon_stop(void);
/* SIGKILL, and nothing else: shared memory and lock stay. */
void fault_daemon_kill(void);
/* SIGSTOP; all its threads stand still when this returns. */
void fault_daemon_freeze(void);
pid_t fault_daemon_pid(void);
const char *fault_socket(void);

/*
 * A limit for what takes milliseconds on a quiet machine: it ends what hangs and says nothing about
 * speed, whatever else runs on the machine.
 */
#define FAULT_WATCHDOG_NS UINT64_C(60000000000)

/* Asks on a connection of its own. False where the daemon does not answer. */
bool fault_status(struct fault_status *status);
/* Waits until what clients hold is what it was in `baseline`; how long that took, in ms. Fails
 * after the watchdog's time, and says what differs. */
uint64_t fault_await(const struct fault_status *baseline, const char *after);
/* Waits until the daemon, still that of `baseline`, has no more descriptors open than there: the
 * connection of the last question may not be closed yet. */
void fault_await_descriptors(const struct fault_status *baseline);

uint64_t fault_now_ns(void);
bool fault_full(void);     /* CHI_TEST_FULL=1 */
uint64_t fault_seed(void); /* CHI_TEST_SEED, else of the clock; printed */
uint64_t fault_random(uint64_t *state);

/* For children of this test, first thing: they end with it, and what would end a program ends them,
 * not the test that they are a copy of. */
void fault_child(void);

/* Starts the survivor; it has attached and done a task when this returns. */
void fault_survivor_start(void);
/* Has it do a task and use a buffer; fails where it does not come back. */
void fault_survivor_work(const char *after);
void fault_survivor_stop(void);

#endif
