/* SPDX-License-Identifier: BSD-3-Clause */
/* Lanes of held workers: several stalls, at random, and while nothing happens. */
#include "integration/lanes_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(the_control_thread_looks_at_workers_only_while_one_works, two),
        TEST_ON(whoever_serves_others_lanes_may_stall_as_well, three),
        TEST_ON(a_worker_of_the_other_class_helps_where_there_is_no_other, one_of_each),
        TEST_ON(with_0_lanes_stay_where_they_are, off),
        TEST_ON(order_holds_while_lanes_move_at_random, eager),
        TEST_ON(the_runtime_stops_while_lanes_are_away, two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
