/* SPDX-License-Identifier: BSD-3-Clause */
/* A task that holds its worker delays its own lane alone; lanes go to other workers and come back.
 */
#include "integration/lanes_fixture.h"

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
