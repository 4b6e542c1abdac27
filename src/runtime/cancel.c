/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ending tasks before their time: cancelled by their owner, with their pool, by the end of the
 * runtime's grace period, or because their time is over. See cancel.h.
 *
 * Where a task may be when the mark is set, and who notices:
 *
 *   in an ingress lane       its worker, when it takes it in: the mark is in the copy
 *   in a lane of a worker    that worker looks over its lanes
 *   on the way to a worker   that worker, when it arrives or starts: from its first look on it is
 *                            `attentive`, because it may have looked before this one came
 *   parked, or resting       that worker looks over its list of rests
 *   running                  the handler, by its next wait or chi_task_cancelled()
 *   done                     nobody: the exchange to DONE has wiped the mark out
 *
 * Each task is on one worker's thread at a time and completes there; so ending it and completing it
 * do not race. A mark is never a position: a task that came to be where another was has none.
 */
#include "runtime/cancel.h"

#include <errno.h>

#include "base/clock.h"
#include "lane/ingress_lane.h"
#include "runtime/timed.h"
#include "runtime/worker.h"

#define REST_FACTOR 4u /* how many times as long as looking took is not looked again */

void chi_rest_init(struct chi_rest *list)
{
    list->prev = list->next = list;
}

void chi_rest_add(struct chi_rest *list, struct chi_rest *rest)
{
    rest->prev = list->prev;
    rest->next = list;
    rest->prev->next = rest->next->prev = rest;
}

void chi_rest_remove(struct chi_rest *rest)
{
    rest->prev->next = rest->next;
    rest->next->prev = rest->prev;
}

/* ---- verdicts */

/* Whether the task's owner has marked it. */
static bool is_marked(struct chi_worker *worker, struct chi_record *record)
{
    struct chi_runtime *runtime = worker->runtime;
    struct chi_origin *origin = record->origin;

    if (record->shm_offset == 0)
        return atomic_load_explicit(&record->task.state, memory_order_relaxed) & CHI_TASK_CANCEL;
    /* The position was checked when it came in, but a periodic task's may have been given back. */
    if (!atomic_load_explicit(&origin->cancels, memory_order_relaxed) ||
        !chi_extents_owns(runtime->extents[CHI_SEGMENT_MAIN], origin->owner, record->shm_offset,
                          sizeof(struct chi_task)))
        return false;
    struct chi_task *shared =
        (void *)((char *)runtime->segments[CHI_SEGMENT_MAIN].base + record->shm_offset);
    return atomic_load_explicit(&shared->state, memory_order_relaxed) & CHI_TASK_CANCEL;
}

/* Create and Destroy, and calls from outside: nobody's to cancel. */
static bool is_exempt(const struct chi_record *record)
{
    return record->call != NULL || record->task.method < CHI_METHOD_CUSTOM;
}

int chi_record_verdict(struct chi_worker *worker, struct chi_record *record, uint64_t now_ns)
{
    if (record->ended != 0 || is_exempt(record))
        return record->ended;
    if (atomic_load_explicit(&worker->runtime->cancel_all, memory_order_relaxed) ||
        (record->pool != NULL &&
         atomic_load_explicit(&record->pool->cancel, memory_order_relaxed)) ||
        is_marked(worker, record))
        record->ended = -ECANCELED;
    else if (record->timed != NULL && now_ns >= record->timed->deadline_ns)
        record->ended = -ETIMEDOUT;
    return record->ended;
}

int chi_record_verdict_unstarted(struct chi_worker *worker, struct chi_record *record,
                                 uint64_t now_ns)
{
    int code = chi_record_verdict(worker, record, now_ns);
    if (code != 0 || is_exempt(record))
        return code;
    if (atomic_load_explicit(&record->origin->state, memory_order_relaxed) == CHI_ORIGIN_DYING &&
        record->clients)
        record->ended = CHI_ERUNTIME_DOWN; /* nobody is there to read it */
    else if (record->timed != NULL && record->timed->period_ns > 0)
        record->ended = chi_timed_unwanted(worker, record);
    return record->ended;
}

bool chi_worker_end_unstarted(struct chi_worker *worker, struct chi_record *record)
{
    int code = chi_record_verdict_unstarted(worker, record, chi_clock_now_ns());
    if (code == 0) {
        if (record->timed != NULL && record->timed->deadline_ns != UINT64_MAX)
            chi_worker_look_over_at(worker, record->timed->deadline_ns);
        return false;
    }
    if (record->clients)
        atomic_fetch_sub_explicit(&worker->backlog, 1, memory_order_relaxed);
    chi_worker_complete(worker, record, code);
    return true;
}

/* ---- looking over a worker's tasks */

static void look_over_rests(struct chi_worker *worker, uint64_t now_ns)
{
    struct chi_rest seen;

    /* Each moves to another list before it is ended, because ending one may remove others. */
    chi_rest_init(&seen);
    while (worker->rests.next != &worker->rests) {
        struct chi_rest *rest = worker->rests.next;
        chi_rest_remove(rest);
        chi_rest_add(&seen, rest);
        bool ended = rest->record->ended != 0;
        int code = rest->unstarted ? chi_record_verdict_unstarted(worker, rest->record, now_ns)
                                   : chi_record_verdict(worker, rest->record, now_ns);
        if (code != 0 && !ended)
            rest->end(worker, rest, code);
    }
    while (seen.next != &seen) {
        struct chi_rest *rest = seen.next;
        chi_rest_remove(rest);
        chi_rest_add(&worker->rests, rest);
    }
}

/* Moves what is to end from the list to `doomed`. Returns the earliest deadline of the rest. */
static uint64_t sift(struct chi_worker *worker, struct chi_lane *lane, struct chi_fifo *fifo,
                     struct chi_message **doomed, uint64_t now_ns)
{
    uint64_t soonest = UINT64_MAX;
    struct chi_message *last = NULL;

    for (struct chi_message *next, *message = fifo->first; message != NULL; message = next) {
        struct chi_record *record = chi_record_of_message(message);
        next = message->next;
        if (chi_record_verdict_unstarted(worker, record, now_ns) == 0) {
            if (record->timed != NULL && record->timed->deadline_ns < soonest)
                soonest = record->timed->deadline_ns;
            last = message;
            continue;
        }
        if (last != NULL)
            last->next = next;
        else
            fifo->first = next;
        chi_worker_unqueue(worker, lane, fifo);
        message->next = *doomed;
        *doomed = message;
    }
    fifo->last = last;
    return soonest;
}

static uint64_t look_over_lanes(struct chi_worker *worker, uint64_t now_ns)
{
    struct chi_message *doomed = NULL;
    uint64_t soonest = UINT64_MAX;

    for (struct chi_lane *lane = worker->lanes_first; lane != NULL; lane = lane->next_ready) {
        uint64_t tasks = sift(worker, lane, &lane->tasks, &doomed, now_ns);
        uint64_t subtasks = sift(worker, lane, &lane->subtasks, &doomed, now_ns);
        soonest = tasks < soonest ? tasks : soonest;
        soonest = subtasks < soonest ? subtasks : soonest;
    }
    while (doomed != NULL) {
        struct chi_record *record = chi_record_of_message(doomed);
        doomed = doomed->next;
        chi_worker_complete(worker, record, record->ended);
    }
    return soonest;
}

static void take_in(struct chi_worker *worker, struct chi_ingress *ingress, const uint64_t *items,
                    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        chi_worker_ingest(worker, ingress, items[i], false);
}

/*
 * A worker whose tasks all wait takes in no more, so cancelled ones would stay in the ingress
 * lanes: it takes in what there is of clients that cancel. What their lanes hold is bounded.
 */
static void take_in_marked(struct chi_worker *worker)
{
    struct chi_batch *batch = &worker->batch;
    uint64_t items[CHI_BATCH_MAX];

    if (chi_worker_may_start(worker) && chi_worker_has_spare(worker))
        return;
    if (batch->next < batch->count &&
        atomic_load_explicit(&batch->ingress->origin->cancels, memory_order_relaxed)) {
        uint32_t next = batch->next;
        batch->next = batch->count;
        take_in(worker, batch->ingress, &batch->items[next], batch->count - next);
    }
    for (struct chi_ingress *ingress = worker->hot; ingress != NULL; ingress = ingress->next) {
        uint32_t count = 1;
        if (!atomic_load_explicit(&ingress->origin->cancels, memory_order_relaxed))
            continue;
        for (uint32_t n = 0; count > 0 && n < worker->runtime->config.queue_depth; n += count) {
            count = chi_lane_take(&ingress->reader, items, CHI_BATCH_MAX);
            take_in(worker, ingress, items, count);
        }
    }
}

static void look_now(struct chi_worker *worker)
{
    uint64_t before = chi_clock_now_ns();

    take_in_marked(worker);
    look_over_rests(worker, before);
    uint64_t soonest = look_over_lanes(worker, before);
    uint64_t after = chi_clock_now_ns();
    worker->look_again_ns = after + REST_FACTOR * (after - before);
    if (soonest != UINT64_MAX)
        chi_worker_look_over_at(worker, soonest);
}

static void look_timer(struct chi_worker *worker, struct chi_timer *timer)
{
    (void)timer;
    look_now(worker);
}

void chi_worker_look_over_at(struct chi_worker *worker, uint64_t when_ns)
{
    struct chi_timer *timer = &worker->look_timer;

    if (when_ns < worker->look_again_ns)
        when_ns = worker->look_again_ns;
    if (timer->place != 0 && timer->deadline_ns <= when_ns)
        return;
    chi_timers_remove(&worker->timers, timer);
    timer->deadline_ns = when_ns;
    timer->fire = look_timer;
    if (chi_timers_add(&worker->timers, timer) < 0)
        chi_log_warn("runtime", "worker %u: no memory to notice a task's end of time", worker->id);
}

void chi_worker_look_over(struct chi_worker *worker)
{
    worker->attentive = true;
    if (chi_clock_now_ns() < worker->look_again_ns)
        chi_worker_look_over_at(worker, worker->look_again_ns);
    else
        look_now(worker);
}

static void asked_to_look(struct chi_worker *worker, struct chi_message *message)
{
    (void)message;
    /* An exchange, so that the mark of whoever finds this flag still set is seen below. */
    atomic_exchange_explicit(&worker->look_asked, false, memory_order_acq_rel);
    chi_worker_look_over(worker);
}

void chi_runtime_look_over(struct chi_runtime *runtime)
{
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        struct chi_worker *worker = runtime->workers[w];
        /* Set already: its message is on the way and was not handled before our mark. */
        if (atomic_exchange_explicit(&worker->look_asked, true, memory_order_acq_rel))
            continue;
        worker->look_message.handle = asked_to_look;
        chi_worker_send(worker, &worker->look_message);
    }
}
