/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of lanes that move share. Nothing here counts time: a task is held until the test lets
 * go of it, so what would have to wait for it would wait for ever. Included once by each. */
#ifndef CHI_TEST_INTEGRATION_LANES_FIXTURE_H
#define CHI_TEST_INTEGRATION_LANES_FIXTURE_H

#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <test/probe/probe_client.h>
#include <time.h>
#include <unistd.h>

#include "runtime/control/listener.h"
#include "support/daemon.h"
#include "support/process.h"
#include "test/json.h"

#define LANES 12u

static chi_pool_id_t pool;

/* ---- daemons; lanes by their worker */

#define WORKERS(sched, slow, stall)                                                                \
    CHI_TEST_MEMORY "runtime:\n  sched_threads: " #sched "\n  slow_threads: " #slow                \
                    "\n  stall_ms: " #stall "\n"

static inline int setup_with(void **state, const char *yaml)
{
    chi_test_daemon_setup(state, yaml);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", LANES, &pool), 0);
    return 0;
}

static inline int setup_two(void **state)
{
    return setup_with(state, WORKERS(2, 0, 10));
}

static inline int setup_three(void **state)
{
    return setup_with(state, WORKERS(3, 0, 10));
}

static inline int setup_one_of_each(void **state)
{
    return setup_with(state, WORKERS(1, 1, 10));
}

static inline int setup_eager(void **state)
{
    return setup_with(state, WORKERS(3, 1, 1));
}

static inline int setup_off(void **state)
{
    return setup_with(state, WORKERS(2, 0, 0));
}

static inline int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

/* A number of one of the probe pool's lanes. */
static inline uint32_t lane_number(const char *json, uint32_t lane, const char *key)
{
    char path[64];
    snprintf(path, sizeof(path), "pools[name=probe].queues[0].lanes[%u].%s", lane, key);
    double number = chi_test_json_number(json, path);
    assert_true(number >= 0);
    return (uint32_t)number;
}

/* The `n`th lane of that worker. */
static inline uint32_t lane_of(uint32_t worker, uint32_t n)
{
    char *json = chi_test_status_text();
    assert_non_null(json);
    uint32_t lane = 0;
    while (lane < LANES && (lane_number(json, lane, "worker") != worker || n-- > 0))
        lane++;
    free(json);
    assert_true(lane < LANES);
    return lane;
}

static inline uint64_t worker_sum(const char *key)
{
    uint64_t count;
    char *json = chi_test_status_text();
    assert_non_null(json);
    double sum = chi_test_json_sum(json, "workers", key, &count);
    free(json);
    return (uint64_t)sum;
}

/* Until the lanes of all workers are at home again. */
static inline void await_home(uint32_t workers)
{
    for (bool home = false; !home;) {
        char *json = chi_test_status_text();
        assert_non_null(json);
        home = true;
        for (uint32_t w = 0; w < workers; w++) {
            char path[64];
            snprintf(path, sizeof(path), "workers[%u].lanes_at", w);
            home = home && (long)chi_test_json_number(json, path) == (long)w;
        }
        free(json);
    }
}

/* ---- tasks */

struct held {
    struct test_probe_stuck_task *task;
    struct chi_buffer flag;
};

/* A task that holds its worker from now on. */
static inline struct held hold(uint32_t lane, uint32_t spawn)
{
    struct held held;
    assert_int_equal(chi_buffer_alloc(2, &held.flag), 0);
    _Atomic(uint8_t) *flag = chi_buffer_data(&held.flag);
    atomic_store(&flag[0], 0);
    atomic_store(&flag[1], 0);
    held.task = CHI_TASK_NEW(test_probe_stuck, pool, chi_pool_query_local());
    assert_non_null(held.task);
    held.task->lane = lane;
    held.task->flag = held.flag;
    held.task->spawn = spawn;
    assert_int_equal(chi_task_enqueue(&held.task->base), 0);
    while (atomic_load(&flag[1]) == 0)
        sched_yield();
    return held;
}

static inline void let_go(struct held *held)
{
    _Atomic(uint8_t) *flag = chi_buffer_data(&held->flag);
    uint32_t spawn = held->task->spawn;
    atomic_store(&flag[0], 1);
    assert_int_equal(chi_task_wait(&held->task->base), 0);
    assert_int_equal(held->task->spawned, spawn);
    chi_task_del(&held->task->base);
    chi_buffer_free(&held->flag);
}

static inline struct test_probe_record_task *record_async(uint32_t lane, uint32_t yields)
{
    struct test_probe_record_task *task =
        CHI_TASK_NEW(test_probe_record, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = lane;
    task->yields = yields;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return task;
}

struct ran {
    uint64_t place;
    uint32_t thread;
};

static inline struct ran finish(struct test_probe_record_task *task)
{
    assert_int_equal(chi_task_wait(&task->base), 0);
    struct ran ran = {task->place, task->thread};
    chi_task_del(&task->base);
    return ran;
}

static inline struct ran record(uint32_t lane)
{
    return finish(record_async(lane, 0));
}

static inline struct test_probe_gate_task *gate_async(uint32_t lane, uint32_t gate)
{
    struct test_probe_gate_task *task = CHI_TASK_NEW(test_probe_gate, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = lane;
    task->gate = gate;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return task;
}

static inline void open_gate(uint32_t lane, uint32_t gate)
{
    struct test_probe_open_task *task = CHI_TASK_NEW(test_probe_open, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = lane;
    task->gate = gate;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    chi_task_del(&task->base);
}

static inline void await_parked(uint64_t count)
{
    while (worker_sum("parked") < count)
        sched_yield();
}

#define TEST_ON(test, daemon) cmocka_unit_test_setup_teardown(test, setup_##daemon, teardown)

#endif
