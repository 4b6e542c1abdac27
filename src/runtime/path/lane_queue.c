/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lanes of containers: records are appended to them, and taken out one a lane in turn. Whoever
 * serves them: see orchestrator.h.
 */

#include "runtime/path/lane_queue.h"

#include "base/clock.h"
#include "base/cpu.h"
#include "runtime/core/counter.h"
#include "runtime/core/current.h"
#include "runtime/core/message.h"
#include "runtime/core/record.h"
#include "runtime/module/lane.h"
#include "runtime/path/complete.h"
#include "runtime/path/run.h"
#include "runtime/worker/park.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/send.h"
#include "runtime/worker/share.h"
#include "runtime/worker/timing.h"
#include "runtime/worker/verdict.h"
#include "runtime/worker/worker.h"

static void make_ready(struct chi_worker *owner, struct chi_lane *lane)
{
    lane->ready = true;
    STAILQ_INSERT_TAIL(&owner->lanes.unstarted, lane, link);
    owner->lanes.ready++;
}

/* Completes a record that is about to be queued in lanes of `owner`'s if it is to end; else sees to
 * it that its deadline is noticed. */
static bool end_unstarted(struct chi_worker *owner, struct chi_record *record)
{
    struct chi_worker *self = chi_worker_self; /* who serves the lanes */
    uint64_t now_ns = record->timing != NULL ? chi_clock_now_ns() : 0;
    int code = chi_record_verdict_unstarted(self, record, now_ns);

    if (code == 0) {
        if (record->timing != NULL && record->timing->deadline_ns < owner->lanes.scan.due_ns) {
            owner->lanes.scan.due_ns = record->timing->deadline_ns;
            chi_worker_watch_lanes(self, owner);
        }
        return false;
    }
    if (record->clients)
        atomic_fetch_sub_explicit(&owner->wake.backlog, 1, memory_order_relaxed);
    chi_worker_complete(self, record, code);
    return true;
}

void chi_worker_append(struct chi_worker *owner, struct chi_lane *lane, struct chi_record *record)
{
    if (CHI_UNLIKELY(owner->lanes.scan.attentive || record->timing != NULL) &&
        end_unstarted(owner, record))
        return;
    bool subtask = !record->clients;
    struct chi_fifo *fifo = subtask ? &lane->subtasks : &lane->tasks;

    record->arrival = owner->lanes.arrivals++;
    STAILQ_INSERT_TAIL(fifo, &record->message, link);
    CHI_COUNTER_ADD(lane->waiting, 1);
    CHI_COUNTER_ADD(owner->stats.unstarted, 1);
    if (subtask)
        CHI_COUNTER_ADD(owner->stats.unstarted_subtasks, 1);
    if (!lane->ready)
        make_ready(owner, lane);
}

static struct chi_lane *pop_ready_lane(struct chi_worker *owner)
{
    struct chi_lane *lane = STAILQ_FIRST(&owner->lanes.unstarted);
    STAILQ_REMOVE_HEAD(&owner->lanes.unstarted, link);
    lane->ready = false;
    owner->lanes.ready--;
    return lane;
}

void chi_worker_unqueue(struct chi_worker *owner, struct chi_lane *lane, struct chi_fifo *fifo)
{
    if (fifo == &lane->subtasks)
        CHI_COUNTER_ADD(owner->stats.unstarted_subtasks, -1);
    else
        atomic_fetch_sub_explicit(&owner->wake.backlog, 1, memory_order_relaxed);
    CHI_COUNTER_ADD(lane->waiting, -1);
    CHI_COUNTER_ADD(owner->stats.unstarted, -1);
}

/* The record that arrived first of those that may be started; NULL where none may. Those before it
 * are set aside. */
static struct chi_record *pop_record(struct chi_worker *worker, struct chi_worker *owner,
                                     struct chi_lane *lane)
{
    if (CHI_UNLIKELY(worker != owner) && lane == &owner->lanes.foreign)
        return NULL; /* they are for its own thread */
    for (;;) {
        struct chi_message *task = STAILQ_FIRST(&lane->tasks);
        struct chi_message *subtask = STAILQ_FIRST(&lane->subtasks);
        struct chi_fifo *fifo = &lane->tasks;

        if (subtask != NULL && (task == NULL || chi_record_of_message(subtask)->arrival <
                                                    chi_record_of_message(task)->arrival)) {
            task = subtask;
            fifo = &lane->subtasks;
        }
        if (task == NULL)
            return NULL;
        struct chi_record *record = chi_record_of_message(task);
        STAILQ_REMOVE_HEAD(fifo, link);
        if (fifo == &lane->tasks &&
            CHI_UNLIKELY(!chi_share_may_start(worker, owner, record->origin))) {
            chi_share_defer(owner, record);
            continue;
        }
        chi_worker_unqueue(owner, lane, fifo);
        return record;
    }
}

static void receive_foreign(struct chi_worker *owner, struct chi_message *message)
{
    struct chi_record *record = chi_record_of_message(message);
    if (record->clients)
        atomic_fetch_add_explicit(&owner->wake.backlog, 1, memory_order_relaxed);
    chi_worker_append(owner, &owner->lanes.foreign, record);
}

/*
 * Whether `worker`, which serves the lane, is to run the record. If not, tasks of the lane have
 * begun on another thread and not ended, or were sent to this one before and come first; and the
 * record is on its way there.
 */
static bool runs_here(struct chi_worker *worker, struct chi_lane *lane, struct chi_record *record)
{
    if (CHI_LIKELY(chi_lane_runs_on(lane, worker)))
        return true;
    struct chi_worker *runner = chi_lane_runner(lane);
    /* Acquire: pairs with the release of who ended; what it did to the lane's state is seen. */
    if (atomic_fetch_add_explicit(&lane->bound, 1, memory_order_acquire) == 0) {
        atomic_fetch_sub_explicit(&lane->bound, 1, memory_order_relaxed);
        atomic_store_explicit(&lane->runner, worker, memory_order_relaxed);
        return true;
    }
    atomic_fetch_add_explicit(&lane->foreign, 1, memory_order_relaxed);
    record->bound = record->foreign = true;
    record->message.handle = receive_foreign;
    /* Among its lanes, not to its thread: while that is held the task can be ended. */
    chi_worker_send_lanes(runner, &record->message);
    return false;
}

static struct chi_record *take_deferred(struct chi_worker *worker, struct chi_worker *owner)
{
    struct chi_record *record = chi_share_take_deferred(worker, owner);
    if (record != NULL) {
        struct chi_lane *lane = chi_worker_lane_of(owner, record);
        chi_worker_unqueue(owner, lane, &lane->tasks);
    }
    return record;
}

/* Likewise of those set aside and of the lanes, by turns; NULL where none may. */
static struct chi_record *next_record(struct chi_worker *worker, struct chi_worker *owner)
{
    struct chi_record *record = NULL;

    if (CHI_UNLIKELY(!STAILQ_EMPTY(&owner->lanes.deferred))) {
        owner->lanes.deferred_next = !owner->lanes.deferred_next;
        if (owner->lanes.deferred_next && (record = take_deferred(worker, owner)) != NULL)
            return record;
    }
    for (uint32_t left = owner->lanes.ready; left > 0 && record == NULL; left--) {
        struct chi_lane *lane = pop_ready_lane(owner);
        record = pop_record(worker, owner, lane);
        /* To the end of the list before its task runs, because the task may park. */
        if (!STAILQ_EMPTY(&lane->tasks) || !STAILQ_EMPTY(&lane->subtasks))
            make_ready(owner, lane);
    }
    if (record == NULL && CHI_UNLIKELY(!STAILQ_EMPTY(&owner->lanes.deferred)))
        record = take_deferred(worker, owner);
    return record;
}

/* One task a lane in turn. */
uint32_t chi_worker_run_lanes(struct chi_worker *worker, struct chi_worker *owner, uint32_t budget)
{
    uint32_t ran = 0;
    struct chi_record *record;
    while (ran < budget && chi_worker_serves(worker, owner) && chi_worker_has_spare(worker) &&
           (record = next_record(worker, owner)) != NULL) {
        if (runs_here(worker, chi_worker_lane_of(owner, record), record))
            chi_worker_run(worker, record);
        ran++;
    }
    return ran;
}
