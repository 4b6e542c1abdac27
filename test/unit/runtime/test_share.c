/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Clients' shares of a worker, step by step: the test is the worker's thread, and says itself which
 * tasks wait. Each client has a share of 2, all together may have 3 more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
#include "runtime/sched/scheduler.h"
#include "runtime/worker/handover.h"
#include "runtime/worker/lifetime.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/share.h"
#include "runtime/worker/worker.h"

enum { CLIENTS = 3, ROOM = 5 }; /* for a client alone */

static struct chi_runtime *runtime;
static struct chi_worker *worker, *other;
static struct chi_origin *clients[CLIENTS];
static struct chi_pool pool;
static struct chi_pool_cell cells[2];
static struct chi_lane lane;
static struct chi_record *waiting[CLIENTS][ROOM]; /* parked, as far as shares are concerned */

/* What ran, in order: the tasks' method. */
static uint32_t ran[16], ran_count;

static int run(struct chi_container *container, uint32_t method, struct chi_task *task,
               struct chi_run_context *context)
{
    (void)container, (void)task, (void)context;
    ran[ran_count++] = method;
    return 0;
}

static const struct chi_container_ops ops = {.run = run};

/* A task that nobody waits for. */
static struct chi_record *make_record(uint32_t client, uint32_t method)
{
    struct chi_record *made = chi_record_new(&worker->caches.records, sizeof(struct chi_task));
    memset((void *)&made->task, 0, sizeof(made->task));
    made->task.method = CHI_METHOD_CUSTOM + method;
    made->origin = clients[client];
    made->clients = true;
    made->home = worker;
    made->lane = &lane;
    made->pool = &pool;
    atomic_store(&made->task.state, CHI_TASK_QUEUED | CHI_TASK_DETACHED);
    chi_worker_count(worker, worker, made);
    CHI_COUNTER_ADD(pool.cells[0].begun, 1);
    return made;
}

static struct chi_record *append(uint32_t client, uint32_t method)
{
    struct chi_record *made = make_record(client, method);
    atomic_fetch_add(&worker->wake.backlog, 1);
    chi_worker_append(worker, &lane, made);
    return made;
}

static struct chi_worker *make_worker(uint32_t id)
{
    static struct chi_fiber *spare[64];
    struct chi_worker *made = aligned_alloc(_Alignof(struct chi_worker), sizeof(*made));
    memset(made, 0, sizeof(*made));
    made->runtime = runtime;
    made->id = id;
    made->fibers.spare = (void *)spare;
    made->lanes.by_number = calloc((size_t)CHI_RUNG_WORDS * 64, sizeof(*made->lanes.by_number));
    made->ops = &chi_scheduler_ops;
    chi_worker_init_lists(made);
    chi_handover_init(made);
    chi_lane_init_private(&made->lanes.own, NULL, made);
    chi_lane_init_private(&made->lanes.foreign, NULL, made);
    atomic_store(&made->lanes.foreign.bound, 1);
    runtime->workers[id] = made;
    return made;
}

static int setup(void **state)
{
    (void)state;
    runtime = calloc(1, sizeof(*runtime));
    runtime->control_fd = -1;
    runtime->worker_count = 2;
    runtime->client_share = 2;
    runtime->common_room = 3;
    runtime->clients_room = 3 + 2 * CLIENTS;
    worker = make_worker(0);
    other = make_worker(1);
    for (uint32_t c = 0; c < CLIENTS; c++) {
        clients[c] = calloc(1, sizeof(*clients[c]));
        assert_int_equal(chi_origin_init(runtime, clients[c], (uint16_t)(c + 1)), 0);
        atomic_store(&clients[c]->state, CHI_ORIGIN_LIVE);
    }
    memset(cells, 0, sizeof(cells));
    memset(waiting, 0, sizeof(waiting));
    pool =
        (struct chi_pool){.state = CHI_POOL_READY, .ops = &ops, .cells = cells, .runtime = runtime};
    chi_lane_init_private(&lane, NULL, worker);
    chi_worker_self = worker;
    ran_count = 0;
    return 0;
}

/* One more task of the client waits, if it may. */
static bool park(uint32_t client)
{
    uint32_t count = 0;
    while (count < ROOM && waiting[client][count] != NULL)
        count++;
    if (!chi_share_has_room(worker, clients[client]))
        return false;
    assert_true(count < ROOM);
    waiting[client][count] = make_record(client, 0);
    chi_share_park(worker, waiting[client][count]);
    return true;
}

static void unpark(uint32_t client)
{
    uint32_t count = ROOM;
    while (waiting[client][count - 1] == NULL)
        count--;
    chi_share_unpark(worker, waiting[client][count - 1]);
    chi_worker_complete(worker, waiting[client][count - 1], 0);
    waiting[client][count - 1] = NULL;
}

static int teardown(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < CLIENTS; c++)
        while (waiting[c][0] != NULL)
            unpark(c);
    assert_int_equal(worker->waits.clients, 0);
    assert_int_equal(worker->waits.beyond_shares, 0);
    assert_true(STAILQ_EMPTY(&worker->lanes.deferred));
    assert_int_equal(atomic_load(&worker->stats.unstarted), 0);
    assert_int_equal(atomic_load(&worker->wake.backlog), 0);
    assert_int_equal(atomic_load(&lane.waiting), 0);
    assert_int_equal(chi_pool_in_flight(&pool), 0);
    for (uint32_t c = 0; c < CLIENTS; c++) {
        assert_int_equal(chi_origin_in_flight(runtime, clients[c]), 0);
        chi_origin_fini(clients[c]);
        free(clients[c]);
    }
    for (uint32_t w = 0; w < 2; w++) {
        free(runtime->workers[w]->lanes.by_number);
        chi_record_cache_fini(&runtime->workers[w]->caches.records);
        chi_timers_fini(&runtime->workers[w]->waits.timers);
        chi_handover_fini(runtime->workers[w]);
        free(runtime->workers[w]);
    }
    free(runtime);
    chi_worker_self = NULL;
    return 0;
}

static void run_all(void)
{
    while (chi_worker_run_lanes(worker, worker, 1) > 0)
        ;
}

static void assert_ran(const uint32_t *methods, uint32_t count)
{
    assert_int_equal(ran_count, count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(ran[i], CHI_METHOD_CUSTOM + methods[i]);
}

static void fill(uint32_t client)
{
    while (park(client))
        ;
}

/* ---- how many may wait */

static void a_client_alone_has_its_share_and_what_is_common(void **state)
{
    (void)state;
    fill(0);
    assert_int_equal(worker->waits.clients, ROOM);
    unpark(0);
    assert_true(park(0));
    assert_false(park(0));
}

static void the_others_have_their_shares_whoever_came_first(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < CLIENTS; c++)
        fill(c);
    assert_int_equal(worker->waits.clients, 3 + 2 * CLIENTS);
    for (uint32_t c = 1; c < CLIENTS; c++) {
        assert_non_null(waiting[c][1]);
        assert_null(waiting[c][2]);
    }
    unpark(1); /* of its share, so nobody else's */
    assert_false(park(0));
    assert_false(park(2));
    unpark(0); /* of what is common */
    assert_true(park(2));
    assert_false(park(0));
    assert_true(park(1));
}

static void there_is_no_room_past_what_all_clients_have(void **state)
{
    (void)state;
    runtime->clients_room = 6; /* more clients than there are fibers for their shares */
    fill(0);
    fill(1);
    fill(2);
    assert_int_equal(worker->waits.clients, 6);
}

static void shares_fit_into_half_of_the_fibers(void **state)
{
    static const uint32_t counts[] = {4, 8, 100, 1024, 8192};
    (void)state;
    for (uint32_t workers = 1; workers <= CHI_MAX_WORKERS; workers++) {
        for (uint32_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
            for (uint32_t max_clients = 1; max_clients <= 1024; max_clients *= 2) {
                struct chi_runtime sized = {.worker_count = workers, .max_clients = max_clients};
                sized.config.max_fibers = counts[i];
                chi_share_divide(&sized);
                uint32_t half = chi_share_fiber_cap(&sized) / 2;
                assert_in_range(sized.client_share, 1, counts[i] / 4);
                assert_in_range(sized.clients_room, sized.common_room, half);
                assert_true(sized.common_room + sized.client_share <= counts[i]);
                if (workers <= 4 && counts[i] <= 1024) /* nobody has to do with less than said */
                    assert_int_equal(sized.common_room + sized.client_share, counts[i]);
                if (workers * max_clients <= 6000) /* else some have to do without */
                    assert_int_equal(sized.clients_room,
                                     sized.common_room + max_clients * sized.client_share);
            }
        }
    }
}

/* ---- whose tasks start */

static void tasks_behind_those_of_a_full_client_go_on(void **state)
{
    (void)state;
    fill(0);
    append(0, 1);
    append(0, 2);
    append(1, 3);
    append(0, 4);
    append(2, 5);
    run_all();
    assert_ran((uint32_t[]){3, 5}, 2);
    assert_int_equal(atomic_load(&worker->stats.unstarted), 3);
    assert_int_equal(atomic_load(&lane.waiting), 3);
    unpark(0);
    run_all();
    assert_ran((uint32_t[]){3, 5, 1, 2, 4}, 5);
}

static void a_clients_later_tasks_stay_behind_those_set_aside(void **state)
{
    (void)state;
    fill(0);
    append(0, 1);
    append(0, 2);
    run_all();
    unpark(0);
    append(0, 3);
    assert_false(chi_share_may_start(worker, worker, clients[0])); /* not before those */
    assert_true(chi_share_may_start(worker, worker, clients[1]));
    run_all();
    assert_ran((uint32_t[]){1, 2, 3}, 3);
    assert_true(chi_share_may_start(worker, worker, clients[0]));
}

static void tasks_set_aside_and_those_in_lanes_run_by_turns(void **state)
{
    (void)state;
    fill(0);
    for (uint32_t i = 1; i <= 3; i++)
        append(0, i);
    run_all();
    unpark(0);
    for (uint32_t i = 4; i <= 6; i++)
        append(1, i);
    run_all();
    assert_int_equal(ran_count, 6);
    for (uint32_t i = 0; i + 1 < 6; i++)
        assert_int_equal(ran[i] <= CHI_METHOD_CUSTOM + 3, ran[i + 1] > CHI_METHOD_CUSTOM + 3);
}

static void tasks_of_several_full_clients_do_not_wait_for_each_other(void **state)
{
    (void)state;
    fill(0);
    fill(1);
    append(0, 1);
    append(1, 2);
    run_all();
    assert_int_equal(ran_count, 0);
    unpark(1);
    run_all();
    assert_ran((uint32_t[]){2}, 1);
    unpark(0);
    run_all();
    assert_ran((uint32_t[]){2, 1}, 2);
}

static void a_subtask_starts_although_its_client_is_full(void **state)
{
    (void)state;
    fill(0);
    append(0, 1);
    struct chi_record *subtask = make_record(0, 2);
    subtask->clients = false;
    chi_worker_append(worker, &lane, subtask);
    run_all();
    assert_ran((uint32_t[]){2}, 1);
    unpark(0);
    run_all();
}

/* ---- ended where they are */

static void look(void)
{
    chi_runtime_scan(runtime);
    for (struct chi_message *next, *message = chi_inbox_take(&worker->wake.lane_inbox);
         message != NULL; message = next) {
        next = STAILQ_NEXT(message, link);
        message->handle(worker, message);
    }
}

static void tasks_set_aside_are_cancelled_like_those_in_lanes(void **state)
{
    (void)state;
    fill(0);
    append(0, 1);
    struct chi_record *second = append(0, 2);
    append(0, 3);
    run_all();
    atomic_fetch_or(&second->task.state, CHI_TASK_CANCEL);
    look();
    assert_int_equal(atomic_load(&worker->stats.unstarted), 2);
    unpark(0);
    run_all();
    assert_ran((uint32_t[]){1, 3}, 2);
}

static void the_last_one_cancelled_leaves_nothing_set_aside(void **state)
{
    (void)state;
    fill(0);
    struct chi_record *only = append(0, 1);
    run_all();
    assert_false(STAILQ_EMPTY(&worker->lanes.deferred));
    atomic_fetch_or(&only->task.state, CHI_TASK_CANCEL);
    look();
    assert_true(STAILQ_EMPTY(&worker->lanes.deferred));
    unpark(0);
    append(0, 2);
    run_all();
    assert_ran((uint32_t[]){2}, 1);
}

static void those_of_a_client_that_dies_end_at_once(void **state)
{
    (void)state;
    fill(0);
    append(0, 1);
    append(0, 2);
    run_all();
    atomic_store(&clients[0]->state, CHI_ORIGIN_DYING);
    run_all();
    assert_int_equal(ran_count, 0); /* none began */
    assert_int_equal(atomic_load(&worker->stats.unstarted), 0);
}

/* ---- lanes that another worker serves */

static void who_serves_the_lanes_goes_by_its_own_room(void **state)
{
    (void)state;
    fill(0);
    append(0, 1);
    run_all();
    assert_null(chi_share_take_deferred(worker, worker));
    struct chi_record *record = chi_share_take_deferred(other, worker);
    assert_non_null(record);
    chi_worker_unqueue(worker, &lane, &lane.tasks);
    chi_worker_complete(worker, record, 0);
}

static void what_has_to_run_on_its_own_thread_is_left_for_it(void **state)
{
    (void)state;
    fill(0);
    struct chi_record *visitor = make_record(0, 1);
    visitor->foreign = true;
    atomic_fetch_add(&lane.foreign, 1);
    atomic_fetch_add(&worker->wake.backlog, 1);
    chi_worker_append(worker, &worker->lanes.foreign, visitor);
    run_all();
    assert_int_equal(atomic_load(&worker->lanes.foreign.waiting), 1);
    assert_null(chi_share_take_deferred(other, worker));
    unpark(0);
    run_all();
    assert_ran((uint32_t[]){1}, 1);
    assert_int_equal(atomic_load(&worker->lanes.foreign.waiting), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_client_alone_has_its_share_and_what_is_common),
        TEST(the_others_have_their_shares_whoever_came_first),
        TEST(there_is_no_room_past_what_all_clients_have),
        TEST(shares_fit_into_half_of_the_fibers),
        TEST(tasks_behind_those_of_a_full_client_go_on),
        TEST(a_clients_later_tasks_stay_behind_those_set_aside),
        TEST(tasks_set_aside_and_those_in_lanes_run_by_turns),
        TEST(tasks_of_several_full_clients_do_not_wait_for_each_other),
        TEST(a_subtask_starts_although_its_client_is_full),
        TEST(tasks_set_aside_are_cancelled_like_those_in_lanes),
        TEST(the_last_one_cancelled_leaves_nothing_set_aside),
        TEST(those_of_a_client_that_dies_end_at_once),
        TEST(who_serves_the_lanes_goes_by_its_own_room),
        TEST(what_has_to_run_on_its_own_thread_is_left_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
