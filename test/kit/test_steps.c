/* SPDX-License-Identifier: BSD-3-Clause */
/* A runtime that is stepped by hand, seen from a client: order, time, waiting. */
#include "runtime/module/pool.h"
#include "runtime/worker/worker.h" /* first: its arguments are called as kit.h's pool */

#include "kit/kit.h"

#include <chimaera/admin/autogen/admin_methods.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "support/process.h"

static int begin(void **state)
{
    (void)state;
    return kit_begin((struct chi_test_options){.sched_threads = 3});
}

static void nothing_happens_without_a_step(void **state)
{
    (void)state;
    struct chi_task *task = kit_nop();
    assert_int_equal(chi_task_enqueue(task), 0);
    assert_int_equal(chi_task_wait_for(task, 0), -ETIMEDOUT);
    assert_false(chi_task_done(task));
    chi_test_run_until_idle();
    assert_true(chi_task_done(task));
    chi_task_del(task);
}

static void a_step_runs_what_its_worker_has_and_says_so(void **state)
{
    (void)state;
    struct chi_task *task = kit_nop();
    chi_test_run_until_idle();
    for (uint32_t w = 0; w < 3; w++)
        assert_false(chi_test_step(w));
    assert_int_equal(chi_task_enqueue(task), 0);
    assert_false(chi_test_step(1));
    assert_false(chi_test_step(2));
    assert_false(chi_task_done(task));
    assert_true(chi_test_step(0)); /* this thread's lane is worker 0's */
    chi_test_step(1);              /* one of them has the module's first lane */
    chi_test_step(2);
    assert_true(chi_task_done(task));
    for (uint32_t w = 0; w < 3; w++)
        assert_false(chi_test_step(w));
    assert_false(chi_test_step(99));
    chi_task_del(task);
}

static void an_hour_passes_at_once(void **state)
{
    struct timespec before, after;
    uint64_t begin_ns = chi_test_now_ns();
    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &before);
    struct chi_task *task = kit_sleep(3600 * S);
    assert_int_equal(chi_task_wait(task), 0);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(chi_test_now_ns() - begin_ns == 3600 * S);
    assert_true(after.tv_sec - before.tv_sec < 60);
    chi_task_del(task);
}

static void time_moves_as_far_as_it_is_told(void **state)
{
    (void)state;
    struct chi_task *task = kit_sleep(10 * MS);
    chi_test_run_until_idle();
    chi_test_advance(10 * MS - 1);
    assert_false(chi_task_done(task));
    chi_test_advance(1);
    assert_true(chi_task_done(task));
    chi_task_del(task);
}

static void timers_on_the_way_fire_in_their_order(void **state)
{
    struct chi_task *tasks[5];
    (void)state;
    for (uint64_t i = 0; i < 5; i++)
        tasks[i] = kit_sleep((5 - i) * MS);
    for (int left = 5; left-- > 0;) {
        chi_test_advance(1 * MS);
        for (int i = 0; i < 5; i++)
            assert_int_equal(chi_task_done(tasks[i]), i >= left);
    }
    for (int i = 0; i < 5; i++)
        chi_task_del(tasks[i]);
}

static void a_wait_ends_at_its_time_and_can_be_taken_up_again(void **state)
{
    (void)state;
    struct chi_task *task = kit_sleep(10 * MS);
    uint64_t begin_ns = chi_test_now_ns();
    assert_int_equal(chi_task_wait_for(task, 4 * MS), -ETIMEDOUT);
    assert_true(chi_test_now_ns() - begin_ns == 4 * MS);
    assert_int_equal(chi_task_wait_for(task, 100 * MS), 0);
    assert_true(chi_test_now_ns() - begin_ns == 10 * MS);
    chi_task_del(task);
}

static void wait_any_ends_with_the_first(void **state)
{
    size_t index = 9;
    (void)state;
    struct chi_task *tasks[3] = {kit_sleep(3 * MS), kit_sleep(1 * MS), kit_sleep(2 * MS)};
    assert_int_equal(chi_task_wait_any(tasks, 3, UINT64_MAX, &index), 0);
    assert_int_equal(index, 1);
    assert_false(chi_task_done(tasks[2]));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(chi_task_wait(tasks[i]), 0);
        chi_task_del(tasks[i]);
    }
}

static void a_task_given_up_in_flight_is_freed(void **state)
{
    (void)state;
    chi_task_del(kit_sleep(1 * MS));
    chi_test_advance(1 * MS);
} /* the end counts it */

#ifndef __SANITIZE_THREAD__ /* it would take minutes */
/* What it waits for stays behind with the runtime: in a process of its own. */
static int wait_in_vain(void *argument)
{
    (void)argument;
    kit_begin((struct chi_test_options){0});
    if (freopen("/dev/null", "w", stderr) == NULL)
        return 3;
    kit_sleep(UINT64_MAX);
    struct chi_task *flush =
        chi_task_new(&chimaera_admin_flush_schema, CHI_ADMIN_POOL_ID, chi_pool_query_local());
    if (chi_task_enqueue(flush) != 0) /* looks again every now and then, for ever */
        return 1;
    int rc = chi_task_wait(flush);
    return chi_test_end() > 0 && rc == -EDEADLK ? 0 : 2;
}

static void a_wait_for_what_cannot_come_ends_although_timers_fire(void **state)
{
    (void)state;
    assert_int_equal(chi_test_in_child(wait_in_vain, NULL), 0);
}
#endif

static int be_a_child(void *argument)
{
    struct chi_task *task = *(struct chi_task **)argument;
    if (chi_test_end() != 1 || chi_task_enqueue(task) != CHI_EFORKED)
        return 1;
    return kit_begin((struct chi_test_options){0}) == 0 && chi_test_end() == 0 ? 0 : 2;
}

static void a_forked_child_has_no_part_in_it_and_may_begin_its_own(void **state)
{
    (void)state;
    struct chi_task *task = kit_nop();
    assert_int_equal(chi_test_in_child(be_a_child, &task), 0);
    assert_int_equal(chi_task_enqueue(task), 0);
    assert_int_equal(chi_task_wait(task), 0);
    chi_task_del(task);
}

static void tasks_that_keep_yielding_hold_up_neither_steps_nor_time(void **state)
{
    (void)state;
    struct test_probe_yield_task *task =
        CHI_TASK_NEW(test_probe_yield, pool, chi_pool_query_local());
    task->times = 70000;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_false(chi_test_run_until_idle());
    struct chi_task *sleep = kit_sleep(MS);
    assert_int_equal(chi_task_wait(sleep), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_true(chi_test_run_until_idle());
    chi_task_del(sleep);
    chi_task_del(&task->base);
}

static int asserted;

static void on_assert(const char *file, int line, const char *message)
{
    (void)file, (void)line, (void)message;
    asserted++;
}

static void *step_elsewhere(void *did)
{
    *(bool *)did = chi_test_step(0) || chi_test_run_until_idle();
    return NULL;
}

static void another_thread_makes_no_steps(void **state)
{
    chi_assert_hook_fn *before = chi_assert_hook;
    pthread_t thread;
    bool did = true;
    (void)state;
    struct chi_task *task = kit_nop();
    assert_int_equal(chi_task_enqueue(task), 0);
    chi_assert_hook = on_assert;
    assert_int_equal(pthread_create(&thread, NULL, step_elsewhere, &did), 0);
    pthread_join(thread, NULL);
    chi_assert_hook = before;
    assert_false(did);
#ifndef NDEBUG
    assert_int_equal(asserted, 2);
#endif
    assert_false(chi_task_done(task));
    assert_int_equal(chi_task_wait(task), 0);
    chi_task_del(task);
}

static void *wait_for_it(void *task)
{
    return (void *)(intptr_t)chi_task_wait(task);
}

static void another_thread_waits_while_this_one_steps(void **state)
{
    pthread_t thread;
    void *rc = (void *)1;
    (void)state;
    struct chi_task *task = kit_sleep(MS);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_it, task), 0);
    assert_int_equal(chi_task_wait(task), 0);
    pthread_join(thread, &rc);
    assert_null(rc);
    chi_task_del(task);
}

/* ---- the thread is by turns the application and a worker */

static void the_applications_last_error_and_errno_stay_its_own(void **state)
{
    struct test_probe_spawn_task *task =
        CHI_TASK_NEW(test_probe_spawn, pool, chi_pool_query_local());
    (void)state;
    task->kind = TEST_PROBE_SPAWN_MISUSE; /* a handler that makes many errors */
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    chi_error(-EXDEV, "mine");
    errno = EXDEV;
    chi_test_run_until_idle();
    assert_int_equal(errno, EXDEV);
    assert_string_equal(chi_last_error(), "mine");
    assert_int_equal(chi_last_error_code(), -EXDEV);
    assert_true(chi_task_done(&task->base));
    chi_task_del(&task->base);
}

static void a_full_lane_keeps_nobody(void **state)
{
    struct chi_task *tasks[16];
    (void)state;
    struct test_probe_big_output_task *big =
        CHI_TASK_NEW(test_probe_big_output, pool, chi_pool_query_local());
    big->size = 100000;
    assert_int_equal(chi_task_enqueue(&big->base), 0);
    assert_int_equal(chi_task_wait(&big->base), 0);
    for (int i = 0; i < 16; i++) {
        tasks[i] = kit_nop();
        assert_int_equal(chi_task_enqueue(tasks[i]), 0);
    }
    struct chi_task *more = kit_nop();
    assert_int_equal(chi_task_enqueue(more), -EAGAIN);
    chi_task_del(&big->base); /* its output goes back by the same lane */
    for (int i = 0; i < 16; i++) {
        assert_int_equal(chi_task_wait(tasks[i]), 0);
        chi_task_del(tasks[i]);
    }
    chi_task_del(more);
}

static int begin_shallow(void **state)
{
    (void)state;
    return kit_begin((struct chi_test_options){
        .config = "memory: {main_segment_size: 16MB, client_data_segment_size: 16MB, "
                  "runtime_data_segment_size: 16MB}\n"
                  "runtime: {sched_threads: 1, slow_threads: 0, queue_depth: 16}\n"
                  "logging: {level: warn}\n"});
}

/* Steps take real time, as much as the machine wants: so the timer may be over before anybody looks
 * for it. That it was waited for shows in how long the whole took at least. */
static void a_descriptor_is_waited_for_on_the_clock(void **state)
{
    struct test_probe_wait_fd_task *task =
        CHI_TASK_NEW(test_probe_wait_fd, pool, chi_pool_query_local());
    uint64_t virtual_ns = chi_test_now_ns();
    struct timespec before, after;
    (void)state;
    task->delay_ns = 3 * MS; /* a timerfd: of the machine's time */
    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(task->events & POLLIN);
    assert_true((after.tv_sec - before.tv_sec) * (int64_t)S + after.tv_nsec - before.tv_nsec >=
                (int64_t)(3 * MS));
    assert_true(chi_test_now_ns() == virtual_ns); /* nothing was due that would have moved it */
    chi_task_del(&task->base);
}

static void a_descriptor_that_is_ready_ends_the_wait_in_a_step(void **state)
{
    (void)state;
    struct test_probe_gate_task *gate = CHI_TASK_NEW(test_probe_gate, pool, chi_pool_query_local());
    assert_int_equal(chi_task_enqueue(&gate->base), 0);
    chi_test_run_until_idle();
    assert_false(chi_task_done(&gate->base));
    struct test_probe_open_task *open = CHI_TASK_NEW(test_probe_open, pool, chi_pool_query_local());
    assert_int_equal(chi_task_enqueue(&open->base), 0);
    chi_test_run_until_idle();
    assert_true(chi_task_done(&gate->base));
    chi_task_del(&gate->base);
    chi_task_del(&open->base);
}

/* ---- order */

enum { TASKS = 24 };

/* In which order tasks that yield now and then on three workers end. */
static void run_in_order_of(uint64_t seed, size_t order[TASKS])
{
    struct chi_task *tasks[TASKS];

    kit_begin((struct chi_test_options){.sched_threads = 3, .seed = seed});
    for (uint32_t i = 0; i < TASKS; i++) {
        struct test_probe_record_task *task =
            CHI_TASK_NEW(test_probe_record, pool, chi_pool_query_local());
        task->lane = i;
        task->yields = 3;
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        tasks[i] = &task->base;
    }
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(chi_task_wait_any(tasks, TASKS, UINT64_MAX, &order[i]), 0);
        chi_task_del(tasks[order[i]]);
        tasks[order[i]] = NULL;
    }
    assert_int_equal(chi_test_end(), 0);
}

static void a_seed_gives_the_same_order_each_time_and_others_give_others(void **state)
{
    enum { SEEDS = 8 };
    size_t order[SEEDS][TASKS], again[TASKS];
    int different = 0;
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        run_in_order_of(seed, order[seed]);
        run_in_order_of(seed, again);
        assert_memory_equal(order[seed], again, sizeof(again));
        if (seed > 0)
            different += memcmp(order[seed], order[seed - 1], sizeof(again)) != 0;
    }
    assert_true(different >= SEEDS / 2);
}

static int begin_with_containers(void **state)
{
    (void)state;
    return kit_begin((struct chi_test_options){
        .compose = "  - {mod_name: test_probe, pool_name: many, pool_id: 300.0, containers: 3}\n"});
}

/* Only what comes in new is turned away by a worker that has too many tasks. */
static void a_periodic_broadcast_goes_on_while_its_worker_has_too_many_tasks(void **state)
{
    (void)state;
    struct chi_worker *worker = chi_test_container(pool, 0)->priv->pool->runtime->workers[0];
    struct test_probe_gather_task *task =
        CHI_TASK_NEW(test_probe_gather, chi_pool_id(300, 0), chi_pool_query_broadcast());
    assert_int_equal(chi_task_set_period(&task->base, S), 0);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    chi_test_run_until_idle();
    atomic_fetch_add(&worker->wake.backlog, 1u << 20);
    chi_test_advance(3 * S);
    assert_false(chi_task_done(&task->base));
    struct chi_task *fresh =
        chi_task_new(&test_probe_nop_schema, chi_pool_id(300, 0), chi_pool_query_broadcast());
    assert_int_equal(chi_task_enqueue(fresh), 0);
    assert_int_equal(chi_task_wait(fresh), -EAGAIN);
    chi_task_del(fresh);
    atomic_fetch_sub(&worker->wake.backlog, 1u << 20);
    assert_int_equal(chi_task_cancel(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), -ECANCELED);
    assert_int_equal(atomic_load(&worker->wake.backlog), 0);
    chi_task_del(&task->base);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, kit_end)
    const struct CMUnitTest tests[] = {
        TEST(nothing_happens_without_a_step),
        TEST(a_step_runs_what_its_worker_has_and_says_so),
        TEST(an_hour_passes_at_once),
        TEST(time_moves_as_far_as_it_is_told),
        TEST(timers_on_the_way_fire_in_their_order),
        TEST(a_wait_ends_at_its_time_and_can_be_taken_up_again),
        TEST(wait_any_ends_with_the_first),
        TEST(a_task_given_up_in_flight_is_freed),
        TEST(tasks_that_keep_yielding_hold_up_neither_steps_nor_time),
        TEST(another_thread_makes_no_steps),
        TEST(another_thread_waits_while_this_one_steps),
        TEST(a_forked_child_has_no_part_in_it_and_may_begin_its_own),
        TEST(the_applications_last_error_and_errno_stay_its_own),
        cmocka_unit_test_setup_teardown(a_full_lane_keeps_nobody, begin_shallow, kit_end),
        TEST(a_descriptor_is_waited_for_on_the_clock),
        TEST(a_descriptor_that_is_ready_ends_the_wait_in_a_step),
#ifndef __SANITIZE_THREAD__
        cmocka_unit_test(a_wait_for_what_cannot_come_ends_although_timers_fire),
#endif
        cmocka_unit_test(a_seed_gives_the_same_order_each_time_and_others_give_others),
        cmocka_unit_test_setup_teardown(
            a_periodic_broadcast_goes_on_while_its_worker_has_too_many_tasks, begin_with_containers,
            kit_end),
    };
    return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
