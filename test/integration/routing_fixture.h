/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of routing share: a daemon with a pool of four containers. Included once by each. */
#ifndef CHI_TEST_INTEGRATION_ROUTING_FIXTURE_H
#define CHI_TEST_INTEGRATION_ROUTING_FIXTURE_H

#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/admin/admin_tasks.h>
#include <chimaera/chimaera.h>
#include <chimaera/container.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "support/daemon.h"
#include "support/process.h"
#include "test/json.h"

#define WINDOW 128u /* copies of one task at a time */

static chi_pool_id_t four; /* a pool with four containers */
static chi_pool_id_t one;  /* a pool with one, for questions */

static inline chi_pool_id_t make_pool(const char *name, uint32_t containers)
{
    const struct test_probe_create_params params = {.lanes = 2, .no_gates = containers > 512};
    chi_pool_id_t id;
    assert_int_equal(test_probe_create_with(name, &params, chi_pool_id(0, 0), containers, &id), 0);
    return id;
}

static inline int setup(void **state)
{
    chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS);
    assert_int_equal(chi_client_init(), 0);
    one = make_pool("one", 1);
    four = make_pool("four", 4);
    return 0;
}

static inline int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

static inline int submit_and_wait(struct chi_task *task)
{
    int rc = chi_task_enqueue(task);
    return rc == 0 ? chi_task_wait(task) : rc;
}

static inline struct test_probe_counters_task count(void)
{
    struct test_probe_counters_task *task =
        CHI_TASK_NEW(test_probe_counters, one, chi_pool_query_local());
    assert_non_null(task);
    assert_int_equal(submit_and_wait(&task->base), 0);
    struct test_probe_counters_task copy;
    memcpy((void *)&copy, (void *)task, sizeof(copy));
    chi_task_del(&task->base);
    return copy;
}

static inline struct test_probe_gather_task *new_gather(chi_pool_id_t pool, chi_pool_query_t query)
{
    struct test_probe_gather_task *task = CHI_TASK_NEW(test_probe_gather, pool, query);
    assert_non_null(task);
    return task;
}

/* The containers first, first + 1, ... and no others, in this order. */
static inline void assert_gathered(const struct test_probe_gather_task *task, uint32_t first,
                                   uint32_t n)
{
    const uint32_t *containers = chi_vector_items(&task->containers);
    assert_int_equal(chi_vector_count(&task->containers), n);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(containers[i], first + i);
}

static inline void expect_containers(chi_pool_query_t query, uint32_t first, uint32_t n)
{
    struct test_probe_gather_task *task = new_gather(four, query);
    assert_int_equal(submit_and_wait(&task->base), 0);
    assert_gathered(task, first, n);
    assert_int_equal(chi_task_failed(&task->base), 0);
    chi_task_del(&task->base);
}

#endif
