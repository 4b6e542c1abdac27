/* SPDX-License-Identifier: BSD-3-Clause */
/* Monitors' estimates, the load of lanes, least loaded lanes, and CLEANUP. */
#include "support/cmocka_all.h"

#include <chimaera/chimaera.h>
#include <chimaera/MOD_NAME/MOD_NAME_client.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "support/daemon.h"
#include "support/process.h"
#include "test/json.h"

#define LANES   4u
#define NO_GATE TEST_PROBE_GATES

static chi_pool_id_t pool;

static int setup(void **state)
{
    chi_test_daemon_setup(state,
                          CHI_TEST_MEMORY "runtime:\n  sched_threads: 2\n  slow_threads: 1\n");
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", LANES, &pool), 0);
    return 0;
}

static int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

static struct test_probe_weigh_task *new_weigh(uint32_t lane, uint32_t gate)
{
    struct test_probe_weigh_task *task =
        CHI_TASK_NEW(test_probe_weigh, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = lane;
    task->gate = gate;
    return task;
}

static struct test_probe_weigh_task *weigh_async(uint32_t lane, uint32_t gate, uint64_t load,
                                                 int32_t code)
{
    struct test_probe_weigh_task *task = new_weigh(lane, gate);
    task->load = load;
    task->code = code;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return task;
}

/* Which lane it ran on. */
static uint32_t finish(struct test_probe_weigh_task *task, int32_t code)
{
    assert_int_equal(chi_task_wait(&task->base), code);
    uint32_t lane = task->ran_lane;
    chi_task_del(&task->base);
    return lane;
}

static struct test_probe_counters_task counters(void)
{
    struct test_probe_counters_task *task =
        CHI_TASK_NEW(test_probe_counters, pool, chi_pool_query_local());
    assert_non_null(task);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    struct test_probe_counters_task result;
    memcpy((void *)&result, (void *)task, sizeof(result));
    chi_task_del(&task->base);
    return result;
}

static void await_running(uint64_t count)
{
    while (counters().running != count)
        ;
}

static void gate(uint32_t number, uint32_t shut)
{
    struct test_probe_open_task *task = CHI_TASK_NEW(test_probe_open, pool, chi_pool_query_local());
    assert_non_null(task);
    task->gate = number;
    task->shut = shut;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    chi_task_del(&task->base);
}

/* The load of the probe pool, and the number of its tasks that have not begun. */
static uint64_t pool_number(const char *key)
{
    char *json = chi_test_status_text();
    assert_non_null(json);
    char path[64];
    snprintf(path, sizeof(path), "pools[name=probe].%s", key);
    double number = chi_test_json_number(json, path);
    free(json);
    assert_true(number >= 0);
    return (uint64_t)number;
}

static uint64_t worker_sum(const char *key)
{
    uint64_t count;
    char *json = chi_test_status_text();
    assert_non_null(json);
    uint64_t sum = (uint64_t)chi_test_json_sum(json, "workers", key, &count);
    free(json);
    return sum;
}

/* ---- load */

static void the_least_loaded_lane_is_the_one_with_the_smallest_estimates(void **state)
{
    static const uint64_t loads[] = {100, 40, 30, 20};
    struct test_probe_weigh_task *tasks[8];
    uint32_t lane_of[8] = {0};
    uint32_t seen = 0;
    (void)state;
    for (int i = 0; i < 4; i++) /* each finds a lane of its own */
        tasks[i] = weigh_async(TEST_PROBE_LEAST_LOADED, 0, loads[i], 0);
    await_running(4);
    assert_int_equal(pool_number("load"), 190);
    for (int i = 4; i < 8; i++) { /* 20 + 15, 30 + 15, 35 + 15, 40 + 15 */
        tasks[i] = weigh_async(TEST_PROBE_LEAST_LOADED, 0, 15, 0);
        await_running((uint64_t)i + 1);
    }
    assert_int_equal(pool_number("load"), 250);
    gate(0, 0);
    for (int i = 0; i < 8; i++)
        lane_of[i] = finish(tasks[i], 0);
    for (int i = 0; i < 4; i++)
        seen |= 1u << lane_of[i];
    assert_int_equal(seen, 0xF);
    assert_int_equal(lane_of[4], lane_of[3]);
    assert_int_equal(lane_of[5], lane_of[2]);
    assert_int_equal(lane_of[6], lane_of[3]);
    assert_int_equal(lane_of[7], lane_of[1]);
    assert_int_equal(pool_number("load"), 0);
}

static uint32_t spin_for(uint32_t duration_us)
{
    struct test_probe_weigh_task *task = new_weigh(TEST_PROBE_LEAST_LOADED, NO_GATE);
    task->spin_us = duration_us;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return finish(task, 0);
}

/* Short tasks stay where they came in: kit_routes. */
static void lanes_of_equal_load_take_turns_when_tasks_are_long(void **state)
{
    uint32_t counts[LANES] = {0};
    (void)state;
    for (int i = 0; i < 32 * 4; i++) /* until some were timed */
        spin_for(50);
    for (int i = 0; i < 40; i++)
        counts[spin_for(50)]++;
    for (uint32_t l = 0; l < LANES; l++)
        assert_int_equal(counts[l], 10);
}

static void a_handler_sees_its_lane(void **state)
{
    (void)state;
    struct test_probe_weigh_task *waits = weigh_async(2, 1, 70, 0);
    await_running(1);
    struct test_probe_weigh_task *task = weigh_async(2, NO_GATE, 7, 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(task->ran_lane, 2);
    assert_int_equal(task->lane_load, 77); /* also what it estimated of itself */
    assert_int_equal(task->lane_size, 0);
    chi_task_del(&task->base);
    gate(1, 0);
    finish(waits, 0);
}

static int die_waiting(void *argument)
{
    (void)argument;
    if (chi_client_init() != 0)
        return 1;
    for (uint32_t i = 0; i < 20; i++)
        weigh_async(i, i % 2 == 0 ? 2 : NO_GATE, 1000 + i, 0);
    await_running(10);
    raise(SIGKILL);
    return 2;
}

static void load_comes_off_however_a_task_ends(void **state)
{
    struct test_probe_weigh_task *tasks[100];
    (void)state;
    for (int i = 0; i < 100; i++)
        tasks[i] = weigh_async((uint32_t)i, NO_GATE, UINT64_MAX / 3 + (uint64_t)i,
                               i % 2 == 0 ? 0 : -ENODATA);
    for (int i = 0; i < 100; i++)
        finish(tasks[i], i % 2 == 0 ? 0 : -ENODATA);
    assert_int_equal(pool_number("load"), 0);
    for (int i = 0; i < 100; i++) { /* given up */
        tasks[i] = weigh_async((uint32_t)i, i < 10 ? 3 : NO_GATE, 5, 0);
        chi_task_del(&tasks[i]->base);
    }
    gate(3, 0);
    assert_int_equal(chi_test_in_child(die_waiting, NULL), -SIGKILL);
    gate(2, 0);
    while (pool_number("load") != 0) /* the dead one's tasks end */
        ;
    while (pool_number("in_flight") != 0)
        ;
    assert_int_equal(pool_number("unstarted"), 0);
    assert_int_equal(pool_number("load"), 0);
}

/* ---- CLEANUP */

static void cleanup_is_called_once_for_each_task_before_the_caller_knows(void **state)
{
    (void)state;
    struct test_probe_counters_task before = counters();
    for (uint64_t i = 1; i <= 50; i++) {
        int32_t code = i % 2 == 0 ? 0 : -(int32_t)i;
        finish(weigh_async((uint32_t)i, NO_GATE, 3, code), code);
        struct test_probe_counters_task now = counters();
        assert_int_equal(now.cleaned - before.cleaned, i);
        assert_int_equal(now.weighed - before.weighed, i);
        assert_int_equal(now.cleaned_code, code);
    }
}

static void each_run_of_a_periodic_task_is_estimated_and_cleaned_up_after(void **state)
{
    enum { RUNS = 20 };
    (void)state;
    struct test_probe_counters_task before = counters(), now;
    struct test_probe_weigh_task *task =
        CHI_TASK_NEW(test_probe_weigh, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = 1;
    task->gate = 1; /* open: the run parks for a moment */
    task->load = 7;
    gate(1, 0);
    assert_int_equal(chi_task_set_period(&task->base, 1000000), 0);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    do {
        uint64_t load = pool_number("load");
        assert_true(load == 0 || load == 7); /* of one run, whatever the others were */
        now = counters();
        assert_true(now.weighed - now.cleaned <= 1);
    } while (now.cleaned - before.cleaned < RUNS);
    gate(1, 1); /* a run waits there, or the task rests */
    assert_int_equal(chi_task_cancel(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), -ECANCELED);
    chi_task_del(&task->base);
    now = counters();
    assert_int_equal(now.cleaned - before.cleaned, now.weighed - before.weighed);
    assert_int_equal(pool_number("load"), 0);
}

static void cleanup_is_called_for_the_tasks_of_a_client_that_died(void **state)
{
    (void)state;
    struct test_probe_counters_task before = counters();
    assert_int_equal(chi_test_in_child(die_waiting, NULL), -SIGKILL);
    gate(2, 0);
    while (pool_number("in_flight") != 0)
        ;
    struct test_probe_counters_task after = counters();
    assert_int_equal(after.cleaned - before.cleaned, after.weighed - before.weighed);
    assert_true(after.cleaned > before.cleaned);
}

/* ---- the template's monitors; what the status shows */

static uint64_t done_in_queue(const char *name, const char *class_name)
{
    char path[96];
    uint64_t queues;
    char *json = chi_test_status_text();
    assert_non_null(json);
    snprintf(path, sizeof(path), "pools[name=%s].queues[class=%s]", name, class_name);
    double done = chi_test_json_sum(json, path, "done", &queues);
    free(json);
    assert_true(queues > 0);
    return (uint64_t)done;
}

static void the_template_routes_by_hash_load_and_size(void **state)
{
    struct chimaera_MOD_NAME_client demo;
    static char large[8192], answer[9000];
    (void)state;
    assert_int_equal(chimaera_MOD_NAME_create(&demo, chi_pool_query_local(), "demo", NULL), 0);
    memset(large, 'x', sizeof(large) - 1);
    uint64_t low = done_in_queue("demo", "low_latency");
    for (uint32_t i = 0; i < 8; i++)
        assert_int_equal(chimaera_MOD_NAME_custom(&demo, chi_pool_query_local(), "small", i % 3,
                                                  answer, sizeof(answer), NULL),
                         0);
    assert_int_equal(done_in_queue("demo", "high_latency"), 0);
    assert_int_equal(done_in_queue("demo", "low_latency"), low + 8);
    assert_int_equal(chimaera_MOD_NAME_custom(&demo, chi_pool_query_local(), large, 0, answer,
                                              sizeof(answer), NULL),
                     0);
    assert_int_equal(done_in_queue("demo", "high_latency"), 1); /* large, and no order asked for */
    assert_int_equal(chimaera_MOD_NAME_custom(&demo, chi_pool_query_local(), large, 1, answer,
                                              sizeof(answer), NULL),
                     0);
    assert_int_equal(done_in_queue("demo", "high_latency"), 1);
    assert_int_equal(chimaera_MOD_NAME_destroy(&demo, chi_pool_query_local()), 0);
}

static void a_worker_is_busy_while_a_task_runs_and_not_while_it_waits(void **state)
{
    struct chi_buffer flag;
    (void)state;
    assert_int_equal(chi_buffer_alloc(2, &flag), 0);
    _Atomic(uint8_t) *bytes = chi_buffer_data(&flag);
    atomic_store(&bytes[0], 0);
    struct test_probe_stuck_task *task =
        CHI_TASK_NEW(test_probe_stuck, pool, chi_pool_query_local());
    task->flag = flag;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    uint64_t before = worker_sum("busy_ns");
    while (worker_sum("busy_ns") < before + 50000000u) /* it grows without an end of the task */
        ;
    atomic_store(&bytes[0], 1);
    assert_int_equal(chi_task_wait(&task->base), 0);
    chi_task_del(&task->base);
    chi_buffer_free(&flag);
    /* Asking is no work for workers: some time all are idle, and the sum stands still. */
    uint64_t last;
    do
        last = worker_sum("busy_ns");
    while (worker_sum("busy_ns") != last);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_least_loaded_lane_is_the_one_with_the_smallest_estimates),
        TEST(lanes_of_equal_load_take_turns_when_tasks_are_long),
        TEST(a_handler_sees_its_lane),
        TEST(load_comes_off_however_a_task_ends),
        TEST(cleanup_is_called_once_for_each_task_before_the_caller_knows),
        TEST(each_run_of_a_periodic_task_is_estimated_and_cleaned_up_after),
        TEST(cleanup_is_called_for_the_tasks_of_a_client_that_died),
        TEST(the_template_routes_by_hash_load_and_size),
        TEST(a_worker_is_busy_while_a_task_runs_and_not_while_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
