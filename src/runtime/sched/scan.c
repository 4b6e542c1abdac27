/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scans: ending tasks early that were cancelled by their owner or with their pool, that still run
 * when the grace period of the stop is over, or whose deadline is over. See worker/verdict.h.
 *
 * Where a task may be when it is marked, and what ends it:
 *
 *   in an ingress lane           ingest: the mark is in the copy
 *   in a worker's lanes          the scan by the thread that serves them
 *   deferred there               the same
 *   on its way to them           that thread, when the task arrives: after the first scan the lanes
 *                                are `attentive`, because the scan may have come before the task
 *   taken out of them            the worker that runs it, before it starts: after its first scan
 *                                its waits are `attentive`
 *   parked, or between two runs  the scan of the worker's wait entries
 *   running                      the handler, by its next wait or chi_task_cancelled()
 *   done                         nothing: the exchange to DONE has removed the mark
 *
 * So each mark is followed by two scans for each worker, requested by two messages, one to its
 * thread and one to the thread that serves its lanes. They arrive in either order. A task that was
 * taken out of the lanes before their scan is ended at its start if the worker has scanned its wait
 * entries, and by that scan if it has not, because the worker cannot scan while the task runs.
 *
 * Each task is with one thread at a time and completes there, so ending it and completing it do not
 * race. A mark is in the task, not a position, so a task that reuses the memory has none.
 */
#include "runtime/sched/scan.h"

#include <errno.h>

#include "base/clock.h"
#include "lane/ingress_lane.h"
#include "runtime/core/current.h"
#include "runtime/core/message.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/timers.h"
#include "runtime/module/lane.h"
#include "runtime/path/complete.h"
#include "runtime/path/ingest.h"
#include "runtime/path/lane_queue.h"
#include "runtime/path/route.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/share.h"
#include "runtime/worker/timing.h"
#include "runtime/worker/verdict.h"
#include "runtime/worker/wait_entry.h"
#include "runtime/worker/worker.h"

/* Back-off after a scan: 9 times its duration. With two kinds of scans, a fifth of the time. */
#define SCAN_BACKOFF 9u

/* ---- the two scans */

static void scan_entries(struct chi_worker *worker, uint64_t now_ns)
{
    struct chi_wait_list seen = LIST_HEAD_INITIALIZER(seen);
    struct chi_wait_entry *entry;

    /* Each entry moves to another list before it is ended, because that may remove others. */
    while ((entry = LIST_FIRST(&worker->waits.entries)) != NULL) {
        LIST_REMOVE(entry, link);
        LIST_INSERT_HEAD(&seen, entry, link);
        bool ended = entry->record->ended != 0;
        int code = entry->unstarted ? chi_record_verdict_unstarted(worker, entry->record, now_ns)
                                    : chi_record_verdict(worker, entry->record, now_ns);
        if (code != 0 && !ended)
            entry->end(worker, entry, code);
    }
    while ((entry = LIST_FIRST(&seen)) != NULL) {
        LIST_REMOVE(entry, link);
        LIST_INSERT_HEAD(&worker->waits.entries, entry, link);
    }
}

/* Moves tasks that have to end from a list, of a lane or of deferred tasks, to `doomed`. Returns
 * the earliest deadline of the others. */
static uint64_t sift(struct chi_worker *owner, struct chi_fifo *fifo, struct chi_fifo *doomed,
                     uint64_t now_ns)
{
    uint64_t soonest = UINT64_MAX;
    struct chi_fifo kept = STAILQ_HEAD_INITIALIZER(kept);
    struct chi_message *message;

    while ((message = STAILQ_FIRST(fifo)) != NULL) {
        struct chi_record *record = chi_record_of_message(message);
        STAILQ_REMOVE_HEAD(fifo, link);
        if (chi_record_verdict_unstarted(owner, record, now_ns) == 0) {
            if (record->timing != NULL && record->timing->deadline_ns < soonest)
                soonest = record->timing->deadline_ns;
            STAILQ_INSERT_TAIL(&kept, message, link);
            continue;
        }
        chi_worker_unqueue(owner, chi_worker_lane_of(owner, record), fifo);
        STAILQ_INSERT_HEAD(doomed, message, link);
    }
    STAILQ_CONCAT(fifo, &kept);
    return soonest;
}

/* Removes empty lanes from the list of ready ones, because their pool may be destroyed when its
 * last task completes. */
static void drop_empty_lanes(struct chi_worker *owner)
{
    struct chi_lane *lane = STAILQ_FIRST(&owner->lanes.unstarted);

    STAILQ_INIT(&owner->lanes.unstarted);
    for (struct chi_lane *next; lane != NULL; lane = next) {
        next = STAILQ_NEXT(lane, link);
        if (!STAILQ_EMPTY(&lane->tasks) || !STAILQ_EMPTY(&lane->subtasks)) {
            STAILQ_INSERT_TAIL(&owner->lanes.unstarted, lane, link);
            continue;
        }
        lane->ready = false;
        owner->lanes.ready--;
    }
}

static void take_in(struct chi_worker *worker, struct chi_ingress *ingress, const uint64_t *items,
                    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        chi_worker_ingest(worker, ingress, items[i], false);
}

/*
 * Takes in all tasks of clients that have cancelled one. Otherwise cancelled tasks would stay in
 * the ingress lanes while the client has no room for another parked task. Also while it has room,
 * which it may lose meanwhile; and from all its lanes, because one that has rung may not be hot
 * yet. The depth of the lanes limits their number.
 */
static void take_in_marked(struct chi_worker *worker, struct chi_worker *owner)
{
    struct chi_batch *batch = &owner->lanes.batch;

    if (batch->next < batch->count &&
        atomic_load_explicit(&batch->ingress->origin->cancels, memory_order_relaxed)) {
        uint32_t next = batch->next;
        batch->next = batch->count;
        chi_worker_take_deliveries(owner);
        take_in(worker, batch->ingress, &batch->items[next], batch->count - next);
    }
    for (uint32_t number = 0; number < CHI_RUNG_WORDS * 64; number++) {
        struct chi_ingress *ingress = owner->lanes.by_number[number];
        if (ingress != NULL &&
            atomic_load_explicit(&ingress->origin->cancels, memory_order_relaxed))
            chi_worker_drain(worker, ingress);
    }
}

static void scan_lanes(struct chi_worker *worker, struct chi_worker *owner, uint64_t now_ns)
{
    struct chi_fifo doomed = STAILQ_HEAD_INITIALIZER(doomed);
    uint64_t soonest = UINT64_MAX;

    take_in_marked(worker, owner);
    struct chi_lane *lane;
    STAILQ_FOREACH (lane, &owner->lanes.unstarted, link) {
        uint64_t tasks = sift(owner, &lane->tasks, &doomed, now_ns);
        uint64_t subtasks = sift(owner, &lane->subtasks, &doomed, now_ns);
        soonest = tasks < soonest ? tasks : soonest;
        soonest = subtasks < soonest ? subtasks : soonest;
    }
    struct chi_share *share;
    STAILQ_FOREACH (share, &owner->lanes.deferred, link) {
        uint64_t tasks = sift(owner, &share->deferred, &doomed, now_ns);
        soonest = tasks < soonest ? tasks : soonest;
    }
    if (soonest < owner->lanes.scan.due_ns)
        owner->lanes.scan.due_ns = soonest;
    if (!STAILQ_EMPTY(&doomed)) {
        drop_empty_lanes(owner);
        chi_share_drop_empty(owner);
    }
    while (!STAILQ_EMPTY(&doomed)) {
        struct chi_record *record = chi_record_of_message(STAILQ_FIRST(&doomed));
        STAILQ_REMOVE_HEAD(&doomed, link);
        chi_worker_complete(worker, record, record->ended);
    }
}

/* ---- when to scan */

static bool begin(struct chi_scan *scan, uint64_t now_ns)
{
    if (scan->due_ns > now_ns || scan->again_ns > now_ns)
        return false;
    scan->due_ns = UINT64_MAX;
    return true;
}

static void end(struct chi_scan *scan, uint64_t began_ns)
{
    uint64_t now_ns = chi_clock_now_ns();
    scan->again_ns = now_ns + SCAN_BACKOFF * (now_ns - began_ns);
}

static void scan_entries_if_due(struct chi_worker *worker)
{
    uint64_t now_ns = chi_clock_now_ns();

    if (begin(&worker->waits.scan, now_ns)) {
        scan_entries(worker, now_ns);
        end(&worker->waits.scan, now_ns);
    }
    chi_worker_schedule_scan(worker, &worker->waits.scan);
}

static void scan_lanes_if_due(struct chi_worker *worker, struct chi_worker *owner)
{
    uint64_t now_ns = chi_clock_now_ns();

    if (begin(&owner->lanes.scan, now_ns)) {
        scan_lanes(worker, owner, now_ns);
        end(&owner->lanes.scan, now_ns);
    }
    chi_worker_schedule_scan(worker, &owner->lanes.scan);
}

void chi_scan_due(struct chi_worker *worker, struct chi_timer *timer)
{
    (void)timer;
    scan_entries_if_due(worker);
    scan_lanes_if_due(worker, worker);
    struct chi_worker *lender;
    SLIST_FOREACH (lender, &worker->lent, handover.link)
        scan_lanes_if_due(worker, lender);
}

/* ---- the requests */

static void is_wanted(struct chi_scan *scan)
{
    /* An exchange: if a thread found the flag still set, its mark is visible from here on. */
    atomic_exchange_explicit(&scan->asked, false, memory_order_acq_rel);
    scan->attentive = true;
    scan->due_ns = 0;
}

void chi_scan_asked_for_entries(struct chi_worker *worker, struct chi_message *message)
{
    (void)message;
    is_wanted(&worker->waits.scan);
    scan_entries_if_due(worker);
}

void chi_scan_asked_for_lanes(struct chi_worker *owner, struct chi_message *message)
{
    (void)message;
    is_wanted(&owner->lanes.scan);
    scan_lanes_if_due(chi_worker_self, owner);
}
