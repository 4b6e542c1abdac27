/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lanes: a task that holds its worker delays its own lane alone; lanes go to other workers and come
 * back; order and "one at a time" hold on the way. Nothing here counts time: a task is held until
 * the test lets go of it, so what would have to wait for it would wait for ever.
 */
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

static int setup_with(void **state, const char *yaml)
{
    chi_test_daemon_setup(state, yaml);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", LANES, &pool), 0);
    return 0;
}

static int setup_two(void **state)
{
    return setup_with(state, WORKERS(2, 0, 10));
}

static int setup_three(void **state)
{
    return setup_with(state, WORKERS(3, 0, 10));
}

static int setup_one_of_each(void **state)
{
    return setup_with(state, WORKERS(1, 1, 10));
}

static int setup_eager(void **state)
{
    return setup_with(state, WORKERS(3, 1, 1));
}

static int setup_off(void **state)
{
    return setup_with(state, WORKERS(2, 0, 0));
}

static int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

/* A number of one of the probe pool's lanes. */
static uint32_t lane_number(const char *json, uint32_t lane, const char *key)
{
    char path[64];
    snprintf(path, sizeof(path), "pools[name=probe].queues[0].lanes[%u].%s", lane, key);
    double number = chi_test_json_number(json, path);
    assert_true(number >= 0);
    return (uint32_t)number;
}

/* The `n`th lane of that worker. */
static uint32_t lane_of(uint32_t worker, uint32_t n)
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

static uint64_t worker_sum(const char *key)
{
    uint64_t count;
    char *json = chi_test_status_text();
    assert_non_null(json);
    double sum = chi_test_json_sum(json, "workers", key, &count);
    free(json);
    return (uint64_t)sum;
}

/* Until the lanes of all workers are at home again. */
static void await_home(uint32_t workers)
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
static struct held hold(uint32_t lane, uint32_t spawn)
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

static void let_go(struct held *held)
{
    _Atomic(uint8_t) *flag = chi_buffer_data(&held->flag);
    uint32_t spawn = held->task->spawn;
    atomic_store(&flag[0], 1);
    assert_int_equal(chi_task_wait(&held->task->base), 0);
    assert_int_equal(held->task->spawned, spawn);
    chi_task_del(&held->task->base);
    chi_buffer_free(&held->flag);
}

static struct test_probe_record_task *record_async(uint32_t lane, uint32_t yields)
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

static struct ran finish(struct test_probe_record_task *task)
{
    assert_int_equal(chi_task_wait(&task->base), 0);
    struct ran ran = {task->place, task->thread};
    chi_task_del(&task->base);
    return ran;
}

static struct ran record(uint32_t lane)
{
    return finish(record_async(lane, 0));
}

static struct test_probe_gate_task *gate_async(uint32_t lane, uint32_t gate)
{
    struct test_probe_gate_task *task = CHI_TASK_NEW(test_probe_gate, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = lane;
    task->gate = gate;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return task;
}

static void open_gate(uint32_t lane, uint32_t gate)
{
    struct test_probe_open_task *task = CHI_TASK_NEW(test_probe_open, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = lane;
    task->gate = gate;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    chi_task_del(&task->base);
}

static void await_parked(uint64_t count)
{
    while (worker_sum("parked") < count)
        sched_yield();
}

/* ---- a task that holds its worker */

static void a_task_that_holds_its_worker_delays_its_own_lane_alone(void **state)
{
    enum { EACH = 20 };
    struct test_probe_record_task *own[EACH], *others[LANES][EACH];
    (void)state;
    for (uint32_t worker = 0; worker < 2; worker++) {
        uint32_t lane = lane_of(worker, 0);
        uint64_t before[LANES];
        for (uint32_t l = 0; l < LANES; l++)
            before[l] = record(l).place;
        struct held held = hold(lane, 0);
        for (uint32_t i = 0; i < EACH; i++) {
            own[i] = record_async(lane, 0);
            for (uint32_t l = 0; l < LANES; l++)
                others[l][i] = l != lane ? record_async(l, i % 3) : NULL;
        }
        for (uint32_t i = 0; i < EACH; i++)
            for (uint32_t l = 0; l < LANES; l++)
                if (l != lane)
                    assert_int_equal(finish(others[l][i]).place, before[l] + 1 + i);
        for (uint32_t i = 0; i < EACH; i++)
            assert_false(chi_task_done(&own[i]->base));
        assert_int_equal(worker_sum("stalls"), worker + 1);
        assert_int_equal(worker_sum("moves"), worker + 1);
        let_go(&held);
        for (uint32_t i = 0; i < EACH; i++)
            assert_int_equal(finish(own[i]).place, before[lane] + 1 + i);
        await_home(2);
    }
}

static void lanes_come_back_to_their_worker(void **state)
{
    (void)state;
    uint32_t held_lane = lane_of(0, 0), lane = lane_of(0, 1), other = lane_of(1, 0);
    uint32_t first = record(lane).thread, second = record(other).thread;
    assert_int_not_equal(first, second);
    for (int i = 0; i < 5; i++) {
        struct held held = hold(held_lane, 0);
        assert_int_equal(record(lane).thread, second);
        let_go(&held);
        assert_int_equal(record(lane).thread, first);
        assert_int_equal(record(held_lane).thread, first);
    }
}

/* ---- clients during a stall */

static void *use_all_free_lanes(void *argument)
{
    uint32_t held_lane = *(uint32_t *)argument;
    uintptr_t wrong = 0;
    for (uint32_t i = 0; i < 200; i++) {
        struct test_probe_record_task *task =
            CHI_TASK_NEW(test_probe_record, pool, chi_pool_query_local());
        task->lane = i % LANES == held_lane ? (i + 1) % LANES : i % LANES;
        wrong += chi_task_enqueue(&task->base) != 0 || chi_task_wait(&task->base) != 0;
        chi_task_del(&task->base);
    }
    return (void *)wrong;
}

static void every_thread_of_a_client_is_served_meanwhile(void **state)
{
    pthread_t threads[4]; /* on all of the client's lanes to the daemon */
    (void)state;
    uint32_t lane = lane_of(0, 0);
    struct held held = hold(lane, 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_all_free_lanes, &lane), 0);
    for (int i = 0; i < 4; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    let_go(&held);
}

static int attach_and_work(void *argument)
{
    if (chi_client_init() != 0)
        return 1;
    void *wrong = use_all_free_lanes(argument);
    chi_client_fini();
    return wrong == NULL ? 0 : 2;
}

static void clients_come_and_go_meanwhile(void **state)
{
    struct chi_test_status status;
    (void)state;
    uint32_t lane = lane_of(1, 0);
    struct held held = hold(lane, 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(chi_test_in_child(attach_and_work, &lane), 0);
    do /* the slots come back, although that takes a word from every worker */
        assert_int_equal(chi_test_status_get(&status), 0);
    while (status.clients > 1);
    let_go(&held);
}

static int die_with_tasks_queued(void *argument)
{
    if (chi_client_init() != 0)
        return 1;
    for (uint32_t i = 0; i < 50; i++)
        record_async(i % 2 == 0 ? *(uint32_t *)argument : i % LANES, i % 3);
    raise(SIGKILL);
    return 2;
}

static void a_client_that_dies_meanwhile_leaves_nothing(void **state)
{
    (void)state;
    uint32_t lane = lane_of(0, 0);
    struct held held = hold(lane, 0);
    assert_int_equal(chi_test_in_child(die_with_tasks_queued, &lane), -SIGKILL);
    record(lane_of(0, 1));
    let_go(&held); /* the teardown sees to it that all came back */
}

/* ---- tasks that wait */

static void tasks_that_wait_there_keep_their_lane(void **state)
{
    (void)state;
    uint32_t held_lane = lane_of(0, 0), lane = lane_of(0, 1), free_lane = lane_of(0, 2);
    uint32_t first = record(lane).thread;
    struct test_probe_gate_task *gate = gate_async(lane, 0);
    await_parked(1);
    struct held held = hold(held_lane, 0);
    assert_int_not_equal(record(free_lane).thread, first);
    open_gate(free_lane, 0); /* its fiber is ready; its thread is not */
    struct test_probe_record_task *behind[10];
    uint64_t place = 0;
    for (int i = 0; i < 10; i++)
        behind[i] = record_async(lane, i % 2);
    record(free_lane); /* the others have been routed */
    assert_false(chi_task_done(&gate->base));
    for (int i = 0; i < 10; i++)
        assert_false(chi_task_done(&behind[i]->base));
    let_go(&held);
    assert_int_equal(chi_task_wait(&gate->base), 0);
    chi_task_del(&gate->base);
    for (int i = 0; i < 10; i++) {
        struct ran ran = finish(behind[i]);
        assert_int_equal(ran.thread, first); /* beside the one that waited: never at once */
        assert_true(i == 0 || ran.place == place + 1);
        place = ran.place;
    }
}

static void a_lane_follows_its_tasks_that_wait_elsewhere(void **state)
{
    (void)state;
    uint32_t held_lane = lane_of(0, 0), lane = lane_of(0, 1), other = lane_of(1, 0);
    uint32_t first = record(lane).thread, second = record(other).thread;
    struct held held = hold(held_lane, 0);
    assert_int_equal(record(lane).thread, second);
    struct test_probe_gate_task *gate = gate_async(lane, 1);
    await_parked(1);
    let_go(&held);
    await_home(2);
    assert_int_equal(record(held_lane).thread, first);
    uint64_t place = record(lane).place;
    struct test_probe_record_task *behind[10];
    for (int i = 0; i < 10; i++)
        behind[i] = record_async(lane, i % 3);
    for (int i = 0; i < 10; i++) {
        struct ran ran = finish(behind[i]);
        assert_int_equal(ran.thread, second); /* where the one waits */
        assert_int_equal(ran.place, place + 1 + (uint64_t)i);
    }
    open_gate(held_lane, 1);
    assert_int_equal(chi_task_wait(&gate->base), 0);
    chi_task_del(&gate->base);
    assert_int_equal(record(lane).thread, first); /* the first one after it */
}

static void a_stalled_handler_makes_subtasks_when_it_goes_on(void **state)
{
    (void)state;
    for (uint32_t worker = 0; worker < 2; worker++) {
        uint32_t lane = lane_of(worker, 0);
        uint64_t moves = worker_sum("moves");
        struct held held = hold(lane, 40);
        record(lane_of(worker, 1)); /* on another worker by now */
        assert_true(worker_sum("moves") > moves);
        let_go(&held); /* makes tasks for all lanes, its own too, and waits for them */
        record(lane);
    }
}

/* ---- tasks that end before they begin, while their lane's thread is held */

static void tasks_queued_behind_the_one_that_holds_the_worker_can_be_cancelled(void **state)
{
    enum { EACH = 10 };
    struct test_probe_record_task *own[EACH], *behind[EACH];
    (void)state;
    uint32_t held_lane = lane_of(0, 0), lane = lane_of(0, 1), free_lane = lane_of(0, 2);
    uint64_t place = record(held_lane).place, other_place = record(lane).place;
    struct test_probe_gate_task *gate = gate_async(lane, 2);
    await_parked(1); /* so that this lane's tasks wait for the held thread, too */
    struct held held = hold(held_lane, 0);
    for (int i = 0; i < EACH; i++) {
        own[i] = record_async(held_lane, 0);
        behind[i] = record_async(lane, 0);
    }
    record(free_lane); /* the others have been routed */
    for (int i = 0; i < EACH; i += 2) {
        assert_int_equal(chi_task_cancel(&own[i]->base), 0);
        assert_int_equal(chi_task_cancel(&behind[i]->base), 0);
        assert_int_equal(chi_task_wait(&own[i]->base), -ECANCELED);
        assert_int_equal(chi_task_wait(&behind[i]->base), -ECANCELED);
        chi_task_del(&own[i]->base);
        chi_task_del(&behind[i]->base);
    }
    struct test_probe_record_task *late = record_async(held_lane, 0);
    assert_int_equal(chi_task_cancel(&late->base), 0); /* perhaps before it has arrived */
    assert_int_equal(chi_task_wait(&late->base), -ECANCELED);
    chi_task_del(&late->base);
    for (int i = 1; i < EACH; i += 2) {
        assert_false(chi_task_done(&own[i]->base));
        assert_false(chi_task_done(&behind[i]->base));
    }
    open_gate(free_lane, 2);
    let_go(&held);
    assert_int_equal(chi_task_wait(&gate->base), 0);
    chi_task_del(&gate->base);
    for (int i = 1; i < EACH; i += 2) {
        assert_int_equal(finish(own[i]).place, ++place);
        assert_int_equal(finish(behind[i]).place, ++other_place);
    }
}

static void a_deadline_passes_while_the_lane_is_away(void **state)
{
    (void)state;
    uint32_t held_lane = lane_of(0, 0);
    struct held held = hold(held_lane, 0);
    record(lane_of(0, 1));
    struct test_probe_record_task *late =
        CHI_TASK_NEW(test_probe_record, pool, chi_pool_query_local());
    late->lane = held_lane;
    assert_int_equal(chi_task_set_timeout(&late->base, 20000000), 0);
    assert_int_equal(chi_task_enqueue(&late->base), 0);
    assert_int_equal(chi_task_wait(&late->base), -ETIMEDOUT);
    chi_task_del(&late->base);
    let_go(&held);
}

static void runs_of_a_periodic_task_leave_their_lane(void **state)
{
    (void)state;
    uint32_t lane = lane_of(0, 1), second = record(lane_of(1, 0)).thread;
    uint64_t place = record(lane).place;
    struct test_probe_record_task *task =
        CHI_TASK_NEW(test_probe_record, pool, chi_pool_query_local());
    task->lane = lane;
    task->yields = 1; /* each run is tied to its thread until its end */
    assert_int_equal(chi_task_set_period(&task->base, 1000000), 0);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    while (record(lane).place < place + 20)
        sched_yield();
    assert_int_equal(chi_task_cancel(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), -ECANCELED);
    chi_task_del(&task->base);
    struct held held = hold(lane_of(0, 0), 0);
    assert_int_equal(record(lane).thread, second); /* nothing ties the lane to its worker */
    let_go(&held);
}

/* ---- while nothing happens */

static ssize_t read_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return -1;
    size_t length = fread(text, 1, size - 1, file);
    fclose(file);
    text[length] = 0;
    return (ssize_t)length;
}

/* The timeout with which the daemon's control thread waits now; INT_MIN where it does not wait. */
static int control_timeout(pid_t pid)
{
    char path[64], text[256];
    int timeout = INT_MIN;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    assert_non_null(tasks);
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        long number;
        unsigned long arguments[4];
        snprintf(path, sizeof(path), "/proc/%d/task/%.10s/comm", (int)pid, task->d_name);
        if (read_text(path, text, sizeof(text)) < 0 || strcmp(text, "chi-control\n") != 0)
            continue;
        snprintf(path, sizeof(path), "/proc/%d/task/%.10s/syscall", (int)pid, task->d_name);
        assert_true(read_text(path, text, sizeof(text)) > 0);
        if (sscanf(text, "%ld %lx %lx %lx %lx", &number, &arguments[0], &arguments[1],
                   &arguments[2], &arguments[3]) == 5)
            timeout = (int)arguments[3];
    }
    closedir(tasks);
    return timeout;
}

/* Whether it waits for less than stall_ms. */
static bool is_watching(pid_t pid)
{
    int timeout = control_timeout(pid);
    return timeout >= 0 && timeout <= 10;
}

static void the_control_thread_looks_at_workers_only_while_one_works(void **state)
{
    struct chi_test_daemon *daemon = *state;
    uint32_t held_lane = lane_of(0, 0), lane = lane_of(0, 1);
    for (int i = 0; i < 3; i++) {
        /* It looks at the socket's name only. */
        while (control_timeout(daemon->pid) != CHI_LISTENER_CHECK_MS)
            sched_yield();
        struct held held = hold(held_lane, 0);
        while (!is_watching(daemon->pid))
            sched_yield();
        record(lane);
        let_go(&held);
    }
}

/* ---- several stalls */

static void whoever_serves_others_lanes_may_stall_as_well(void **state)
{
    (void)state;
    uint32_t threads[3];
    for (uint32_t w = 0; w < 3; w++)
        threads[w] = record(lane_of(w, 1)).thread;
    struct held first = hold(lane_of(0, 0), 0);
    uint32_t server = record(lane_of(0, 1)).thread;
    uint32_t second = server == threads[1] ? 1 : 2, last = 3 - second;
    struct held guest = hold(lane_of(0, 2), 0); /* a guest's lane, on the second worker */
    for (uint32_t w = 0; w < 3; w++)
        assert_int_equal(record(lane_of(w, 1)).thread, threads[last]);
    struct held third = hold(lane_of(last, 0), 0); /* now nobody is left */
    let_go(&first);                                /* takes the others' lanes on */
    for (uint32_t w = 0; w < 3; w++)
        assert_int_equal(record(lane_of(w, 1)).thread, threads[0]);
    let_go(&third);
    let_go(&guest);
    await_home(3);
    for (uint32_t w = 0; w < 3; w++)
        assert_int_equal(record(lane_of(w, 1)).thread, threads[w]);
    assert_int_equal(record(lane_of(0, 2)).thread, threads[0]);
}

static void a_worker_of_the_other_class_helps_where_there_is_no_other(void **state)
{
    (void)state;
    uint32_t held_lane = lane_of(0, 0), lane = lane_of(0, 1);
    uint32_t first = record(lane).thread;
    struct held held = hold(held_lane, 0);
    assert_int_not_equal(record(lane).thread, first);
    let_go(&held);
    assert_int_equal(record(lane).thread, first);
}

static void with_0_lanes_stay_where_they_are(void **state)
{
    (void)state;
    uint32_t lane = lane_of(0, 1);
    uint32_t first = record(lane).thread;
    struct held held = hold(lane_of(0, 0), 0);
    struct test_probe_record_task *waits = record_async(lane, 0);
    struct timespec pause = {.tv_nsec = 30000000};
    nanosleep(&pause, NULL); /* three times what is enough in the tests above */
    assert_false(chi_task_done(&waits->base));
    assert_int_equal(worker_sum("stalls"), 0);
    let_go(&held);
    assert_int_equal(finish(waits).thread, first);
}

/* ---- at random */

struct crowd {
    pthread_t thread;
    uint32_t lane; /* its own: nobody else sends to it */
    uint32_t seed;
    const char *wrong;
};

/* Order on its own lane must be the order it sent in, whatever happens to the lane. */
static void *send_in_order(void *argument)
{
    enum { DEPTH = 8, ROUNDS = 60 };
    struct crowd *crowd = argument;
    struct test_probe_record_task *tasks[DEPTH];
    uint64_t next = UINT64_MAX;

    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < DEPTH; i++) {
            tasks[i] = CHI_TASK_NEW(test_probe_record, pool, chi_pool_query_local());
            tasks[i]->lane = crowd->lane;
            tasks[i]->yields = (crowd->seed = crowd->seed * 1664525 + 1013904223) >> 29;
            if (chi_task_enqueue(&tasks[i]->base) != 0)
                crowd->wrong = "a task was not taken";
        }
        for (uint32_t i = 0; i < DEPTH; i++) {
            if (chi_task_wait(&tasks[i]->base) != 0)
                crowd->wrong = "a task failed";
            if (next != UINT64_MAX && tasks[i]->place != next)
                crowd->wrong = "tasks ran out of order";
            next = tasks[i]->place + 1;
            chi_task_del(&tasks[i]->base);
        }
    }
    return NULL;
}

static void *hold_now_and_then(void *argument)
{
    struct crowd *crowd = argument;
    for (uint32_t i = 0; i < 25; i++) {
        struct chi_buffer flag;
        struct timespec pause = {.tv_nsec = 3000000};
        if (chi_buffer_alloc(2, &flag) != 0)
            return NULL;
        _Atomic(uint8_t) *bytes = chi_buffer_data(&flag);
        atomic_store(&bytes[0], 0);
        struct test_probe_stuck_task *task =
            CHI_TASK_NEW(test_probe_stuck, pool, chi_pool_query_local());
        task->lane = crowd->lane;
        task->flag = flag;
        task->spawn = i % 4 == 0 ? 20 : 0;
        if (chi_task_enqueue(&task->base) != 0)
            crowd->wrong = "a task was not taken";
        nanosleep(&pause, NULL);
        atomic_store(&bytes[0], 1);
        if (chi_task_wait(&task->base) != 0 || task->spawned != task->spawn)
            crowd->wrong = "a task that held its worker failed";
        chi_task_del(&task->base);
        chi_buffer_free(&flag);
    }
    return NULL;
}

static void order_holds_while_lanes_move_at_random(void **state)
{
    struct crowd crowds[LANES] = {{0}};
    (void)state;
    for (uint32_t l = 0; l < LANES; l++) {
        crowds[l] = (struct crowd){.lane = l, .seed = l + 1};
        assert_int_equal(pthread_create(&crowds[l].thread, NULL,
                                        l % 4 == 3 ? hold_now_and_then : send_in_order, &crowds[l]),
                         0);
    }
    for (uint32_t l = 0; l < LANES; l++) {
        pthread_join(crowds[l].thread, NULL);
        if (crowds[l].wrong != NULL)
            fail_msg("lane %u: %s", l, crowds[l].wrong);
    }
    assert_true(worker_sum("moves") > 0);
    await_home(4);
}

static void the_runtime_stops_while_lanes_are_away(void **state)
{
    struct chi_test_daemon *daemon = *state;
    struct held held = hold(lane_of(0, 0), 0);
    record(lane_of(0, 1));
    assert_int_equal(kill(daemon->pid, SIGTERM), 0);
    _Atomic(uint8_t) *flag = chi_buffer_data(&held.flag);
    atomic_store(&flag[0], 1); /* within the grace period */
    assert_int_equal(chi_test_daemon_join(daemon), 0);
    assert_int_equal(chi_task_wait(&held.task->base), 0);
    chi_task_del(&held.task->base);
    chi_buffer_free(&held.flag);
}

#define TEST_ON(test, daemon) cmocka_unit_test_setup_teardown(test, setup_##daemon, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(a_task_that_holds_its_worker_delays_its_own_lane_alone, two),
        TEST_ON(lanes_come_back_to_their_worker, two),
        TEST_ON(every_thread_of_a_client_is_served_meanwhile, two),
        TEST_ON(clients_come_and_go_meanwhile, two),
        TEST_ON(a_client_that_dies_meanwhile_leaves_nothing, two),
        TEST_ON(tasks_that_wait_there_keep_their_lane, two),
        TEST_ON(a_lane_follows_its_tasks_that_wait_elsewhere, two),
        TEST_ON(a_stalled_handler_makes_subtasks_when_it_goes_on, two),
        TEST_ON(tasks_queued_behind_the_one_that_holds_the_worker_can_be_cancelled, two),
        TEST_ON(a_deadline_passes_while_the_lane_is_away, two),
        TEST_ON(runs_of_a_periodic_task_leave_their_lane, two),
        TEST_ON(the_control_thread_looks_at_workers_only_while_one_works, two),
        TEST_ON(whoever_serves_others_lanes_may_stall_as_well, three),
        TEST_ON(a_worker_of_the_other_class_helps_where_there_is_no_other, one_of_each),
        TEST_ON(with_0_lanes_stay_where_they_are, off),
        TEST_ON(order_holds_while_lanes_move_at_random, eager),
        TEST_ON(the_runtime_stops_while_lanes_are_away, two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
