/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of attachments share: daemons with a pool of the probe module. Included once by each.
 */
#ifndef CHI_TEST_INTEGRATION_ATTACH_FIXTURE_H
#define CHI_TEST_INTEGRATION_ATTACH_FIXTURE_H

#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "support/daemon.h"
#include "support/process.h"
#include "test/json.h"
#include "test_paths.h"

static chi_pool_id_t pool;

static inline int setup_with(void **state, const char *yaml)
{
    chi_test_daemon_setup(state, yaml);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    return 0;
}

static inline int setup(void **state)
{
    return setup_with(state, CHI_TEST_TWO_WORKERS);
}

static inline int setup_three_clients(void **state)
{
    return setup_with(state, CHI_TEST_ONE_WORKER "  max_clients: 3\n");
}

/* A folder and an instance, no daemon. */
static inline int prepare(void **state)
{
    struct chi_test_daemon *daemon = malloc(sizeof(*daemon));
    chi_test_watchdog(60);
    chi_test_daemon_prepare(daemon);
    *state = daemon;
    return 0;
}

static inline int teardown(void **state)
{
    chi_client_fini();
    chi_runtime_fini(); /* of a test that failed; else there is none */
    return chi_test_daemon_teardown(state);
}

static inline int run_nop(void)
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

/* A child of a process with many threads may call malloc(), but not the sanitizers' one. */
static inline void skip_under_sanitizers(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip();
#endif
}

struct thread {
    pthread_t thread;
    int tasks;
    int rc;
};

static inline void *run_tasks(void *argument)
{
    struct thread *thread = argument;
    for (int i = 0; i < thread->tasks && thread->rc == 0; i++)
        thread->rc = run_nop();
    /* Some tasks are left in flight: whoever comes later frees them. */
    for (int i = 0; i < 5 && thread->rc == 0; i++) {
        struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
        thread->rc = task != NULL ? chi_task_fire_and_forget(task) : -ENOMEM;
    }
    return NULL;
}

struct pipe_pair {
    int attached[2];
    int go[2];
};

static inline int attach_and_stay(void *argument)
{
    struct pipe_pair *pipes = argument;
    char byte = 0;
    int rc = chi_client_init();
    byte = rc == -EUSERS ? 'u' : rc == 0 ? 'a' : '?';
    if (write(pipes->attached[1], &byte, 1) != 1)
        return 1;
    close(pipes->go[1]);
    return read(pipes->go[0], &byte, 1) == 0 ? 0 : 2; /* until the test closes it */
}

#endif
