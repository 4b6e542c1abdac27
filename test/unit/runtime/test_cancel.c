/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ending tasks before their time, step by step: the test is the worker's thread, so it says what
 * comes before what. One worker, records of its own, no shared memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "runtime/core/counter.h"
#include "runtime/core/current.h"
#include "runtime/core/message.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/core/timers.h"
#include "runtime/module/lane.h"
#include "runtime/module/pool.h"
#include "runtime/module/pool_table.h"
#include "runtime/path/complete.h"
#include "runtime/path/lane_queue.h"
#include "runtime/path/periodic.h"
#include "runtime/path/run.h"
#include "runtime/sched/scheduler.h"
#include "runtime/worker/handover.h"
#include "runtime/worker/lifetime.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/timing.h"
#include "runtime/worker/verdict.h"
#include "runtime/worker/wait_entry.h"
#include "runtime/worker/worker.h"

enum { MANY = 8 };

static struct chi_runtime *runtime;
static struct chi_worker *worker;
static struct chi_origin *origin;
static struct chi_pool pool;
static struct chi_pool_cell cell;
static struct chi_lane lane;
static struct chi_record *records[MANY];

static struct chi_record *make_record(void)
{
    struct chi_record *record = chi_record_new(&worker->caches.records, sizeof(struct chi_task));
    if (record == NULL)
        abort();
    memset((void *)&record->task, 0, sizeof(record->task));
    record->task.method = CHI_METHOD_CUSTOM;
    record->origin = origin;
    record->home = worker;
    record->lane = &lane;
    record->pool = &pool;
    atomic_store(&record->task.state, CHI_TASK_QUEUED);
    chi_worker_count(worker, worker, record);
    CHI_COUNTER_ADD(pool.cells[0].begun, 1);
    return record;
}

static int setup(void **state)
{
    (void)state;
    runtime = calloc(1, sizeof(*runtime));
    runtime->control_fd = -1;
    worker = aligned_alloc(_Alignof(struct chi_worker), sizeof(*worker));
    origin = calloc(1, sizeof(*origin));
    memset(worker, 0, sizeof(*worker));
    worker->runtime = runtime;
    runtime->workers[0] = worker;
    runtime->worker_count = 1;
    runtime->common_room = runtime->clients_room = 100;
    worker->ops = &chi_scheduler_ops;
    chi_worker_init_lists(worker);
    chi_handover_init(worker);
    chi_lane_init_private(&worker->lanes.own, NULL, worker);
    chi_worker_self = worker;
    assert_int_equal(chi_origin_init(runtime, origin, 1), 0);
    atomic_store(&origin->state, CHI_ORIGIN_LIVE);
    memset(&cell, 0, sizeof(cell));
    pool = (struct chi_pool){.state = CHI_POOL_READY, .cells = &cell, .runtime = runtime};
    chi_lane_init_private(&lane, NULL, worker);
    worker->lanes.by_number = calloc((size_t)CHI_RUNG_WORDS * 64, sizeof(*worker->lanes.by_number));
    /* A spare, so that the worker counts as one that takes in tasks. */
    static struct chi_fiber *spare[64];
    worker->fibers.spare = (void *)spare;
    for (int i = 0; i < MANY; i++)
        records[i] = make_record();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(chi_origin_in_flight(runtime, origin), 0);
    assert_int_equal(chi_pool_in_flight(&pool), 0);
    assert_int_equal(atomic_load(&origin->held), 0);
    assert_int_equal(atomic_load(&worker->stats.unstarted), 0);
    assert_int_equal(atomic_load(&worker->stats.unstarted_subtasks), 0);
    assert_int_equal(atomic_load(&lane.waiting), 0);
    assert_true(LIST_EMPTY(&worker->waits.entries));
    for (int i = 0; i < MANY; i++)
        if (records[i] != NULL)
            chi_record_free(&worker->caches.records, records[i]);
    chi_record_cache_fini(&worker->caches.records);
    chi_timers_fini(&worker->waits.timers);
    chi_origin_fini(origin);
    free(worker->lanes.by_number);
    free(origin);
    free(worker);
    free(runtime);
    return 0;
}

static void mark(struct chi_record *record)
{
    atomic_fetch_or(&record->task.state, CHI_TASK_CANCEL);
}

static bool is_done(struct chi_record *record, int code)
{
    return (atomic_load(&record->task.state) & CHI_TASK_STATE_MASK) == CHI_TASK_DONE &&
           record->task.return_code == code;
}

static void handle_all(struct chi_inbox *inbox)
{
    struct chi_message *message = chi_inbox_take(inbox);
    while (message != NULL) {
        struct chi_message *next = STAILQ_NEXT(message, link);
        message->handle(worker, message);
        message = next;
    }
}

static void handle_messages(void)
{
    handle_all(&worker->wake.inbox);
    handle_all(&worker->wake.lane_inbox);
}

static void look(void)
{
    chi_runtime_scan(runtime);
    handle_messages();
}

/* As the scheduler takes them. */
static struct chi_record *take_first(void)
{
    struct chi_message *message = STAILQ_FIRST(&lane.subtasks);
    if (message == NULL)
        return NULL;
    STAILQ_REMOVE_HEAD(&lane.subtasks, link);
    chi_worker_unqueue(worker, &lane, &lane.subtasks);
    return chi_record_of_message(message);
}

static void complete_rest(int from)
{
    for (int i = from; i < MANY; i++)
        chi_worker_complete(worker, records[i], 0);
}

/* ---- in a lane */

static void only_marked_records_leave_a_lane_and_the_rest_keeps_its_order(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++)
        chi_worker_append(worker, &lane, records[i]);
    mark(records[0]);
    mark(records[3]);
    mark(records[MANY - 1]);
    look();
    for (int i = 0; i < MANY; i++)
        assert_int_equal(is_done(records[i], -ECANCELED), i == 0 || i == 3 || i == MANY - 1);
    assert_int_equal(atomic_load(&lane.waiting), MANY - 3);
    struct chi_record *next = make_record(); /* the end of the list is still its end */
    chi_worker_append(worker, &lane, next);
    for (int i = 0; i < MANY; i++) {
        if (i == 0 || i == 3 || i == MANY - 1)
            continue;
        assert_ptr_equal(take_first(), records[i]);
        chi_worker_complete(worker, records[i], 0);
    }
    assert_ptr_equal(take_first(), next);
    chi_worker_complete(worker, next, 0);
    chi_record_free(&worker->caches.records, next);
    assert_null(take_first());
}

static void a_lane_emptied_by_a_look_is_forgotten_before_its_pool_can_go(void **state)
{
    struct chi_lane others[3];
    struct chi_lane *const all[] = {&others[0], &lane, &others[1], &others[2]};
    (void)state;
    for (int i = 0; i < 3; i++)
        chi_lane_init_private(&others[i], NULL, worker);
    for (int i = 0; i < 4; i++) {
        records[i]->lane = all[i];
        chi_worker_append(worker, all[i], records[i]);
    }
    mark(records[1]);
    mark(records[3]); /* in the last one on the list */
    look();
    assert_false(lane.ready);
    assert_false(others[2].ready);
    assert_int_equal(worker->lanes.ready, 2);
    assert_ptr_equal(STAILQ_FIRST(&worker->lanes.unstarted), &others[0]);
    assert_ptr_equal(STAILQ_NEXT(&others[0], link), &others[1]);
    assert_null(STAILQ_NEXT(&others[1], link));
    mark(records[0]);
    mark(records[2]);
    worker->lanes.scan.again_ns = 0;
    look();
    assert_true(STAILQ_EMPTY(&worker->lanes.unstarted));
    assert_int_equal(worker->lanes.ready, 0);
    complete_rest(4);
}

static void a_record_that_arrives_after_the_look_is_noticed_on_arrival(void **state)
{
    (void)state;
    mark(records[0]); /* while on its way to this worker */
    look();
    assert_false(is_done(records[0], -ECANCELED));
    chi_worker_append(worker, &lane, records[0]);
    assert_true(is_done(records[0], -ECANCELED));
    assert_null(take_first());
    complete_rest(1);
}

static void a_record_is_looked_at_again_before_it_starts(void **state)
{
    (void)state;
    look();
    chi_worker_append(worker, &lane, records[0]);
    mark(records[0]); /* and the look that follows has not come yet */
    assert_ptr_equal(take_first(), records[0]);
    chi_worker_run(worker, records[0]); /* would call the handler, which is none */
    assert_true(is_done(records[0], -ECANCELED));
    complete_rest(1);
}

static void a_record_completed_before_the_look_keeps_its_code(void **state)
{
    (void)state;
    mark(records[0]);
    chi_worker_complete(worker, records[0], 7);
    look();
    assert_true(is_done(records[0], 7));
    complete_rest(1);
}

/* ---- in an ingress lane */

/* There is room now, but what came in first may take it; and the worker has not answered the bell.
 */
static void a_look_takes_in_what_clients_that_cancel_have_submitted(void **state)
{
    const struct chi_segment_map map = {.size = 4 * CHI_EXTENT_UNIT, .fd = -1};
    const uint32_t depth_log2 = 6;
    struct chi_ingress ingress[2];
    (void)state;
    runtime->config.queue_depth = 1u << depth_log2;
    assert_int_equal(chi_extents_create(&map, 0, &runtime->extents[CHI_SEGMENT_MAIN]), 0);
    for (uint32_t i = 0; i < 2; i++) {
        struct chi_shm_lane *shm_lane = aligned_alloc(CHI_CACHE_LINE, chi_lane_bytes(depth_log2));
        memset((void *)shm_lane, 0, chi_lane_bytes(depth_log2));
        chi_lane_init(shm_lane, depth_log2, 0, 70 + i);
        ingress[i] = (struct chi_ingress){.reader = {.lane = shm_lane, .depth_log2 = depth_log2},
                                          .origin = origin,
                                          .worker = worker,
                                          .number = 70 + i};
        worker->lanes.by_number[70 + i] = &ingress[i];
        for (uint64_t item = 1; item <= 40; item++) /* nobody's memory: counted as refused */
            assert_int_equal(chi_lane_push(shm_lane, depth_log2, item), 0);
    }
    look();
    assert_int_equal(atomic_load(&origin->cells[0].refused), 0); /* it cancels nothing */
    atomic_store(&origin->cancels, true);
    worker->lanes.scan.again_ns = 0;
    look();
    assert_int_equal(atomic_load(&origin->cells[0].refused), 80);
    for (uint32_t i = 0; i < 2; i++)
        free(ingress[i].reader.lane);
    chi_extents_destroy(runtime->extents[CHI_SEGMENT_MAIN]);
    complete_rest(0);
}

/* ---- asking */

static void many_who_ask_cause_one_look_that_sees_all_marks(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++) {
        chi_worker_append(worker, &lane, records[i]);
        mark(records[i]);
        chi_runtime_scan(runtime);
    }
    assert_ptr_equal(atomic_load(&worker->wake.inbox.newest), &worker->waits.scan.message);
    assert_null(STAILQ_NEXT(&worker->waits.scan.message, link));
    assert_ptr_equal(atomic_load(&worker->wake.lane_inbox.newest), &worker->lanes.scan.message);
    assert_null(STAILQ_NEXT(&worker->lanes.scan.message, link));
    handle_messages();
    for (int i = 0; i < MANY; i++)
        assert_true(is_done(records[i], -ECANCELED));
    chi_runtime_scan(runtime); /* the next one sends again */
    assert_ptr_equal(atomic_load(&worker->wake.inbox.newest), &worker->waits.scan.message);
    assert_ptr_equal(atomic_load(&worker->wake.lane_inbox.newest), &worker->lanes.scan.message);
    handle_messages();
}

static void a_look_soon_after_another_is_put_off_not_left_out(void **state)
{
    (void)state;
    chi_worker_append(worker, &lane, records[0]);
    uint64_t later = chi_clock_now_ns() + 3600 * CHI_NS_PER_S;
    worker->lanes.scan.again_ns = later; /* as after one that took long */
    mark(records[0]);
    look();
    look();
    assert_false(is_done(records[0], -ECANCELED));
    assert_int_equal(worker->waits.timers.count, 1);
    struct chi_timer *timer = chi_timers_take_due(&worker->waits.timers, later);
    assert_non_null(timer);
    worker->lanes.scan.again_ns = 0; /* an hour has passed */
    timer->fire(worker, timer);
    assert_true(is_done(records[0], -ECANCELED));
    complete_rest(1);
}

/* ---- parked and resting */

struct resting {
    struct chi_wait_entry entry;
    int code;
    struct resting *takes_along;
};

static void end_resting(struct chi_worker *on, struct chi_wait_entry *rest, int code)
{
    struct resting *resting = (void *)rest;
    LIST_REMOVE(rest, link);
    resting->code = code;
    chi_worker_complete(on, rest->record, code);
    if (resting->takes_along != NULL && resting->takes_along->code == 0)
        end_resting(on, &resting->takes_along->entry, code);
}

static void ending_one_that_rests_may_end_others_in_the_same_look(void **state)
{
    struct resting resting[MANY] = {0};
    (void)state;
    for (int i = 0; i < MANY; i++) {
        resting[i].entry = (struct chi_wait_entry){.record = records[i], .end = end_resting};
        LIST_INSERT_HEAD(&worker->waits.entries, &resting[i].entry, link);
    }
    resting[1].takes_along = &resting[2]; /* the next one */
    resting[4].takes_along = &resting[0]; /* one that was looked at before */
    mark(records[1]);
    mark(records[4]);
    mark(records[2]);
    look();
    for (int i = 0; i < MANY; i++) {
        bool ended = i == 0 || i == 1 || i == 2 || i == 4;
        assert_int_equal(resting[i].code, ended ? -ECANCELED : 0);
        if (!ended) {
            LIST_REMOVE(&resting[i].entry, link);
            chi_worker_complete(worker, records[i], 0);
        }
    }
}

static void pool_runtime_and_deadline_are_reasons_too(void **state)
{
    struct chi_pool other = pool;
    (void)state;
    records[1]->pool = &other;
    atomic_store(&other.cancel, true);
    assert_int_equal(chi_record_verdict(worker, records[0], 0), 0);
    assert_int_equal(chi_record_verdict(worker, records[1], 0), -ECANCELED);
    records[1]->pool = &pool;

    records[2]->task.flags = CHI_TASK_TIMED;
    records[2]->task.deadline_ns = UINT64_C(1) << 60; /* far away */
    assert_int_equal(chi_timing_begin(worker, records[2]), 0);
    assert_int_equal(chi_record_verdict(worker, records[2], (uint64_t)1 << 59), 0);
    assert_int_equal(chi_record_verdict(worker, records[2], (uint64_t)1 << 60), -ETIMEDOUT);

    atomic_store(&runtime->cancel_all, true);
    records[3]->task.method = CHI_METHOD_DESTROY; /* the runtime's own goes on */
    assert_int_equal(chi_record_verdict(worker, records[3], 0), 0);
    assert_int_equal(chi_record_verdict(worker, records[4], 0), -ECANCELED);
    assert_int_equal(chi_record_verdict(worker, records[2], 0), -ETIMEDOUT); /* the first stays */
    complete_rest(0);
}

/* ---- periodic */

static void begin_periodic(struct chi_record *record)
{
    record->task.flags = CHI_TASK_PERIODIC;
    record->task.period_ns = 1000000;
    assert_int_equal(chi_timing_begin(worker, record), 0);
}

static void a_periodic_task_between_runs_is_held_and_not_in_flight(void **state)
{
    (void)state;
    complete_rest(1);
    begin_periodic(records[0]);
    records[0]->shield = true; /* left on by its handler */
    assert_int_equal(chi_origin_in_flight(runtime, origin), 1);
    chi_worker_complete(worker, records[0], 0); /* a run */
    assert_false(is_done(records[0], 0));
    assert_int_equal(chi_origin_in_flight(runtime, origin), 0);
    assert_int_equal(atomic_load(&origin->held), 1);
    assert_int_equal(chi_pool_in_flight(&pool), 1); /* its pool waits for it */
    assert_false(records[0]->shield);
    atomic_store(&pool.state, CHI_POOL_DYING);
    look();
    assert_true(is_done(records[0], -ECANCELED));
}

static void a_run_that_ends_after_the_client_is_gone_is_the_last(void **state)
{
    (void)state;
    complete_rest(1);
    begin_periodic(records[0]);
    atomic_store(&origin->state, CHI_ORIGIN_DYING); /* and the look has been, while it ran */
    chi_worker_complete(worker, records[0], 0);
    assert_true(is_done(records[0], -ECANCELED));
}

static void a_handlers_error_ends_a_periodic_task_with_it(void **state)
{
    (void)state;
    complete_rest(1);
    begin_periodic(records[0]);
    chi_worker_complete(worker, records[0], 3);
    assert_false(is_done(records[0], 3));
    LIST_REMOVE(&records[0]->timing->entry, link);
    chi_timers_remove(&worker->waits.timers, &records[0]->timing->timer);
    chi_worker_count(worker, worker, records[0]);
    chi_worker_complete(worker, records[0], -EDOM);
    assert_true(is_done(records[0], -EDOM));
}

static void a_late_run_skips_periods_and_counts_them(void **state)
{
    (void)state;
    complete_rest(1);
    begin_periodic(records[0]);
    struct chi_timing *timed = records[0]->timing;
    uint64_t first = timed->next_ns;
    timed->next_ns = first - 10 * timed->period_ns; /* the run took more than ten periods */
    chi_worker_complete(worker, records[0], 0);
    assert_true(timed->missed >= 9);
    assert_int_equal((timed->next_ns - first) % timed->period_ns, 0);
    assert_int_equal((timed->next_ns - first) / timed->period_ns, timed->missed - 10);
    assert_true(timed->next_ns > first - timed->period_ns);
    mark(records[0]);
    look();
    assert_true(is_done(records[0], -ECANCELED));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(only_marked_records_leave_a_lane_and_the_rest_keeps_its_order),
        TEST(a_lane_emptied_by_a_look_is_forgotten_before_its_pool_can_go),
        TEST(a_record_that_arrives_after_the_look_is_noticed_on_arrival),
        TEST(a_record_is_looked_at_again_before_it_starts),
        TEST(a_record_completed_before_the_look_keeps_its_code),
        TEST(a_look_takes_in_what_clients_that_cancel_have_submitted),
        TEST(many_who_ask_cause_one_look_that_sees_all_marks),
        TEST(a_look_soon_after_another_is_put_off_not_left_out),
        TEST(ending_one_that_rests_may_end_others_in_the_same_look),
        TEST(pool_runtime_and_deadline_are_reasons_too),
        TEST(a_periodic_task_between_runs_is_held_and_not_in_flight),
        TEST(a_run_that_ends_after_the_client_is_gone_is_the_last),
        TEST(a_handlers_error_ends_a_periodic_task_with_it),
        TEST(a_late_run_skips_periods_and_counts_them),
    };
    return cmocka_run_group_tests_name("cancel", tests, NULL, NULL);
}
