/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What ends tasks before their time, while their lanes go to another worker and come back, step by
 * step: the test is both workers' thread in turn and the orchestrator's. The first is held by a
 * task from the beginning.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
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
#include "runtime/sched/orchestrator.h"
#include "runtime/sched/scheduler.h"
#include "runtime/worker/handover.h"
#include "runtime/worker/lifetime.h"
#include "runtime/worker/park.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/timing.h"
#include "runtime/worker/worker.h"

#define HOUR_NS (3600 * CHI_NS_PER_S)

static struct chi_runtime *runtime;
static struct chi_worker *held, *server;
static struct chi_origin *origin;
static struct chi_pool pool;
static struct chi_pool_cell cells[2];
static struct chi_lane lane; /* of the held worker's */
static struct chi_record *holder, *record;

/* What ran, in order: the tasks' method. */
static uint32_t ran[8], ran_count;

static int run(struct chi_container *container, uint32_t method, struct chi_task *task,
               struct chi_run_context *context)
{
    (void)container, (void)task, (void)context;
    ran[ran_count++] = method;
    return 0;
}

static const struct chi_container_ops ops = {.run = run};

static const struct chi_module_descriptor descriptor = {.version = "0"};
static const struct chi_module module = {.name = "test", .descriptor = &descriptor};

static struct chi_record *make_record(void)
{
    struct chi_record *made = chi_record_new(&held->caches.records, sizeof(struct chi_task));
    memset((void *)&made->task, 0, sizeof(made->task));
    made->task.method = CHI_METHOD_CUSTOM;
    made->origin = origin;
    made->home = held;
    made->lane = &lane;
    made->pool = &pool;
    atomic_store(&made->task.state, CHI_TASK_QUEUED);
    chi_worker_count(held, held, made);
    CHI_COUNTER_ADD(pool.cells[0].begun, 1);
    return made;
}

static struct chi_worker *make_worker(uint32_t id)
{
    static struct chi_fiber *spare[64];
    struct chi_worker *worker = aligned_alloc(_Alignof(struct chi_worker), sizeof(*worker));
    memset(worker, 0, sizeof(*worker));
    worker->runtime = runtime;
    worker->id = id;
    runtime->workers[id] = worker;
    worker->fibers.spare = (void *)spare;
    worker->lanes.by_number = calloc((size_t)CHI_RUNG_WORDS * 64, sizeof(*worker->lanes.by_number));
    worker->ops = &chi_scheduler_ops;
    chi_worker_init_lists(worker);
    chi_handover_init(worker);
    chi_lane_init_private(&worker->lanes.own, NULL, worker);
    chi_lane_init_private(&worker->lanes.foreign, NULL, worker);
    atomic_store(&worker->lanes.foreign.bound, 1);
    return worker;
}

static int setup(void **state)
{
    (void)state;
    runtime = calloc(1, sizeof(*runtime));
    runtime->control_fd = -1;
    runtime->worker_count = 2;
    runtime->common_room = runtime->clients_room = 100;
    runtime->moves_lanes = true;
    runtime->config.stall_ms = 10;
    held = make_worker(0);
    server = make_worker(1);
    origin = calloc(1, sizeof(*origin));
    assert_int_equal(chi_origin_init(runtime, origin, 1), 0);
    atomic_store(&origin->state, CHI_ORIGIN_LIVE);
    memset(cells, 0, sizeof(cells));
    pool = (struct chi_pool){.state = CHI_POOL_READY,
                             .ops = &ops,
                             .cells = cells,
                             .runtime = runtime,
                             .module = &module,
                             .name = (char *)"pool"};
    ran_count = 0;
    chi_lane_init_private(&lane, NULL, held);
    chi_worker_self = held;
    holder = make_record();
    record = make_record();
    chi_worker_enter_task(held, holder);
    assert_true(chi_orchestrator_start());
    return 0;
}

static void handle_all(struct chi_worker *on, struct chi_worker *owner, struct chi_inbox *inbox)
{
    struct chi_message *message = chi_inbox_take(inbox);
    chi_worker_self = on;
    while (message != NULL) {
        struct chi_message *next = STAILQ_NEXT(message, link);
        message->handle(owner, message);
        message = next;
    }
}

static void *return_to_scheduler(void *argument)
{
    (void)argument;
    chi_worker_leave_task(held);
    return NULL;
}

/* The task that holds the worker ends, and the lanes go home. */
static void come_home(void)
{
    pthread_t thread; /* waits for its lanes */
    assert_int_equal(pthread_create(&thread, NULL, return_to_scheduler, NULL), 0);
    if (!SLIST_EMPTY(&server->lent)) {
        while (!atomic_load(&held->handover.want))
            sched_yield();
        chi_worker_serve_lent(server); /* gives them back, and does nothing for them */
    }
    pthread_join(thread, NULL);
    chi_worker_self = held;
}

static int teardown(void **state)
{
    (void)state;
    if (held->current != NULL)
        come_home();
    chi_worker_complete(held, holder, 0);
    assert_int_equal(chi_origin_in_flight(runtime, origin), 0);
    assert_int_equal(chi_pool_in_flight(&pool), 0);
    assert_int_equal(atomic_load(&held->stats.unstarted), 0);
    assert_int_equal(atomic_load(&held->stats.unstarted_subtasks), 0);
    assert_int_equal(atomic_load(&lane.waiting), 0);
    assert_int_equal(atomic_load(&lane.bound), 0);
    assert_int_equal(atomic_load(&lane.foreign), 0);
    assert_int_equal(atomic_load(&lane.done) + atomic_load(&lane.dropped), ran_count > 0 ? 5 : 2);
    chi_record_free(&held->caches.records, holder);
    chi_record_free(&held->caches.records, record);
    for (int i = 0; i < 2; i++) {
        struct chi_worker *worker = runtime->workers[i];
        free(worker->lanes.by_number);
        chi_record_cache_fini(&worker->caches.records);
        chi_timers_fini(&worker->waits.timers);
        chi_handover_fini(worker);
        free(worker);
    }
    chi_worker_self = NULL;
    chi_origin_fini(origin);
    free(origin);
    free(runtime);
    return 0;
}

/* The orchestrator finds the worker held; the other one takes its lanes. */
static void go_away(void)
{
    static uint64_t now = CHI_NS_PER_S;
    while (!atomic_load(&held->takeover))
        chi_orchestrator_scan(runtime, now += 100 * CHI_NS_PER_MS);
    handle_all(server, server, &server->wake.lane_inbox);
    assert_ptr_equal(SLIST_FIRST(&server->lent), held);
}

static void append_with_deadline(uint64_t deadline_ns)
{
    record->task.flags = CHI_TASK_TIMED;
    record->task.deadline_ns = deadline_ns;
    assert_int_equal(chi_timing_begin(chi_worker_self, record), 0);
    assert_int_equal(record->timing->deadline_ns, deadline_ns);
    chi_worker_append(held, &lane, record);
}

static void mark(void)
{
    atomic_fetch_or(&record->task.state, CHI_TASK_CANCEL);
    chi_runtime_scan(runtime);
}

static bool is_done(int code)
{
    return (atomic_load(&record->task.state) & CHI_TASK_STATE_MASK) == CHI_TASK_DONE &&
           record->task.return_code == code;
}

/* Lets the time pass that the worker's earliest timer is set to. */
static void fire(struct chi_worker *worker, uint64_t now_ns)
{
    struct chi_timer *timer = chi_timers_take_due(&worker->waits.timers, now_ns);
    assert_non_null(timer);
    chi_worker_self = worker;
    timer->fire(worker, timer);
}

/* ---- cancelled */

static void the_server_of_lanes_ends_tasks_queued_there(void **state)
{
    (void)state;
    chi_worker_append(held, &lane, record);
    go_away();
    mark();
    handle_all(server, server, &server->wake.inbox);
    handle_all(server, server, &server->wake.lane_inbox);
    assert_false(is_done(-ECANCELED)); /* the server's own lanes are others */
    handle_all(server, held, &held->wake.lane_inbox);
    assert_true(is_done(-ECANCELED));
    assert_int_equal(atomic_load(&lane.dropped), 1); /* the runner may be counting, too */
    assert_false(held->waits.scan.attentive);        /* its thread has noticed nothing of it */
}

static void a_mark_set_before_the_lanes_go_is_seen_where_they_are_then(void **state)
{
    (void)state;
    chi_worker_append(held, &lane, record);
    mark();
    go_away();
    handle_all(server, held, &held->wake.lane_inbox);
    assert_true(is_done(-ECANCELED));
}

static void a_mark_set_while_they_are_away_is_seen_when_they_have_come_home(void **state)
{
    (void)state;
    chi_worker_append(held, &lane, record);
    go_away();
    mark();
    come_home();
    handle_all(held, held, &held->wake.lane_inbox);
    assert_true(is_done(-ECANCELED));
}

static void tasks_that_arrive_after_the_scan_are_ended_wherever_the_lanes_are(void **state)
{
    (void)state;
    go_away();
    mark();
    handle_all(server, held, &held->wake.lane_inbox);
    come_home();
    assert_true(held->lanes.scan.attentive); /* although another worker scanned */
    chi_worker_append(held, &lane, record);
    assert_true(is_done(-ECANCELED));
}

static void one_that_has_to_run_on_the_held_thread_can_be_cancelled_as_well(void **state)
{
    (void)state;
    chi_worker_append(held, &lane, record);
    go_away();
    chi_worker_self = server;
    assert_int_equal(chi_worker_run_lanes(server, held, 1), 1); /* sends it as a foreign task */
    assert_int_equal(atomic_load(&lane.bound), 2);
    mark(); /* on its way there */
    handle_all(server, held, &held->wake.lane_inbox);
    assert_true(is_done(-ECANCELED));
    assert_int_equal(atomic_load(&lane.bound), 1); /* the holder's */
}

static void foreign_tasks_wait_for_their_thread_and_can_be_cancelled_meanwhile(void **state)
{
    (void)state;
    chi_worker_append(held, &lane, record);
    go_away();
    chi_worker_self = server;
    assert_int_equal(chi_worker_run_lanes(server, held, 1), 1);
    handle_all(server, held, &held->wake.lane_inbox);
    assert_int_equal(atomic_load(&held->lanes.foreign.waiting), 1);
    assert_int_equal(chi_worker_run_lanes(server, held, 1), 0); /* not on this thread */
    assert_int_equal(atomic_load(&held->lanes.foreign.waiting), 1);
    mark();
    handle_all(server, held, &held->wake.lane_inbox);
    assert_true(is_done(-ECANCELED));
    assert_int_equal(atomic_load(&held->lanes.foreign.waiting), 0);
}

static void a_task_taken_out_before_the_scan_is_ended_at_its_start(void **state)
{
    (void)state;
    chi_worker_append(held, &lane, record);
    come_home();
    mark();
    handle_all(held, held, &held->wake.inbox); /* the wait entries; the lanes come later */
    assert_false(is_done(-ECANCELED));
    assert_int_equal(chi_worker_run_lanes(held, held, 1), 1);
    assert_true(is_done(-ECANCELED));
}

/* ---- order */

static void what_was_sent_to_the_held_thread_runs_before_what_comes_later(void **state)
{
    (void)state;
    struct chi_record *records[4] = {record, make_record(), make_record(), make_record()};
    for (uint32_t i = 0; i < 4; i++)
        records[i]->task.method = CHI_METHOD_CUSTOM + i;
    chi_worker_append(held, &lane, records[0]);
    chi_worker_append(held, &lane, records[1]);
    go_away();
    chi_worker_self = server;
    assert_int_equal(chi_worker_run_lanes(server, held, 1), 1); /* the first is sent on */
    handle_all(server, held, &held->wake.lane_inbox);
    assert_int_equal(chi_worker_run_lanes(server, held, 1), 1); /* the second is on its way */
    chi_worker_append(held, &lane, records[2]);
    come_home();
    while (chi_worker_run_lanes(held, held, 1) > 0)
        ;
    assert_int_equal(ran_count, 1); /* the third was first in turn, but went behind the second */
    chi_worker_append(held, &lane, records[3]);
    handle_all(held, held, &held->wake.lane_inbox);
    while (chi_worker_run_lanes(held, held, 1) > 0)
        handle_all(held, held, &held->wake.lane_inbox);
    assert_int_equal(ran_count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(ran[i], CHI_METHOD_CUSTOM + i);
        if (i > 0)
            chi_record_free(&held->caches.records, records[i]);
    }
}

/* ---- deadlines */

static void deadlines_go_with_the_lanes(void **state)
{
    (void)state;
    uint64_t deadline = chi_clock_now_ns() + 2 * CHI_NS_PER_MS;
    append_with_deadline(deadline);
    assert_int_equal(chi_timers_next(&held->waits.timers), deadline);
    go_away();
    assert_int_equal(chi_timers_next(&server->waits.timers), deadline);
    while (chi_clock_now_ns() < deadline)
        ;
    fire(server, deadline);
    assert_true(is_done(-ETIMEDOUT));
    assert_int_equal(server->waits.timers.count, 0);
    come_home();
    fire(held, deadline); /* its timer is late, and finds nothing */
    assert_int_equal(held->waits.timers.count, 0);
}

static void deadlines_that_came_while_they_were_away_come_home(void **state)
{
    (void)state;
    uint64_t deadline = chi_clock_now_ns() + 2 * CHI_NS_PER_MS;
    go_away();
    chi_worker_self = server;
    append_with_deadline(deadline);
    assert_int_equal(held->waits.timers.count, 0);
    assert_int_equal(chi_timers_next(&server->waits.timers), deadline);
    come_home();
    assert_int_equal(chi_timers_next(&held->waits.timers), deadline);
    while (chi_clock_now_ns() < deadline)
        ;
    fire(server, deadline); /* not its to end any more */
    assert_false(is_done(-ETIMEDOUT));
    fire(held, deadline);
    assert_true(is_done(-ETIMEDOUT));
}

static void a_delayed_scan_moves_with_the_lanes(void **state)
{
    (void)state;
    chi_worker_append(held, &lane, record);
    held->lanes.scan.again_ns = chi_clock_now_ns() + HOUR_NS; /* as after one that took long */
    uint64_t again = held->lanes.scan.again_ns;
    go_away();
    mark();
    handle_all(server, held, &held->wake.lane_inbox);
    assert_false(is_done(-ECANCELED));
    assert_int_equal(chi_timers_next(&server->waits.timers), again);
    come_home();
    assert_int_equal(chi_timers_next(&held->waits.timers), again);
    held->lanes.scan.again_ns = 0; /* an hour has passed */
    fire(held, again);
    assert_true(is_done(-ECANCELED));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_server_of_lanes_ends_tasks_queued_there),
        TEST(a_mark_set_before_the_lanes_go_is_seen_where_they_are_then),
        TEST(a_mark_set_while_they_are_away_is_seen_when_they_have_come_home),
        TEST(tasks_that_arrive_after_the_scan_are_ended_wherever_the_lanes_are),
        TEST(one_that_has_to_run_on_the_held_thread_can_be_cancelled_as_well),
        TEST(foreign_tasks_wait_for_their_thread_and_can_be_cancelled_meanwhile),
        TEST(a_task_taken_out_before_the_scan_is_ended_at_its_start),
        TEST(what_was_sent_to_the_held_thread_runs_before_what_comes_later),
        TEST(deadlines_go_with_the_lanes),
        TEST(deadlines_that_came_while_they_were_away_come_home),
        TEST(a_delayed_scan_moves_with_the_lanes),
    };
    return cmocka_run_group_tests_name("handover", tests, NULL, NULL);
}
