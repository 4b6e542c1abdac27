/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests with the kinds module share: daemons, tasks, notes of its handlers. Included once by
 * each. */
#ifndef CHI_TEST_INTEGRATION_KINDS_FIXTURE_H
#define CHI_TEST_INTEGRATION_KINDS_FIXTURE_H

#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <test/kinds/kinds_client.h>
#include <test/probe/probe_client.h>
#include <time.h>
#include <unistd.h>

#include "support/daemon.h"
#include "support/process.h"
#include "test_paths.h"

#define MS   1000000ull
#define HOUR (3600000ull * MS)

static chi_pool_id_t pool;

static inline int setup_with(void **state, const char *yaml)
{
    chi_test_daemon_setup(state, yaml);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_kinds_create("kinds", &pool), 0);
    return 0;
}

static inline int setup_one(void **state)
{
    return setup_with(state, CHI_TEST_ONE_WORKER);
}

static inline int setup_two(void **state)
{
    return setup_with(state, CHI_TEST_TWO_WORKERS);
}

static inline int setup_slow(void **state)
{
    return setup_with(state, CHI_TEST_MEMORY "runtime:\n  sched_threads: 1\n  slow_threads: 1\n");
}

static inline int setup_few_fibers(void **state)
{
    return setup_with(state, CHI_TEST_ONE_WORKER "  max_fibers: 8\n");
}

static inline int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

/* ---- tasks */

static inline struct test_kinds_wait_task *new_wait(uint32_t how, uint32_t lane, uint32_t tag)
{
    struct test_kinds_wait_task *task = CHI_TASK_NEW(test_kinds_wait, pool, chi_pool_query_local());
    assert_non_null(task);
    task->how = how;
    task->lane = lane;
    task->tag = tag;
    return task;
}

static inline struct test_kinds_wait_task *submit_wait(uint32_t how, uint32_t lane, uint32_t tag)
{
    struct test_kinds_wait_task *task = new_wait(how, lane, tag);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return task;
}

static inline int finish(struct chi_task *task)
{
    int rc = chi_task_wait(task);
    chi_task_del(task);
    return rc;
}

/* Holds the worker of lane 1 until let_go(). */
static inline struct test_kinds_wait_task *hold_worker(struct chi_buffer *flag)
{
    struct test_kinds_wait_task *task = new_wait(TEST_KINDS_BUSY, 1, 1);
    assert_int_equal(chi_buffer_alloc(64, flag), 0);
    memset(chi_buffer_data(flag), 0, 64);
    task->flag = *flag;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return task;
}

static inline void let_go(struct test_kinds_wait_task *task, struct chi_buffer *flag)
{
    atomic_store((_Atomic(uint8_t) *)chi_buffer_data(flag), 1);
    assert_int_equal(finish(&task->base), 0);
    chi_buffer_free(flag);
}

static inline struct chi_task *submit_note(uint32_t lane, uint32_t tag)
{
    struct test_kinds_note_task *task = CHI_TASK_NEW(test_kinds_note, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = lane;
    task->tag = tag;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return &task->base;
}

static inline struct test_kinds_tick_task *new_tick(uint64_t period_ns)
{
    struct test_kinds_tick_task *task = CHI_TASK_NEW(test_kinds_tick, pool, chi_pool_query_local());
    assert_non_null(task);
    assert_int_equal(chi_task_set_period(&task->base, period_ns), 0);
    return task;
}

static inline struct test_kinds_spawn_task *spawn(uint32_t kind, uint32_t count, uint32_t tag)
{
    struct test_kinds_spawn_task *task =
        CHI_TASK_NEW(test_kinds_spawn, pool, chi_pool_query_local());
    assert_non_null(task);
    task->kind = kind;
    task->count = count;
    task->tag = tag;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return task;
}

static inline void move_gate(uint32_t shut)
{
    struct test_kinds_open_task *task = CHI_TASK_NEW(test_kinds_open, pool, chi_pool_query_local());
    assert_non_null(task);
    task->shut = shut;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(finish(&task->base), 0);
}

static inline struct test_kinds_trace_task *trace(void)
{
    struct test_kinds_trace_task *task =
        CHI_TASK_NEW(test_kinds_trace, pool, chi_pool_query_local());
    assert_non_null(task);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    return task;
}

static inline void until_waiting(uint32_t count)
{
    for (uint32_t waiting = UINT32_MAX; waiting != count;) {
        struct test_kinds_trace_task *task = trace();
        waiting = task->waiting;
        chi_task_del(&task->base);
    }
}

static inline uint64_t ticks(void)
{
    struct test_kinds_trace_task *task = trace();
    uint64_t count = task->ticks;
    chi_task_del(&task->base);
    return count;
}

static inline void until_ticks(uint64_t count)
{
    while (ticks() < count)
        sched_yield();
}

/* How many handlers have noted that tag. */
static inline uint32_t noted(uint32_t tag)
{
    struct test_kinds_trace_task *task = trace();
    uint32_t count = 0;
    for (size_t i = 0; i < chi_vector_count(&task->tags); i++)
        count += chi_vector_items(&task->tags)[i] == tag;
    chi_task_del(&task->base);
    return count;
}

static inline void assert_codes(const struct test_kinds_spawn_task *task, const int32_t *codes,
                                size_t count)
{
    assert_int_equal(chi_vector_count(&task->codes), count);
    for (size_t i = 0; i < count; i++)
        if (chi_vector_items(&task->codes)[i] != codes[i])
            fail_msg("code %zu is %s, expected %s", i,
                     chi_status_name(chi_vector_items(&task->codes)[i]), chi_status_name(codes[i]));
}

/* The clock that the module notes runs by. */
static inline uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
