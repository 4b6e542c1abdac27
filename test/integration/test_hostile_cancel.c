/* SPDX-License-Identifier: BSD-3-Clause */
/* Clients that cancel what they please, give memory back under their periodic tasks, or die in the
 * middle. None of it reaches anybody else's tasks. */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <chimaera/container.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <test/kinds/kinds_client.h>
#include <time.h>
#include <unistd.h>

#include "shm/extents.h"
#include "support/daemon.h"
#include "support/process.h"
#include "support/raw_client.h"

#define MS   1000000ull
#define HOUR (3600000ull * MS)

static chi_pool_id_t pool;
static struct chi_test_raw raw;

static int setup(void **state)
{
    chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_kinds_create("kinds", &pool), 0);
    chi_test_raw_attach(&raw);
    return 0;
}

static int teardown(void **state)
{
    chi_test_raw_detach(&raw);
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

static int ask_cancel(void)
{
    const struct chi_control_request request = {.magic = CHI_CONTROL_MAGIC,
                                                .type = CHI_CONTROL_CANCEL};
    return chi_test_raw_request(raw.control, &request, NULL);
}

/* ---- a well-behaved client beside it */

static struct test_kinds_wait_task *submit_wait(void)
{
    struct test_kinds_wait_task *task = CHI_TASK_NEW(test_kinds_wait, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = 1;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return task;
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

static void cancel_and_join(struct test_kinds_wait_task *task)
{
    assert_false(chi_task_done(&task->base));
    assert_int_equal(chi_task_cancel(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), -ECANCELED);
    chi_task_del(&task->base);
}

/* ---- tests */

static void marks_on_others_tasks_are_not_looked_at(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = submit_wait();
    until_waiting(1);
    assert_int_equal(ask_cancel(), 0); /* of nothing: it has no tasks */
    /* It can write to the other's memory, and so harm it; but it has to guess the word: a request
     * of its own does not make anybody look at tasks of clients that cancel nothing. */
    struct chi_task *theirs =
        (void *)(raw.base[CHI_SEGMENT_MAIN] + chi_shm_offset(chi_shm_ptr_of(task)));
    atomic_fetch_or(&theirs->state, CHI_TASK_CANCEL);
    assert_int_equal(ask_cancel(), 0);
    /* A task of its own that is cancelled shows that both workers have looked. */
    uint64_t offset;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    for (uint32_t lane = 0; lane < 2; lane++) {
        struct test_kinds_wait_task *own =
            chi_test_raw_task(&raw, offset, sizeof(*own), TEST_KINDS_METHOD_WAIT, pool);
        own->lane = lane;
        chi_test_raw_push(&raw, offset / CHI_CACHE_LINE);
        until_waiting(2);
        atomic_fetch_or(&own->base.state, CHI_TASK_CANCEL);
        assert_int_equal(ask_cancel(), 0);
        assert_int_equal(chi_test_raw_wait(&own->base), -ECANCELED);
    }
    atomic_fetch_and(&theirs->state, ~(uint32_t)CHI_TASK_CANCEL);
    cancel_and_join(task);
}

static void a_flood_of_requests_leaves_others_most_of_the_time(void **state)
{
    enum { ROUNDS = 2000 };
    uint64_t offset;
    (void)state;
    struct test_kinds_wait_task *task = submit_wait();
    until_waiting(1);
    /* Many records to look over, in the lanes of both workers. */
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 8, &offset), 0);
    for (uint32_t i = 0; i < 1000; i++) {
        struct test_kinds_wait_task *one =
            chi_test_raw_task(&raw, offset + i * 256, sizeof(*one), TEST_KINDS_METHOD_WAIT, pool);
        assert_true(sizeof(*one) <= 256);
        one->lane = i;
        chi_test_raw_push(&raw, (offset + i * 256) / CHI_CACHE_LINE);
    }
    for (int i = 0; i < ROUNDS; i++) {
        assert_int_equal(ask_cancel(), 0);
        if (i % 100 == 0)
            chi_task_del(&trace()->base); /* others are served meanwhile */
    }
    for (uint32_t i = 0; i < 1000; i++) {
        struct chi_task *one = (void *)(raw.base[CHI_SEGMENT_MAIN] + offset + i * 256);
        atomic_fetch_or(&one->state, CHI_TASK_CANCEL);
    }
    assert_int_equal(ask_cancel(), 0);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(chi_test_raw_wait((void *)(raw.base[CHI_SEGMENT_MAIN] + offset + i * 256)),
                         -ECANCELED);
    cancel_and_join(task);
}

static void marks_from_the_start_and_nonsense_flags_end_the_task_alone(void **state)
{
    static const struct {
        uint32_t state;
        uint16_t flags;
        uint64_t time;
        int code;
    } cases[] = {
        {CHI_TASK_QUEUED | CHI_TASK_CANCEL, 0, 0, -ECANCELED},
        {CHI_TASK_QUEUED, CHI_TASK_TIMED | CHI_TASK_PERIODIC, MS, CHI_EBADTASK},
        {CHI_TASK_QUEUED, CHI_TASK_PERIODIC, 0, CHI_EBADTASK},
        {CHI_TASK_QUEUED, CHI_TASK_TIMED, 0, -ETIMEDOUT},
        {CHI_TASK_QUEUED, CHI_TASK_TIMED, UINT64_MAX, 0},
        {CHI_TASK_QUEUED, 0xFFFF & ~(CHI_TASK_TIMED | CHI_TASK_PERIODIC), 5, 0},
        {UINT32_MAX & ~(uint32_t)CHI_TASK_CANCEL, 0, 0, 0},
    };
    uint64_t offset;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct test_kinds_note_task *task =
            chi_test_raw_task(&raw, offset, sizeof(*task), TEST_KINDS_METHOD_NOTE, pool);
        task->base.flags = cases[i].flags;
        task->base.deadline_ns = cases[i].time; /* or the period */
        atomic_store(&task->base.state, cases[i].state);
        chi_test_raw_push(&raw, offset / CHI_CACHE_LINE);
        assert_int_equal(chi_test_raw_wait(&task->base), cases[i].code);
    }
}

static void the_fastest_periodic_task_leaves_room_for_others(void **state)
{
    uint64_t offset;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    struct test_kinds_tick_task *task =
        chi_test_raw_task(&raw, offset, sizeof(*task), TEST_KINDS_METHOD_TICK, pool);
    task->base.flags = CHI_TASK_PERIODIC;
    task->base.period_ns = 1;
    chi_test_raw_push(&raw, offset / CHI_CACHE_LINE);
    while (ticks() < 1000)
        sched_yield();
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    atomic_fetch_or(&task->base.state, CHI_TASK_CANCEL);
    assert_int_equal(ask_cancel(), 0);
    assert_int_equal(chi_test_raw_wait(&task->base), -ECANCELED);
}

static void periodic_flushes_are_refused(void **state)
{
    (void)state;
    struct chi_task *task =
        chi_task_new(&chimaera_admin_flush_schema, CHI_ADMIN_POOL_ID, chi_pool_query_local());
    assert_int_equal(chi_task_set_period(task, MS), 0);
    assert_int_equal(chi_task_enqueue(task), 0);
    assert_int_equal(chi_task_wait(task), -EINVAL);
    chi_task_del(task);
}

static int release(uint32_t segment, uint64_t offset, uint32_t units)
{
    const struct chi_control_request request = {.magic = CHI_CONTROL_MAGIC,
                                                .type = CHI_CONTROL_RELEASE,
                                                .segment = segment,
                                                .first = (uint32_t)(offset / CHI_EXTENT_UNIT),
                                                .units = units};
    return chi_test_raw_request(raw.control, &request, NULL);
}

static struct test_kinds_tick_task *push_tick(uint64_t offset, uint64_t buffer, uint64_t period_ns)
{
    struct test_kinds_tick_task *task =
        chi_test_raw_task(&raw, offset, sizeof(*task), TEST_KINDS_METHOD_TICK, pool);
    task->base.flags = CHI_TASK_PERIODIC;
    task->base.period_ns = period_ns;
    task->buffer.data = chi_shm_ptr(CHI_SEGMENT_CLIENT_DATA, buffer);
    task->buffer.size = 1000;
    chi_test_raw_push(&raw, offset / CHI_CACHE_LINE);
    uint64_t before = ticks();
    while (ticks() < before + 3)
        sched_yield();
    return task;
}

static void a_periodic_task_whose_buffer_is_given_back_ends(void **state)
{
    uint64_t offset, buffer;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_CLIENT_DATA, 1, &buffer), 0);
    struct test_kinds_tick_task *task = push_tick(offset, buffer, MS);
    assert_int_equal(release(CHI_SEGMENT_CLIENT_DATA, buffer, 1), 0);
    assert_int_equal(chi_test_raw_wait(&task->base), CHI_EBADPTR);
}

static void a_periodic_task_whose_own_memory_is_given_back_ends_unseen(void **state)
{
    uint64_t offset, buffer;
    struct chi_test_status status;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_CLIENT_DATA, 1, &buffer), 0);
    struct test_kinds_tick_task *task = push_tick(offset, buffer, MS);
    assert_int_equal(release(CHI_SEGMENT_MAIN, offset, 1), 0);
    do
        assert_int_equal(chi_test_status_get(&status), 0);
    while (status.retired[CHI_SEGMENT_MAIN] > 0); /* the grace period did not wait for it */
    uint64_t before = 0, now = 1;
    while (before != now) {
        struct timespec pause = {.tv_nsec = 20 * MS};
        before = ticks();
        nanosleep(&pause, NULL);
        now = ticks();
    }
    /* What lies there now is somebody else's, or nothing: no end was written. */
    assert_int_not_equal(atomic_load(&task->base.state) & CHI_TASK_STATE_MASK, CHI_TASK_DONE);
}

/* Cancels and dies at whichever moment that is; every task waits or is on its way. */
static int cancel_and_die(void *argument)
{
    int round = *(int *)argument;
    struct test_kinds_wait_task *tasks[40];
    if (chi_client_init() < 0)
        return 1;
    for (int i = 0; i < 40; i++) {
        tasks[i] = CHI_TASK_NEW(test_kinds_wait, pool, chi_pool_query_local());
        tasks[i]->lane = (uint32_t)i;
        tasks[i]->how = (uint32_t)i % 5;
        if (i % 4 == 0)
            chi_task_set_period(&tasks[i]->base, MS);
        else if (i % 4 == 1)
            chi_task_set_timeout(&tasks[i]->base, MS);
        if (chi_task_enqueue(&tasks[i]->base) < 0)
            return 2;
    }
    for (int i = 0; i < 40; i++) {
        atomic_fetch_or(&tasks[i]->base.state, CHI_TASK_CANCEL);
        if (i == round % 40 && round % 3 == 0)
            raise(SIGKILL); /* marked, nobody told */
        if (chi_task_cancel(&tasks[i]->base) < 0)
            return 3;
        if (i == round % 40)
            raise(SIGKILL);
    }
    return 4;
}

static void clients_that_die_while_they_cancel_leave_nothing_of_what_was_told(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = submit_wait();
    until_waiting(1);
    for (int i = 0; i < 20; i++) {
        int all = 79; /* it dies when everything is marked and told */
        assert_int_equal(chi_test_in_child(cancel_and_die, &all), -SIGKILL);
        until_waiting(1);
    }
    cancel_and_join(task);
}

static void clients_that_die_between_mark_and_request_harm_nobody(void **state)
{
    (void)state;
    struct test_kinds_wait_task *task = submit_wait();
    until_waiting(1);
    for (int round = 0; round < 40; round++)
        assert_int_equal(chi_test_in_child(cancel_and_die, &round), -SIGKILL);
    /* What they left waiting waits on; with its pool it ends. */
    const struct chimaera_admin_destroy_spec spec = {.pool_id = pool, .cancel = true};
    assert_int_equal(chimaera_admin_destroy_pool_with(chi_pool_query_local(), &spec), 0);
    assert_int_equal(chi_task_wait(&task->base), -ECANCELED);
    chi_task_del(&task->base);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(marks_on_others_tasks_are_not_looked_at),
        TEST(a_flood_of_requests_leaves_others_most_of_the_time),
        TEST(marks_from_the_start_and_nonsense_flags_end_the_task_alone),
        TEST(the_fastest_periodic_task_leaves_room_for_others),
        TEST(periodic_flushes_are_refused),
        TEST(a_periodic_task_whose_buffer_is_given_back_ends),
        TEST(a_periodic_task_whose_own_memory_is_given_back_ends_unseen),
        TEST(clients_that_die_while_they_cancel_leave_nothing_of_what_was_told),
        TEST(clients_that_die_between_mark_and_request_harm_nobody),
    };
    return cmocka_run_group_tests_name("hostile_cancel", tests, NULL, NULL);
}
