/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ending tasks before their time: cancelled by their owner, with their pool, by the end of the
 * runtime's grace period, or because their time is over. See cancel.h.
 *
 * Where a task may be when the mark is set, and who notices:
 *
 *   in an ingress lane       who takes it in: the mark is in the copy
 *   in a worker's lanes      who serves them looks over them, on its own thread
 *   set aside there          the same
 *   on the way to them       who serves them, when it arrives: from their first look on these lanes
 *                            are attentive, because the look may have been before this one came
 *   taken out of them        who runs it, before it starts: from its first look on that worker is
 *                            attentive
 *   parked, or resting       that worker looks over its list of rests
 *   running                  the handler, by its next wait or chi_task_cancelled()
 *   done                     nobody: the exchange to DONE has wiped the mark out
 *
 * So whoever sets a mark has two looks made for each worker, by two messages: one goes to its
 * thread, for what is tied to that; one goes where its lanes are. They come in either order. A task
 * that was taken out of the lanes before these were looked over is found at the start by a worker
 * that has looked over its rests, and among the rests by one that has not: it cannot look while the
 * task runs.
 *
 * Each task is with one thread at a time and completes there; so ending it and completing it do not
 * race. A mark is never a position: a task that came to be where another was has none.
 */
#include "runtime/cancel.h"

#include <errno.h>

#include "base/clock.h"
#include "lane/ingress_lane.h"
#include "runtime/timed.h"
#include "runtime/worker.h"

/* How many times as long as a look took there is none: two kinds, so a fifth of the time. */
#define REST_FACTOR 9u

static void init_list(struct chi_rest *list)
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
    return record->is_call || record->task.method < CHI_METHOD_CUSTOM;
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

/* ---- when to look */

void chi_worker_look_init(struct chi_worker *worker)
{
    init_list(&worker->rests);
    worker->rests_look.due_ns = worker->lanes_look.due_ns = UINT64_MAX;
}

static void look_timer(struct chi_worker *worker, struct chi_timer *timer);

/* Has this thread look when the look is due and may be. */
static void schedule(struct chi_worker *worker, const struct chi_look *look)
{
    struct chi_timer *timer = &worker->look_timer;
    uint64_t when_ns = look->due_ns > look->again_ns ? look->due_ns : look->again_ns;

    if (look->due_ns == UINT64_MAX || (timer->place != 0 && timer->deadline_ns <= when_ns))
        return;
    chi_timers_remove(&worker->timers, timer);
    timer->deadline_ns = when_ns;
    timer->fire = look_timer;
    if (chi_timers_add(&worker->timers, timer) < 0)
        chi_log_warn("runtime", "worker %u: no memory to notice a task's end of time", worker->id);
}

void chi_worker_watch_lanes(struct chi_worker *worker, const struct chi_worker *owner)
{
    schedule(worker, &owner->lanes_look);
}

bool chi_worker_end_unstarted(struct chi_worker *owner, struct chi_record *record)
{
    struct chi_worker *self = chi_worker_self; /* who serves the lanes */
    uint64_t now_ns = record->timed != NULL ? chi_clock_now_ns() : 0;
    int code = chi_record_verdict_unstarted(self, record, now_ns);

    if (code == 0) {
        if (record->timed != NULL && record->timed->deadline_ns < owner->lanes_look.due_ns) {
            owner->lanes_look.due_ns = record->timed->deadline_ns;
            chi_worker_watch_lanes(self, owner);
        }
        return false;
    }
    if (record->clients)
        atomic_fetch_sub_explicit(&owner->backlog, 1, memory_order_relaxed);
    chi_worker_complete(self, record, code);
    return true;
}

/* ---- looking over tasks */

static void look_over_rests(struct chi_worker *worker, uint64_t now_ns)
{
    struct chi_rest seen;

    /* Each moves to another list before it is ended, because ending one may remove others. */
    init_list(&seen);
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

/* Moves what is to end from the list, of a lane or of tasks set aside, to `doomed`. Returns the
 * earliest deadline of the rest. */
static uint64_t sift(struct chi_worker *owner, struct chi_fifo *fifo, struct chi_message **doomed,
                     uint64_t now_ns)
{
    uint64_t soonest = UINT64_MAX;
    struct chi_message *last = NULL;

    for (struct chi_message *next, *message = fifo->first; message != NULL; message = next) {
        struct chi_record *record = chi_record_of_message(message);
        next = message->next;
        if (chi_record_verdict_unstarted(owner, record, now_ns) == 0) {
            if (record->timed != NULL && record->timed->deadline_ns < soonest)
                soonest = record->timed->deadline_ns;
            last = message;
            continue;
        }
        if (last != NULL)
            last->next = next;
        else
            fifo->first = next;
        chi_worker_unqueue(owner, chi_worker_lane_of(owner, record), fifo);
        message->next = *doomed;
        *doomed = message;
    }
    fifo->last = last;
    return soonest;
}

/* Takes lanes without tasks off the list of those with: with the last of its tasks a lane's pool
 * may go. */
static void drop_empty_lanes(struct chi_worker *owner)
{
    struct chi_lane **link = &owner->lanes_first;

    owner->lanes_last = NULL;
    while (*link != NULL) {
        struct chi_lane *lane = *link;
        if (lane->tasks.first != NULL || lane->subtasks.first != NULL) {
            owner->lanes_last = lane;
            link = &lane->next_ready;
            continue;
        }
        *link = lane->next_ready;
        lane->ready = false;
        owner->lanes_ready--;
    }
}

static void take_in(struct chi_worker *worker, struct chi_ingress *ingress, const uint64_t *items,
                    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        chi_worker_ingest(worker, ingress, items[i], false);
}

/*
 * A client that has no room for another task that waits has none taken in, so cancelled ones would
 * stay in the ingress lanes: what there is of clients that cancel is taken in, also while they have
 * room, because they may have none when their turn comes. All lanes, because one that has rung may
 * not be hot yet. What they hold is bounded.
 */
static void take_in_marked(struct chi_worker *worker, struct chi_worker *owner)
{
    struct chi_batch *batch = &owner->batch;
    uint64_t items[CHI_BATCH_MAX];

    if (batch->next < batch->count &&
        atomic_load_explicit(&batch->ingress->origin->cancels, memory_order_relaxed)) {
        uint32_t next = batch->next;
        batch->next = batch->count;
        take_in(worker, batch->ingress, &batch->items[next], batch->count - next);
    }
    for (uint32_t number = 0; number < CHI_RUNG_WORDS * 64; number++) {
        struct chi_ingress *ingress = owner->by_number[number];
        uint32_t count = 1;
        if (ingress == NULL ||
            !atomic_load_explicit(&ingress->origin->cancels, memory_order_relaxed))
            continue;
        for (uint32_t n = 0; count > 0 && n < worker->runtime->config.queue_depth; n += count) {
            count = chi_lane_take(&ingress->reader, items, CHI_BATCH_MAX);
            take_in(worker, ingress, items, count);
        }
    }
}

static void look_over_lanes(struct chi_worker *worker, struct chi_worker *owner, uint64_t now_ns)
{
    struct chi_message *doomed = NULL;
    uint64_t soonest = UINT64_MAX;

    take_in_marked(worker, owner);
    for (struct chi_lane *lane = owner->lanes_first; lane != NULL; lane = lane->next_ready) {
        uint64_t tasks = sift(owner, &lane->tasks, &doomed, now_ns);
        uint64_t subtasks = sift(owner, &lane->subtasks, &doomed, now_ns);
        soonest = tasks < soonest ? tasks : soonest;
        soonest = subtasks < soonest ? subtasks : soonest;
    }
    for (struct chi_share *share = owner->aside; share != NULL; share = share->next) {
        uint64_t tasks = sift(owner, &share->aside, &doomed, now_ns);
        soonest = tasks < soonest ? tasks : soonest;
    }
    if (soonest < owner->lanes_look.due_ns)
        owner->lanes_look.due_ns = soonest;
    if (doomed != NULL) {
        drop_empty_lanes(owner);
        chi_share_drop_empty(owner);
    }
    while (doomed != NULL) {
        struct chi_record *record = chi_record_of_message(doomed);
        doomed = doomed->next;
        chi_worker_complete(worker, record, record->ended);
    }
}

/* ---- looking */

static bool begin(struct chi_look *look, uint64_t now_ns)
{
    if (look->due_ns > now_ns || look->again_ns > now_ns)
        return false;
    look->due_ns = UINT64_MAX;
    return true;
}

static void end(struct chi_look *look, uint64_t began_ns)
{
    uint64_t now_ns = chi_clock_now_ns();
    look->again_ns = now_ns + REST_FACTOR * (now_ns - began_ns);
}

static void look_at_rests(struct chi_worker *worker)
{
    uint64_t now_ns = chi_clock_now_ns();

    if (begin(&worker->rests_look, now_ns)) {
        look_over_rests(worker, now_ns);
        end(&worker->rests_look, now_ns);
    }
    schedule(worker, &worker->rests_look);
}

static void look_at_lanes(struct chi_worker *worker, struct chi_worker *owner)
{
    uint64_t now_ns = chi_clock_now_ns();

    if (begin(&owner->lanes_look, now_ns)) {
        look_over_lanes(worker, owner, now_ns);
        end(&owner->lanes_look, now_ns);
    }
    schedule(worker, &owner->lanes_look);
}

static void look_timer(struct chi_worker *worker, struct chi_timer *timer)
{
    (void)timer;
    look_at_rests(worker);
    look_at_lanes(worker, worker);
    for (struct chi_worker *guest = worker->guests; guest != NULL; guest = guest->handover.next)
        look_at_lanes(worker, guest);
}

/* ---- asking for it */

static void is_wanted(struct chi_look *look)
{
    /* An exchange, so that the mark of whoever finds this flag still set is seen afterwards. */
    atomic_exchange_explicit(&look->asked, false, memory_order_acq_rel);
    look->attentive = true;
    look->due_ns = 0;
}

static void asked_for_rests(struct chi_worker *worker, struct chi_message *message)
{
    (void)message;
    is_wanted(&worker->rests_look);
    look_at_rests(worker);
}

static void asked_for_lanes(struct chi_worker *owner, struct chi_message *message)
{
    (void)message;
    is_wanted(&owner->lanes_look);
    look_at_lanes(chi_worker_self, owner);
}

/* False: its message is on the way and was not handled before our mark. */
static bool ask(struct chi_look *look, chi_message_handler_t handle)
{
    if (atomic_exchange_explicit(&look->asked, true, memory_order_acq_rel))
        return false;
    look->message.handle = handle;
    return true;
}

void chi_runtime_look_over(struct chi_runtime *runtime)
{
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        struct chi_worker *worker = runtime->workers[w];
        if (ask(&worker->rests_look, asked_for_rests))
            chi_worker_send(worker, &worker->rests_look.message);
        if (ask(&worker->lanes_look, asked_for_lanes))
            chi_worker_send_lanes(worker, &worker->lanes_look.message);
    }
}
