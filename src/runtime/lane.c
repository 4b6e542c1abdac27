/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lanes of containers: records are appended to them, and taken out one a lane in turn. Whoever
 * serves them: see orchestrator.h.
 */
#include "base/cpu.h"
#include "runtime/worker.h"

static void make_ready(struct chi_worker *owner, struct chi_lane *lane)
{
    lane->ready = true;
    lane->next_ready = NULL;
    if (owner->lanes_last != NULL)
        owner->lanes_last->next_ready = lane;
    else
        owner->lanes_first = lane;
    owner->lanes_last = lane;
    owner->lanes_ready++;
}

void chi_worker_append(struct chi_worker *owner, struct chi_lane *lane, struct chi_record *record)
{
    if (CHI_UNLIKELY(owner->lanes_look.attentive || record->timed != NULL) &&
        chi_worker_end_unstarted(owner, record))
        return;
    bool subtask = !record->clients;
    struct chi_fifo *fifo = subtask ? &lane->subtasks : &lane->tasks;

    record->arrival = owner->arrivals++;
    chi_fifo_push(fifo, &record->message);
    ADD_OWN(lane->waiting, 1);
    ADD_OWN(owner->stats.unstarted, 1);
    if (subtask)
        ADD_OWN(owner->stats.unstarted_subtasks, 1);
    if (!lane->ready)
        make_ready(owner, lane);
}

static struct chi_lane *pop_ready_lane(struct chi_worker *owner)
{
    struct chi_lane *lane = owner->lanes_first;
    owner->lanes_first = lane->next_ready;
    if (owner->lanes_first == NULL)
        owner->lanes_last = NULL;
    lane->ready = false;
    owner->lanes_ready--;
    return lane;
}

void chi_worker_unqueue(struct chi_worker *owner, struct chi_lane *lane, struct chi_fifo *fifo)
{
    if (fifo == &lane->subtasks)
        ADD_OWN(owner->stats.unstarted_subtasks, -1);
    else
        atomic_fetch_sub_explicit(&owner->backlog, 1, memory_order_relaxed);
    ADD_OWN(lane->waiting, -1);
    ADD_OWN(owner->stats.unstarted, -1);
}

/* The record that arrived first of those that may be started; NULL where none may. Those before it
 * are set aside. */
static struct chi_record *pop_record(struct chi_worker *worker, struct chi_worker *owner,
                                     struct chi_lane *lane)
{
    if (CHI_UNLIKELY(worker != owner) && lane == &owner->visitors)
        return NULL; /* they are for its own thread */
    for (;;) {
        struct chi_message *task = lane->tasks.first;
        struct chi_message *subtask = lane->subtasks.first;
        struct chi_fifo *fifo = &lane->tasks;

        if (subtask != NULL && (task == NULL || chi_record_of_message(subtask)->arrival <
                                                    chi_record_of_message(task)->arrival)) {
            task = subtask;
            fifo = &lane->subtasks;
        }
        if (task == NULL)
            return NULL;
        struct chi_record *record = chi_record_of_message(task);
        chi_fifo_pop(fifo);
        if (fifo == &lane->tasks &&
            CHI_UNLIKELY(!chi_share_may_start(worker, owner, record->origin))) {
            chi_share_set_aside(owner, record);
            continue;
        }
        chi_worker_unqueue(owner, lane, fifo);
        return record;
    }
}

static void receive_visitor(struct chi_worker *owner, struct chi_message *message)
{
    struct chi_record *record = chi_record_of_message(message);
    if (record->clients)
        atomic_fetch_add_explicit(&owner->backlog, 1, memory_order_relaxed);
    chi_worker_append(owner, &owner->visitors, record);
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
    atomic_fetch_add_explicit(&lane->visitors, 1, memory_order_relaxed);
    record->bound = record->visitor = true;
    record->message.handle = receive_visitor;
    /* Among its lanes, not to its thread: while that is held the task can be ended. */
    chi_worker_send_lanes(runner, &record->message);
    return false;
}

/* Likewise of those set aside and of the lanes, by turns; NULL where none may. */
static struct chi_record *next_record(struct chi_worker *worker, struct chi_worker *owner)
{
    struct chi_record *record = NULL;

    if (CHI_UNLIKELY(owner->aside != NULL)) {
        owner->aside_next = !owner->aside_next;
        if (owner->aside_next && (record = chi_share_take(worker, owner)) != NULL)
            return record;
    }
    for (uint32_t left = owner->lanes_ready; left > 0 && record == NULL; left--) {
        struct chi_lane *lane = pop_ready_lane(owner);
        record = pop_record(worker, owner, lane);
        /* To the end of the list before its task runs, because the task may park. */
        if (lane->tasks.first != NULL || lane->subtasks.first != NULL)
            make_ready(owner, lane);
    }
    if (record == NULL && CHI_UNLIKELY(owner->aside != NULL))
        record = chi_share_take(worker, owner);
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
