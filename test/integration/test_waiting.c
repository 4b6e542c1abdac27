/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting for tasks, and not waiting for them: timeouts, any of several, descriptors, giving up. */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "support/daemon.h"

#define MS      1000000ull
#define FOREVER UINT64_MAX

static chi_pool_id_t pool;

static int setup(void **state)
{
    chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    return 0;
}

static int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

/* A task that stays until its gate is opened. */
static struct chi_task *gate(uint32_t number)
{
    struct test_probe_gate_task *task = CHI_TASK_NEW(test_probe_gate, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = number;
    task->gate = number;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return &task->base;
}

static void move(uint32_t number, uint32_t shut)
{
    struct test_probe_open_task *task = CHI_TASK_NEW(test_probe_open, pool, chi_pool_query_local());
    assert_non_null(task);
    task->gate = number;
    task->shut = shut;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    chi_task_del(&task->base);
}

static struct chi_task *nop(void)
{
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    assert_non_null(task);
    return task;
}

static void a_wait_that_times_out_can_be_taken_up_again(void **state)
{
    (void)state;
    struct chi_task *task = gate(0);
    assert_int_equal(chi_task_wait_for(task, 0), -ETIMEDOUT);
    assert_int_equal(chi_task_wait_for(task, 1), -ETIMEDOUT);
    assert_int_equal(chi_task_wait_for(task, 5 * MS), -ETIMEDOUT);
    assert_false(chi_task_done(task));
    move(0, 0);
    assert_int_equal(chi_task_wait_for(task, FOREVER), 0);
    assert_true(chi_task_done(task));
    assert_int_equal(chi_task_wait_for(task, 0), 0);
    assert_int_equal(chi_task_wait(task), 0);
    chi_task_del(task);
}

static void a_task_deleted_in_flight_is_freed_when_it_is_done(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct chi_task *task = gate((uint32_t)i % 8);
        if (i % 2 == 0)
            assert_int_equal(chi_task_wait_for(task, 1), -ETIMEDOUT);
        chi_task_del(task);
    }
    for (uint32_t i = 0; i < 8; i++)
        move(i, 0);
} /* teardown sees the memory come back */

static void one_done_among_many_ends_wait_any(void **state)
{
    enum { TASKS = 16 };
    struct chi_task *tasks[TASKS];
    size_t index = 99;

    (void)state;
    for (uint32_t i = 0; i < TASKS; i++)
        tasks[i] = gate(i);
    assert_int_equal(chi_task_wait_any(tasks, TASKS, 0, &index), -ETIMEDOUT);
    assert_int_equal(chi_task_wait_any(tasks, TASKS, 2 * MS, &index), -ETIMEDOUT);
    assert_int_equal(index, 99);
    for (uint32_t i = TASKS; i-- > 0;) {
        move(i, 0);
        assert_int_equal(chi_task_wait_any(tasks, TASKS, FOREVER, &index), 0);
        assert_int_equal(index, i);
        chi_task_del(tasks[i]);
        tasks[i] = NULL;
    }
    assert_int_equal(chi_task_wait_any(tasks, TASKS, FOREVER, &index), -EINVAL);
    assert_int_equal(chi_task_wait_any(tasks, 0, FOREVER, &index), -EINVAL);
}

struct opener {
    pthread_t thread;
    uint32_t gate;
};

static void *open_later(void *argument)
{
    struct opener *opener = argument;
    usleep(20000); /* long enough that the waiter sleeps; nothing depends on it */
    struct test_probe_open_task *task = CHI_TASK_NEW(test_probe_open, pool, chi_pool_query_local());
    if (task == NULL)
        return NULL;
    task->gate = opener->gate;
    if (chi_task_enqueue(&task->base) == 0)
        chi_task_wait(&task->base);
    chi_task_del(&task->base);
    return NULL;
}

static void a_sleeping_wait_any_is_woken(void **state)
{
    enum { TASKS = 4 };
    struct chi_task *tasks[TASKS];
    struct opener opener = {.gate = 2};
    size_t index = 99;

    (void)state;
    for (uint32_t i = 0; i < TASKS; i++)
        tasks[i] = gate(i);
    assert_int_equal(pthread_create(&opener.thread, NULL, open_later, &opener), 0);
    assert_int_equal(chi_task_wait_any(tasks, TASKS, FOREVER, &index), 0);
    assert_int_equal(index, 2);
    pthread_join(opener.thread, NULL);
    for (uint32_t i = 0; i < TASKS; i++) {
        move(i, 0);
        assert_int_equal(chi_task_wait(tasks[i]), 0);
        chi_task_del(tasks[i]);
    }
}

static void *wait_for_task(void *task)
{
    return (void *)(intptr_t)chi_task_wait(task);
}

static void several_threads_may_wait_for_one_task(void **state)
{
    pthread_t threads[4];
    (void)state;
    struct chi_task *task = gate(0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, wait_for_task, task), 0);
    usleep(5000); /* some sleep by then, some may not; both must end */
    move(0, 0);
    for (int i = 0; i < 4; i++) {
        void *result = (void *)1;
        pthread_join(threads[i], &result);
        assert_ptr_equal(result, NULL);
    }
    chi_task_del(task);
}

static void a_task_seen_by_wait_any_before_it_was_submitted_can_be_submitted(void **state)
{
    struct chi_task *tasks[2];
    size_t index;
    (void)state;
    tasks[0] = gate(0);
    tasks[1] = nop();
    assert_int_equal(chi_task_wait_any(tasks, 2, 1 * MS, &index), -ETIMEDOUT);
    assert_int_equal(chi_task_enqueue(tasks[1]), 0);
    assert_int_equal(chi_task_wait_any(tasks, 2, FOREVER, &index), 0);
    assert_int_equal(index, 1);
    move(0, 0);
    assert_int_equal(chi_task_wait(tasks[0]), 0);
    chi_task_del(tasks[0]);
    chi_task_del(tasks[1]);
}

static void wait_any_skips_tasks_that_were_never_submitted(void **state)
{
    struct chi_task *tasks[3] = {nop(), NULL, nop()};
    size_t index = 99;
    (void)state;
    assert_int_equal(chi_task_enqueue(tasks[2]), 0);
    assert_int_equal(chi_task_wait_any(tasks, 3, FOREVER, &index), 0);
    assert_int_equal(index, 2);
    chi_task_del(tasks[0]);
    chi_task_del(tasks[2]);
}

/* ---- the event descriptor */

static bool readable(int fd, int timeout_ms)
{
    struct pollfd event = {.fd = fd, .events = POLLIN};
    return poll(&event, 1, timeout_ms) == 1;
}

static void notify_makes_the_event_descriptor_readable(void **state)
{
    uint64_t value;
    int fd = chi_client_event_fd();

    (void)state;
    assert_true(fd >= 0);
    assert_false(readable(fd, 0));
    struct chi_task *task = gate(0);
    assert_int_equal(chi_task_notify(task), 0);
    assert_false(readable(fd, 0));
    move(0, 0);
    assert_true(readable(fd, -1));
    assert_true(chi_task_done(task));
    assert_int_equal(read(fd, &value, sizeof(value)), sizeof(value));
    assert_false(readable(fd, 0));
    assert_int_equal(chi_task_notify(task), 1); /* done already: nothing will come */
    assert_false(readable(fd, 0));
    assert_int_equal(chi_task_wait(task), 0);
    chi_task_del(task);
}

static void only_tasks_that_were_marked_notify(void **state)
{
    (void)state;
    struct chi_task *task = nop();
    assert_int_equal(chi_task_enqueue(task), 0);
    assert_int_equal(chi_task_wait(task), 0);
    chi_task_del(task);
    assert_false(readable(chi_client_event_fd(), 0));
}

/* ---- fire and forget */

static void a_million_forgotten_tasks_leave_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 1000000;) {
        struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
        int rc = task != NULL ? chi_task_fire_and_forget(task) : chi_last_error_code();
        if (rc == -EAGAIN || rc == -ENOMEM) /* we are faster than the daemon */
            sched_yield();
        else
            assert_int_equal(rc, 0);
        i += rc == 0;
    }
    int rc;
    while ((rc = chimaera_admin_flush(chi_pool_query_local())) == -EAGAIN)
        sched_yield(); /* the lane is still full of them */
    assert_int_equal(rc, 0);
} /* teardown sees the memory come back */

static void a_forgotten_task_that_cannot_run_leaves_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct chi_task *task =
            chi_task_new(&test_probe_nop_schema, chi_pool_id(77, 0), chi_pool_query_local());
        assert_int_equal(chi_task_fire_and_forget(task), 0);
    }
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
}

static void a_forgotten_task_with_big_outputs_gives_them_back(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        struct test_probe_big_output_task *task =
            CHI_TASK_NEW(test_probe_big_output, pool, chi_pool_query_local());
        task->size = 100000;
        assert_int_equal(chi_task_fire_and_forget(&task->base), 0);
    }
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    /* The client frees them with its next tasks; a few at a time. */
    for (int i = 0; i < 400; i++) {
        struct chi_task *task = nop();
        assert_int_equal(chi_task_enqueue(task), 0);
        assert_int_equal(chi_task_wait(task), 0);
        chi_task_del(task);
    }
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    struct chi_test_status status;
    assert_int_equal(chi_test_status_get(&status), 0);
    assert_int_equal(status.lent, 0);
    assert_int_equal(status.client_lent, 0);
}

/* ---- flush */

struct child {
    pthread_t thread;
    int rc;
};

static void *flush(void *argument)
{
    struct child *child = argument;
    child->rc = chimaera_admin_flush(chi_pool_query_local());
    return NULL;
}

static void flush_returns_after_what_was_submitted_before(void **state)
{
    struct chi_task *tasks[64];
    (void)state;
    for (int i = 0; i < 64; i++) {
        struct test_probe_sleep_task *task =
            CHI_TASK_NEW(test_probe_sleep, pool, chi_pool_query_local());
        task->lane = (uint32_t)i;
        task->duration_ns = (uint64_t)(i % 8) * 5 * MS;
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        tasks[i] = &task->base;
    }
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    for (int i = 0; i < 64; i++) {
        assert_true(chi_task_done(tasks[i]));
        chi_task_del(tasks[i]);
    }
}

static void many_flushes_at_once_all_return(void **state)
{
    enum { THREADS = 8 };
    struct child children[THREADS];
    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&children[i].thread, NULL, flush, &children[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(children[i].thread, NULL);
        assert_int_equal(children[i].rc, 0);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_wait_that_times_out_can_be_taken_up_again),
        TEST(a_task_deleted_in_flight_is_freed_when_it_is_done),
        TEST(one_done_among_many_ends_wait_any),
        TEST(a_sleeping_wait_any_is_woken),
        TEST(several_threads_may_wait_for_one_task),
        TEST(a_task_seen_by_wait_any_before_it_was_submitted_can_be_submitted),
        TEST(wait_any_skips_tasks_that_were_never_submitted),
        TEST(notify_makes_the_event_descriptor_readable),
        TEST(only_tasks_that_were_marked_notify),
        TEST(a_million_forgotten_tasks_leave_nothing),
        TEST(a_forgotten_task_that_cannot_run_leaves_nothing),
        TEST(a_forgotten_task_with_big_outputs_gives_them_back),
        TEST(flush_returns_after_what_was_submitted_before),
        TEST(many_flushes_at_once_all_return),
    };
    return cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
}
