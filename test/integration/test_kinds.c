/* SPDX-License-Identifier: BSD-3-Clause */
/* Every kind of task: cancelled, timed, urgent or not, periodic, forgotten, deep; and what the end
 * of their pool, client or runtime does to them. Order is seen in notes that the handlers take. */
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

static int setup_with(void **state, const char *yaml)
{
    chi_test_daemon_setup(state, yaml);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_kinds_create("kinds", &pool), 0);
    return 0;
}

static int setup_one(void **state)
{
    return setup_with(state, CHI_TEST_ONE_WORKER);
}

static int setup_two(void **state)
{
    return setup_with(state, CHI_TEST_TWO_WORKERS);
}

static int setup_slow(void **state)
{
    return setup_with(state, CHI_TEST_MEMORY "runtime:\n  sched_threads: 1\n  slow_threads: 1\n");
}

static int setup_few_fibers(void **state)
{
    return setup_with(state, CHI_TEST_ONE_WORKER "  max_fibers: 8\n");
}

static int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

/* ---- tasks */

static struct test_kinds_wait_task *new_wait(uint32_t how, uint32_t lane, uint32_t tag)
{
    struct test_kinds_wait_task *task = CHI_TASK_NEW(test_kinds_wait, pool, chi_pool_query_local());
    assert_non_null(task);
    task->how = how;
    task->lane = lane;
    task->tag = tag;
    return task;
}

static struct test_kinds_wait_task *submit_wait(uint32_t how, uint32_t lane, uint32_t tag)
{
    struct test_kinds_wait_task *task = new_wait(how, lane, tag);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return task;
}

static int finish(struct chi_task *task)
{
    int rc = chi_task_wait(task);
    chi_task_del(task);
    return rc;
}

/* Holds the worker of lane 1 until let_go(). */
static struct test_kinds_wait_task *hold_worker(struct chi_buffer *flag)
{
    struct test_kinds_wait_task *task = new_wait(TEST_KINDS_BUSY, 1, 1);
    assert_int_equal(chi_buffer_alloc(64, flag), 0);
    memset(chi_buffer_data(flag), 0, 64);
    task->flag = *flag;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return task;
}

static void let_go(struct test_kinds_wait_task *task, struct chi_buffer *flag)
{
    atomic_store((_Atomic(uint8_t) *)chi_buffer_data(flag), 1);
    assert_int_equal(finish(&task->base), 0);
    chi_buffer_free(flag);
}

static struct chi_task *submit_note(uint32_t lane, uint32_t tag)
{
    struct test_kinds_note_task *task = CHI_TASK_NEW(test_kinds_note, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = lane;
    task->tag = tag;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return &task->base;
}

static struct test_kinds_tick_task *new_tick(uint64_t period_ns)
{
    struct test_kinds_tick_task *task = CHI_TASK_NEW(test_kinds_tick, pool, chi_pool_query_local());
    assert_non_null(task);
    assert_int_equal(chi_task_set_period(&task->base, period_ns), 0);
    return task;
}

static struct test_kinds_spawn_task *spawn(uint32_t kind, uint32_t count, uint32_t tag)
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

static void move_gate(uint32_t shut)
{
    struct test_kinds_open_task *task = CHI_TASK_NEW(test_kinds_open, pool, chi_pool_query_local());
    assert_non_null(task);
    task->shut = shut;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(finish(&task->base), 0);
}

static struct test_kinds_trace_task *trace(void)
{
    struct test_kinds_trace_task *task =
        CHI_TASK_NEW(test_kinds_trace, pool, chi_pool_query_local());
    assert_non_null(task);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    return task;
}

static void until_waiting(uint32_t count)
{
    for (uint32_t waiting = UINT32_MAX; waiting != count;) {
        struct test_kinds_trace_task *task = trace();
        waiting = task->waiting;
        chi_task_del(&task->base);
    }
}

static uint64_t ticks(void)
{
    struct test_kinds_trace_task *task = trace();
    uint64_t count = task->ticks;
    chi_task_del(&task->base);
    return count;
}

static void until_ticks(uint64_t count)
{
    while (ticks() < count)
        sched_yield();
}

/* How many handlers have noted that tag. */
static uint32_t noted(uint32_t tag)
{
    struct test_kinds_trace_task *task = trace();
    uint32_t count = 0;
    for (size_t i = 0; i < chi_vector_count(&task->tags); i++)
        count += chi_vector_items(&task->tags)[i] == tag;
    chi_task_del(&task->base);
    return count;
}

static void assert_codes(const struct test_kinds_spawn_task *task, const int32_t *codes,
                         size_t count)
{
    assert_int_equal(chi_vector_count(&task->codes), count);
    for (size_t i = 0; i < count; i++)
        if (chi_vector_items(&task->codes)[i] != codes[i])
            fail_msg("code %zu is %s, expected %s", i,
                     chi_status_name(chi_vector_items(&task->codes)[i]), chi_status_name(codes[i]));
}

/* ---- cancelling */

static void every_wait_of_a_cancelled_task_ends_with_ecanceled(void **state)
{
    static const uint32_t ways[] = {TEST_KINDS_GATE, TEST_KINDS_SLEEP, TEST_KINDS_YIELD,
                                    TEST_KINDS_SUBTASK, TEST_KINDS_ANY};
    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        uint32_t deep = ways[i] == TEST_KINDS_SUBTASK ? 1 : ways[i] == TEST_KINDS_ANY ? 2 : 0;
        struct test_kinds_wait_task *task = submit_wait(ways[i], (uint32_t)i, 10);
        until_waiting(1 + deep);
        assert_int_equal(chi_task_cancel(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), -ECANCELED);
        assert_int_equal(task->first, -ECANCELED);
        assert_int_equal(task->second, -ECANCELED);
        assert_int_equal(task->third, -ECANCELED);
        assert_int_equal(task->asked, -ECANCELED);
        assert_int_equal(chi_task_cancel(&task->base), 1);
        chi_task_del(&task->base);
        until_waiting(0); /* its subtasks have ended with it */
    }
}

static void a_task_that_has_not_begun_never_runs_once_cancelled(void **state)
{
    enum { TASKS = 300 };
    static struct test_kinds_wait_task *tasks[TASKS];
    (void)state;
    /* The worker is held, so none of the others begins. */
    struct chi_buffer flag;
    struct test_kinds_wait_task *busy = hold_worker(&flag);
    for (uint32_t i = 0; i < TASKS; i++)
        tasks[i] = submit_wait(TEST_KINDS_GATE, 1, 1000 + i);
    for (uint32_t i = 0; i < TASKS; i += 2)
        assert_int_equal(chi_task_cancel(&tasks[i]->base), 0);
    let_go(busy, &flag);
    move_gate(0);
    for (uint32_t i = 0; i < TASKS; i++) {
        assert_int_equal(chi_task_wait(&tasks[i]->base), i % 2 == 0 ? -ECANCELED : 0);
        assert_int_equal(noted(1000 + i), i % 2);
        chi_task_del(&tasks[i]->base);
    }
    move_gate(1);
}

static void a_handler_that_never_waits_can_ask(void **state)
{
    (void)state;
    struct chi_buffer flag;
    struct test_kinds_wait_task *task = new_wait(TEST_KINDS_POLL, 1, 1);
    assert_int_equal(chi_buffer_alloc(64, &flag), 0);
    memset(chi_buffer_data(&flag), 0, 64);
    task->flag = flag;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    while (atomic_load((_Atomic(uint8_t) *)chi_buffer_data(&flag)) == 0)
        sched_yield();
    assert_int_equal(chi_task_cancel(&task->base), 0);
    assert_int_equal(finish(&task->base), -ECANCELED);
    chi_buffer_free(&flag);
}

static void a_shielded_wait_is_not_cut_short(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = submit_wait(TEST_KINDS_SHIELD, 1, 1);
    until_waiting(1);
    assert_int_equal(chi_task_cancel(&task->base), 0);
    /* Whoever was cancelled later and is done shows that the worker has looked. */
    struct test_kinds_wait_task *other = submit_wait(TEST_KINDS_GATE, 1, 2);
    until_waiting(2);
    assert_int_equal(chi_task_cancel(&other->base), 0);
    assert_int_equal(finish(&other->base), -ECANCELED);
    assert_false(chi_task_done(&task->base));
    move_gate(0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(task->second, -ECANCELED); /* off again */
    chi_task_del(&task->base);
}

static void cancelling_what_is_new_or_done_has_its_codes(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = new_wait(TEST_KINDS_GATE, 0, 1);
    assert_int_equal(chi_task_cancel(&task->base), -EINVAL);
    chi_task_del(&task->base);
    struct chi_task *note = submit_note(1, 2);
    assert_int_equal(chi_task_wait(note), 0);
    assert_int_equal(chi_task_cancel(note), 1);
    assert_int_equal(chi_task_wait(note), 0);
    chi_task_del(note);
}

static void a_task_in_the_place_of_a_cancelled_one_is_untouched(void **state)
{
    (void)state;
    for (int i = 0; i < 500; i++) {
        struct chi_task *task = submit_note(i % 2, 5);
        chi_task_cancel(task); /* late as a rule */
        int rc = finish(task);
        assert_true(rc == 0 || rc == -ECANCELED);
        task = submit_note(i % 2, 6); /* in that place, two tasks later */
        assert_int_equal(finish(task), 0);
    }
    assert_int_equal(noted(6), 500);
}

static void tasks_are_cancelled_although_all_fibers_wait(void **state)
{
    enum { TASKS = 100 };
    static struct test_kinds_wait_task *tasks[TASKS];
    (void)state;
    for (uint32_t i = 0; i < TASKS; i++) /* most stay in the ingress lane */
        tasks[i] = submit_wait(TEST_KINDS_GATE, i, i);
    for (uint32_t i = TASKS; i-- > 0;)
        assert_int_equal(chi_task_cancel(&tasks[i]->base), 0);
    for (uint32_t i = 0; i < TASKS; i++)
        assert_int_equal(finish(&tasks[i]->base), -ECANCELED);
}

static void a_given_up_task_can_be_cancelled_before(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = submit_wait(TEST_KINDS_GATE, 1, 1);
    until_waiting(1);
    assert_int_equal(chi_task_cancel(&task->base), 0);
    chi_task_del(&task->base); /* the runtime frees it */
    until_waiting(0);
}

static void a_handler_cancels_its_subtasks(void **state)
{
    static const int32_t codes[] = {-EINVAL, 0, -ECANCELED, 0, 0, -ECANCELED, 0, 1, 0};
    (void)state;
    struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_CANCEL, 0, 100);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_codes(task, codes, sizeof(codes) / sizeof(codes[0]));
    chi_task_del(&task->base);
    assert_int_equal(noted(101), 0);
    assert_int_equal(noted(102), 1);
    assert_int_equal(noted(103), 1);
}

static void a_cancelled_handler_can_still_submit_and_shield(void **state)
{
    static const int32_t codes[] = {0};
    (void)state;
    struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_LATE, 0, 50);
    until_waiting(1);
    assert_int_equal(chi_task_cancel(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), -ECANCELED);
    assert_codes(task, codes, 1);
    chi_task_del(&task->base);
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    assert_int_equal(noted(51), 1);
    assert_int_equal(noted(52), 1);
    until_waiting(0); /* the subtask it waited for has ended with it */
}

static void a_task_for_several_containers_ends_with_its_copies(void **state)
{
    const struct test_probe_create_params params = {.lanes = 2};
    chi_pool_id_t several;
    (void)state;
    assert_int_equal(test_probe_create_with("several", &params, (chi_pool_id_t){0, 0}, 4, &several),
                     0);
    for (int timed = 0; timed < 2; timed++) {
        struct test_probe_sleep_task *task =
            CHI_TASK_NEW(test_probe_sleep, several, chi_pool_query_broadcast());
        task->duration_ns = HOUR;
        if (timed)
            assert_int_equal(chi_task_set_timeout(&task->base, 300 * MS), 0);
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        for (uint64_t running = 0; running != 4;) {
            struct test_probe_counters_task *count =
                CHI_TASK_NEW(test_probe_counters, several, chi_pool_query_local());
            assert_int_equal(chi_task_enqueue(&count->base), 0);
            assert_int_equal(chi_task_wait(&count->base), 0);
            running = count->running;
            chi_task_del(&count->base);
        }
        if (!timed)
            assert_int_equal(chi_task_cancel(&task->base), 0);
        assert_int_equal(finish(&task->base), timed ? -ETIMEDOUT : -ECANCELED);
    }
}

/* ---- deadlines */

static void a_wait_ends_when_the_tasks_time_is_over(void **state)
{
    static const uint32_t ways[] = {TEST_KINDS_GATE, TEST_KINDS_SLEEP, TEST_KINDS_SUBTASK,
                                    TEST_KINDS_POLL};
    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct test_kinds_wait_task *task = new_wait(ways[i], (uint32_t)i, 1);
        assert_int_equal(chi_task_set_timeout(&task->base, 20 * MS), 0);
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), -ETIMEDOUT);
        if (task->asked != 0) { /* it began in time */
            assert_int_equal(task->first, -ETIMEDOUT);
            assert_int_equal(task->second, -ETIMEDOUT);
            assert_int_equal(task->third, -ETIMEDOUT);
            assert_int_equal(task->asked, -ETIMEDOUT);
        }
        chi_task_del(&task->base);
        until_waiting(0);
    }
}

static void a_task_that_begins_too_late_never_runs(void **state)
{
    enum { TASKS = 100 };
    static struct test_kinds_wait_task *tasks[TASKS];
    (void)state;
    struct chi_buffer flag;
    struct test_kinds_wait_task *busy = hold_worker(&flag);
    for (uint32_t i = 0; i < TASKS; i++) {
        tasks[i] = new_wait(TEST_KINDS_GATE, 1, 1000 + i);
        assert_int_equal(chi_task_set_timeout(&tasks[i]->base, i % 2 == 0 ? MS : HOUR), 0);
        assert_int_equal(chi_task_enqueue(&tasks[i]->base), 0);
    }
    struct timespec pause = {.tv_nsec = 2 * MS};
    nanosleep(&pause, NULL); /* their time passes: this is the input, not a race */
    let_go(busy, &flag);
    move_gate(0);
    for (uint32_t i = 0; i < TASKS; i++) {
        assert_int_equal(finish(&tasks[i]->base), i % 2 == 0 ? -ETIMEDOUT : 0);
        assert_int_equal(noted(1000 + i), i % 2);
    }
    move_gate(1);
}

static void a_queued_task_ends_in_time_although_nothing_can_start(void **state)
{
    enum { PARKED = 8, TASKS = 20 };
    static struct test_kinds_wait_task *parked[PARKED];
    static struct test_kinds_wait_task *tasks[TASKS];
    (void)state;
    struct chi_test_status status = {0};
    for (uint32_t i = 0; i < TASKS; i++) {
        tasks[i] = new_wait(TEST_KINDS_GATE, 0, 77);
        assert_int_equal(chi_task_set_timeout(&tasks[i]->base, i == 0 ? HOUR : 30 * MS), 0);
    }
    for (uint32_t i = 0; i < PARKED; i++)
        parked[i] = submit_wait(TEST_KINDS_GATE, 0, 1);
    while (status.parked < PARKED) /* as many as may wait: no other is taken in */
        assert_int_equal(chi_test_status_get(&status), 0);
    for (uint32_t i = 0; i < TASKS; i++)
        assert_int_equal(chi_task_enqueue(&tasks[i]->base), 0);
    assert_int_equal(chi_task_cancel(&tasks[0]->base), 0); /* makes the worker take them in */
    for (uint32_t i = 0; i < TASKS; i++)
        assert_int_equal(finish(&tasks[i]->base), i == 0 ? -ECANCELED : -ETIMEDOUT);
    for (uint32_t i = 0; i < PARKED; i++) {
        assert_int_equal(chi_task_cancel(&parked[i]->base), 0);
        assert_int_equal(finish(&parked[i]->base), -ECANCELED);
    }
    assert_int_equal(noted(77), 0);
}

static void subtasks_run_out_of_time_too(void **state)
{
    static const int32_t codes[] = {-ETIMEDOUT, -ETIMEDOUT, 0};
    (void)state;
    struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_TIMEOUT, 0, 200);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_codes(task, codes, 3);
    chi_task_del(&task->base);
    assert_int_equal(noted(202), 0);
    assert_int_equal(noted(203), 1);
}

static void the_setters_refuse_what_makes_no_sense(void **state)
{
    static const int32_t codes[] = {-EINVAL, 0, -EINVAL, -EINVAL, -EINVAL, -EINVAL};
    (void)state;
    struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_MISUSE, 0, 1);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_codes(task, codes, 6);
    assert_int_equal(chi_task_set_timeout(&task->base, MS), -EINVAL);
    assert_int_equal(chi_task_set_period(&task->base, MS), -EINVAL);
    chi_task_del(&task->base);
    struct test_kinds_tick_task *tick = new_tick(MS);
    assert_int_equal(chi_task_set_timeout(&tick->base, MS), -EINVAL);
    assert_int_equal(chi_task_set_period(&tick->base, 0), -EINVAL);
    chi_task_del(&tick->base);
}

/* ---- priorities */

static void a_monitor_can_choose_the_queue_by_priority(void **state)
{
    uint32_t threads[2];
    (void)state;
    for (uint32_t priority = CHI_LOW_LATENCY; priority <= CHI_HIGH_LATENCY; priority++) {
        struct test_kinds_class_task *task =
            CHI_TASK_NEW(test_kinds_class, pool, chi_pool_query_local());
        assert_int_equal(chi_task_priority(&task->base), CHI_LOW_LATENCY);
        assert_int_equal(chi_task_set_priority(&task->base, priority), 0);
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), 0);
        assert_int_equal(task->queue, priority);
        threads[priority] = task->thread;
        chi_task_del(&task->base);
    }
    assert_int_not_equal(threads[0], threads[1]);
}

/* ---- fire and forget */

static void a_million_forgotten_tasks_leave_nothing(void **state)
{
    enum { MILLION = 1000000 };
    (void)state;
    chi_test_watchdog(600);
    struct chi_test_status first, last;
    assert_int_equal(chi_test_status_get(&first), 0);
    for (uint32_t done = 0; done < MILLION;) {
        struct test_kinds_note_task *task =
            CHI_TASK_NEW(test_kinds_note, pool, chi_pool_query_local());
        assert_non_null(task);
        task->lane = done;
        task->tag = 7;
        int rc = chi_task_fire_and_forget(&task->base);
        assert_true(rc == 0 || rc == -EAGAIN);
        done += rc == 0;
    }
    int rc;
    while ((rc = chimaera_admin_flush(chi_pool_query_local())) == -EAGAIN)
        usleep(1000); /* the lane is full of them */
    assert_int_equal(rc, 0);
    assert_int_equal(chi_test_status_get(&last), 0);
    assert_true(last.tasks - first.tasks >= MILLION);
    /* 128 MB of tasks went through a segment of 16; what is left is seen when the test settles. */
}

static void a_million_tasks_forgotten_by_a_handler_leave_nothing(void **state)
{
    (void)state;
    chi_test_watchdog(600);
    for (int i = 0; i < 10; i++) {
        struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_FORGET, 100000, 8);
        assert_int_equal(chi_task_wait(&task->base), 0);
        assert_int_equal(task->done, 100000);
        chi_task_del(&task->base);
    }
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    struct chi_test_status status;
    assert_int_equal(chi_test_status_get(&status), 0);
    assert_int_equal(status.unstarted, 0);
}

/* ---- periodic */

/* The clock that the module notes runs by. */
static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void a_periodic_task_runs_at_multiples_of_its_period(void **state)
{
    enum { RUNS = 20 };
    (void)state;
    struct test_kinds_tick_task *tick = new_tick(10 * MS);
    tick->code = -EDOM;
    tick->code_at = RUNS;
    uint64_t before_ns = now_ns();
    assert_int_equal(chi_task_enqueue(&tick->base), 0);
    assert_int_equal(chi_task_wait(&tick->base), -EDOM); /* an error ends it */
    assert_int_equal(tick->runs, RUNS);
    assert_int_equal(chi_vector_count(&tick->times), RUNS);
    const uint64_t *times = chi_vector_items(&tick->times);
    /* Late by as much as the machine likes, but never early: run n of the task comes no sooner than
     * (n + missed) periods after it was taken in. */
    for (uint64_t i = 1; i < RUNS; i++)
        assert_true(times[i] > times[i - 1]);
    assert_true(times[RUNS - 1] - before_ns >= (RUNS - 1 + tick->missed) * 10 * MS);
    chi_task_del(&tick->base);
}

static void runs_that_are_missed_are_counted_not_bunched(void **state)
{
    (void)state;
    struct test_kinds_tick_task *tick = new_tick(2 * MS);
    tick->first_run_ns = 51 * MS;
    tick->code = -EDOM;
    tick->code_at = 2;
    uint64_t before_ns = now_ns();
    assert_int_equal(chi_task_enqueue(&tick->base), 0);
    assert_int_equal(chi_task_wait(&tick->base), -EDOM);
    assert_int_equal(tick->runs, 2);
    assert_true(tick->missed >= 25);
    const uint64_t *times = chi_vector_items(&tick->times);
    assert_true(times[1] - before_ns >= (tick->missed + 1) * 2 * MS);
    chi_task_del(&tick->base);
}

static void a_periodic_task_ends_when_it_is_cancelled(void **state)
{
    (void)state;
    uint64_t base = ticks();
    struct test_kinds_tick_task *tick = new_tick(MS);
    assert_int_equal(chi_task_enqueue(&tick->base), 0);
    until_ticks(base + 5);
    assert_false(chi_task_done(&tick->base));
    assert_int_equal(chi_task_cancel(&tick->base), 0);
    assert_int_equal(chi_task_wait(&tick->base), -ECANCELED);
    assert_true(tick->runs >= 5); /* the outputs of the last run */
    assert_int_equal(ticks(), base + tick->runs);
    chi_task_del(&tick->base);

    uint64_t before = ticks();
    tick = new_tick(HOUR); /* between runs */
    assert_int_equal(chi_task_enqueue(&tick->base), 0);
    until_ticks(before + 1);
    assert_int_equal(chi_task_cancel(&tick->base), 0);
    assert_int_equal(chi_task_wait(&tick->base), -ECANCELED);
    assert_int_equal(tick->runs, 1);
    chi_task_del(&tick->base);
}

static void a_cancelled_run_of_a_periodic_task_ends_it(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = new_wait(TEST_KINDS_SLEEP, 1, 1);
    assert_int_equal(chi_task_set_period(&task->base, MS), 0);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    until_waiting(1);
    assert_int_equal(chi_task_cancel(&task->base), 0);
    assert_int_equal(finish(&task->base), -ECANCELED);
}

static void flush_and_stop_do_not_wait_for_periodic_tasks(void **state)
{
    struct chi_test_daemon *daemon = *state;
    struct test_kinds_tick_task *rare = new_tick(HOUR);
    struct test_kinds_tick_task *often = new_tick(100000);
    assert_int_equal(chi_task_enqueue(&rare->base), 0);
    assert_int_equal(chi_task_enqueue(&often->base), 0);
    until_ticks(10);
    for (int i = 0; i < 20; i++)
        assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    assert_int_equal(chimaera_admin_stop_runtime(chi_pool_query_local(), HOUR), 0);
    int rc = finish(&rare->base);
    assert_true(rc == CHI_ESTOPPING || rc == CHI_ERUNTIME_DOWN);
    rc = finish(&often->base);
    assert_true(rc == CHI_ESTOPPING || rc == CHI_ERUNTIME_DOWN);
    assert_int_equal(chi_test_daemon_join(daemon), 0);
}

static int leave_periodic(void *argument)
{
    (void)argument;
    if (chi_client_init() < 0)
        return 1;
    for (int i = 0; i < 50; i++) {
        struct test_kinds_tick_task *tick = new_tick(i % 2 == 0 ? HOUR : 100000);
        tick->lane = (uint32_t)i;
        if (chi_buffer_alloc(100000, &tick->buffer) < 0 || chi_task_enqueue(&tick->base) < 0)
            return 2;
    }
    until_ticks(60);
    raise(SIGKILL);
    return 3;
}

static void a_clients_periodic_tasks_end_with_it(void **state)
{
    struct chi_test_daemon *daemon = *state;
    assert_int_equal(chi_test_in_child(leave_periodic, NULL), -SIGKILL);
    struct chi_test_status status;
    do
        assert_int_equal(chi_test_status_get(&status), 0);
    while (status.clients > 1);
    uint64_t count = ticks();
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    assert_int_equal(ticks(), count);
    chi_client_fini();
    chi_test_daemon_settle(daemon);
    assert_int_equal(chi_client_init(), 0);
}

static void too_many_periodic_tasks_are_refused(void **state)
{
    enum { TASKS = 4200 };
    static struct test_kinds_tick_task *ticks_[TASKS];
    uint32_t refused = 0;
    (void)state;
    for (int i = 0; i < TASKS; i++) {
        ticks_[i] = new_tick(HOUR);
        while (chi_task_enqueue(&ticks_[i]->base) == -EAGAIN)
            sched_yield();
    }
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    for (int i = 0; i < TASKS; i++) {
        if (chi_task_done(&ticks_[i]->base))
            assert_int_equal(ticks_[i]->base.return_code, -EAGAIN);
        refused += chi_task_cancel(&ticks_[i]->base) == 1;
    }
    assert_int_equal(refused, TASKS - 4096);
    for (int i = 0; i < TASKS; i++) {
        int rc = finish(&ticks_[i]->base);
        assert_true(rc == -ECANCELED || rc == -EAGAIN);
    }
}

static void a_handler_starts_and_cancels_a_periodic_task(void **state)
{
    static const int32_t codes[] = {0, 0, 0, 0, -ECANCELED, -EINVAL};
    (void)state;
    struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_PERIODIC, 10, 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_codes(task, codes, 6);
    assert_true(task->done >= 10);
    chi_task_del(&task->base);
}

static int start_one_and_go(void *argument)
{
    (void)argument;
    if (chi_client_init() < 0)
        return 1;
    struct test_kinds_spawn_task *task = spawn(TEST_KINDS_SPAWN_LEAVE, 0, 0);
    int rc = finish(&task->base);
    chi_client_fini();
    return rc;
}

static void a_handlers_periodic_task_lives_as_long_as_its_pool(void **state)
{
    (void)state;
    assert_int_equal(chi_test_in_child(start_one_and_go, NULL), 0);
    until_ticks(ticks() + 5);
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), pool), 0);
    assert_int_equal(finish(submit_note(0, 1)), CHI_ENOPOOL);
}

/* ---- subtasks */

static void recursion_goes_thousands_deep_and_has_a_bound(void **state)
{
    chi_pool_id_t probe;
    (void)state;
    assert_int_equal(test_probe_create("probe", 4, &probe), 0);
    for (uint32_t levels = 5000; levels <= 50000; levels *= 10) {
        struct test_probe_depth_task *task =
            CHI_TASK_NEW(test_probe_depth, probe, chi_pool_query_local());
        task->levels = levels;
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), levels == 5000 ? 0 : -EAGAIN);
        if (levels == 5000)
            assert_int_equal(task->reached, 5001);
        chi_task_del(&task->base);
    }
}

static void handlers_call_other_pools(void **state)
{
    chi_pool_id_t other;
    (void)state;
    assert_int_equal(test_kinds_create("other", &other), 0);
    struct test_kinds_spawn_task *task =
        CHI_TASK_NEW(test_kinds_spawn, pool, chi_pool_query_local());
    task->kind = TEST_KINDS_SPAWN_CALL;
    task->count = 100;
    task->tag = 5000;
    task->pool = other;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(task->done, 100);
    chi_task_del(&task->base);
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    assert_int_equal(noted(5100), 0);
    pool = other;
    for (uint32_t i = 0; i <= 100; i++)
        assert_int_equal(noted(5000 + i), 1);
}

/* ---- the end of pools */

static struct chimaera_admin_destroy_pool_task *destroy_async(bool cancel)
{
    const struct chimaera_admin_destroy_spec spec = {.pool_id = pool, .cancel = cancel};
    struct chimaera_admin_destroy_pool_task *task =
        chimaera_admin_destroy_pool_async(chi_pool_query_local(), &spec);
    assert_non_null(task);
    return task;
}

/* The pool takes no more tasks: its destruction has begun. */
static void until_dying(void)
{
    int rc = 0;
    while (rc == 0)
        rc = finish(submit_note(0, 3));
    assert_int_equal(rc, CHI_ENOPOOL);
}

static void destroy_waits_for_handlers_and_a_second_one_may_cancel_them(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = submit_wait(TEST_KINDS_GATE, 1, 1);
    struct test_kinds_tick_task *tick = new_tick(HOUR);
    assert_int_equal(chi_task_enqueue(&tick->base), 0);
    until_waiting(1);
    struct chimaera_admin_destroy_pool_task *first = destroy_async(false);
    until_dying();
    assert_int_equal(finish(&tick->base), -ECANCELED); /* periodic tasks end in any case */
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), pool), CHI_ENOPOOL);
    assert_int_equal(chi_task_cancel(&first->base), 0); /* once begun it goes on */
    assert_false(chi_task_done(&task->base));
    assert_false(chi_task_done(&first->base));
    assert_int_equal(finish(&destroy_async(true)->base), 0);
    assert_int_equal(chi_task_wait(&task->base), -ECANCELED);
    assert_int_equal(task->second, -ECANCELED);
    chi_task_del(&task->base);
    assert_int_equal(finish(&first->base), 0);
    assert_int_equal(finish(&destroy_async(true)->base), CHI_ENOPOOL);
}

static void destroy_with_cancel_ends_what_waits_and_what_is_queued(void **state)
{
    enum { TASKS = 200 };
    static struct test_kinds_wait_task *tasks[TASKS];
    (void)state;
    for (uint32_t i = 0; i < TASKS; i++)
        tasks[i] = submit_wait(i % 5, i, 1);
    const struct chimaera_admin_destroy_spec spec = {.pool_name = "kinds", .cancel = true};
    assert_int_equal(chimaera_admin_destroy_pool_with(chi_pool_query_local(), &spec), 0);
    for (uint32_t i = 0; i < TASKS; i++) {
        int rc = finish(&tasks[i]->base);
        assert_true(rc == -ECANCELED || rc == CHI_ENOPOOL);
    }
    assert_int_equal(test_kinds_create("kinds", &pool), 0);
    until_waiting(0);
}

static void the_command_line_destroys_pools_by_id_and_name(void **state)
{
    static char output[CHI_TEST_OUTPUT_MAX];
    chi_pool_id_t other;
    (void)state;
    assert_int_equal(test_kinds_create("other pool", &other), 0);
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy 'other pool'"), 0);
    assert_string_equal(output, "destroyed\n");
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy 'other pool'"), 1);
    assert_non_null(strstr(output, "there is no pool \"other pool\""));
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy"), 2);
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy --what 1"), 2);
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy 1.0"), 1);
    struct test_kinds_wait_task *task = submit_wait(TEST_KINDS_SLEEP, 1, 1);
    until_waiting(1);
    assert_int_equal(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy --cancel %u.%u",
                                  pool.major, pool.minor),
                     0);
    assert_int_equal(finish(&task->base), -ECANCELED);
}

/* ---- the end of the runtime */

static void what_waits_past_the_grace_period_is_cancelled(void **state)
{
    struct chi_test_daemon *daemon = *state;
    struct test_kinds_wait_task *tasks[5];
    for (uint32_t i = 0; i < 5; i++)
        tasks[i] = submit_wait(i, i, 1);
    until_waiting(5 + 1 + 2);
    assert_int_equal(chimaera_admin_stop_runtime(chi_pool_query_local(), 10 * MS), 0);
    for (uint32_t i = 0; i < 5; i++) {
        int rc = finish(&tasks[i]->base);
        assert_true(rc == -ECANCELED || rc == CHI_ERUNTIME_DOWN);
    }
    assert_int_equal(chi_test_daemon_join(daemon), 0);
}

/* ---- flush under load */

static void flush_returns_when_all_before_it_is_done_although_more_comes(void **state)
{
    enum { ROUNDS = 200, TASKS = 20 };
    static struct test_probe_yield_task *tasks[ROUNDS][TASKS];
    chi_pool_id_t probe;
    (void)state;
    assert_int_equal(test_probe_create("probe", 4, &probe), 0);
    struct chimaera_admin_flush_task *flushes[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
        for (int i = 0; i < TASKS; i++) {
            tasks[r][i] = CHI_TASK_NEW(test_probe_yield, probe, chi_pool_query_local());
            tasks[r][i]->lane = (uint32_t)i;
            tasks[r][i]->times = (uint32_t)(i * 7 % 50);
            while (chi_task_enqueue(&tasks[r][i]->base) == -EAGAIN)
                sched_yield();
        }
        flushes[r] = CHI_TASK_NEW(chimaera_admin_flush, CHI_ADMIN_POOL_ID, chi_pool_query_local());
        while (chi_task_enqueue(&flushes[r]->base) == -EAGAIN)
            sched_yield();
        if (r < 10)
            continue;
        /* While ten rounds come after it. */
        assert_int_equal(chi_task_wait(&flushes[r - 10]->base), 0);
        for (int i = 0; i < TASKS; i++)
            assert_true(chi_task_done(&tasks[r - 10][i]->base));
    }
    for (int r = 0; r < ROUNDS; r++) {
        for (int i = 0; i < TASKS; i++)
            assert_int_equal(finish(&tasks[r][i]->base), 0);
        assert_int_equal(finish(&flushes[r]->base), 0);
    }
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_wait_of_a_cancelled_task_ends_with_ecanceled, setup_one),
        TEST(every_wait_of_a_cancelled_task_ends_with_ecanceled, setup_two),
        TEST(a_task_that_has_not_begun_never_runs_once_cancelled, setup_two),
        TEST(a_handler_that_never_waits_can_ask, setup_two),
        TEST(a_shielded_wait_is_not_cut_short, setup_two),
        TEST(cancelling_what_is_new_or_done_has_its_codes, setup_two),
        TEST(a_task_in_the_place_of_a_cancelled_one_is_untouched, setup_two),
        TEST(tasks_are_cancelled_although_all_fibers_wait, setup_few_fibers),
        TEST(a_given_up_task_can_be_cancelled_before, setup_two),
        TEST(a_task_for_several_containers_ends_with_its_copies, setup_two),
        TEST(a_handler_cancels_its_subtasks, setup_one),
        TEST(a_handler_cancels_its_subtasks, setup_two),
        TEST(a_cancelled_handler_can_still_submit_and_shield, setup_one),
        TEST(a_cancelled_handler_can_still_submit_and_shield, setup_two),
        TEST(a_wait_ends_when_the_tasks_time_is_over, setup_two),
        TEST(a_task_that_begins_too_late_never_runs, setup_two),
        TEST(a_queued_task_ends_in_time_although_nothing_can_start, setup_few_fibers),
        TEST(subtasks_run_out_of_time_too, setup_one),
        TEST(subtasks_run_out_of_time_too, setup_two),
        TEST(the_setters_refuse_what_makes_no_sense, setup_one),
        TEST(a_monitor_can_choose_the_queue_by_priority, setup_slow),
        TEST(a_million_forgotten_tasks_leave_nothing, setup_two),
        TEST(a_million_tasks_forgotten_by_a_handler_leave_nothing, setup_two),
        TEST(a_periodic_task_runs_at_multiples_of_its_period, setup_two),
        TEST(runs_that_are_missed_are_counted_not_bunched, setup_two),
        TEST(a_periodic_task_ends_when_it_is_cancelled, setup_two),
        TEST(a_cancelled_run_of_a_periodic_task_ends_it, setup_two),
        TEST(flush_and_stop_do_not_wait_for_periodic_tasks, setup_two),
        TEST(a_clients_periodic_tasks_end_with_it, setup_two),
        TEST(too_many_periodic_tasks_are_refused, setup_one),
        TEST(a_handler_starts_and_cancels_a_periodic_task, setup_two),
        TEST(a_handlers_periodic_task_lives_as_long_as_its_pool, setup_two),
        TEST(recursion_goes_thousands_deep_and_has_a_bound, setup_two),
        TEST(handlers_call_other_pools, setup_two),
        TEST(destroy_waits_for_handlers_and_a_second_one_may_cancel_them, setup_two),
        TEST(destroy_with_cancel_ends_what_waits_and_what_is_queued, setup_one),
        TEST(destroy_with_cancel_ends_what_waits_and_what_is_queued, setup_two),
        TEST(the_command_line_destroys_pools_by_id_and_name, setup_two),
        TEST(what_waits_past_the_grace_period_is_cancelled, setup_two),
        TEST(flush_returns_when_all_before_it_is_done_although_more_comes, setup_two),
    };
    return cmocka_run_group_tests_name("kinds", tests, NULL, NULL);
}
