/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Deadlines and periods. A task with a deadline waits in a lane, where a scan ends it in time
 * (sched/scan.c), or is parked with its own timer (worker/timing.c).
 *
 * States of a periodic task, from its first run to its completion, on the worker where it is:
 *
 *   queued or running -> waiting         its handler returned 0 or more, and it has no verdict
 *   waiting -> queued                    the next run is due: it is routed again
 *   queued, running or waiting -> done   a verdict (worker/verdict.h), or its handler failed
 *
 * While it waits between runs it is not in flight: no grace period waits for it. So its client may
 * release memory meanwhile, which is checked before each run, after the task is counted as in
 * flight again. The origin counts it in `held` all the time, and gets no other client before that
 * is 0.
 */
#include "runtime/path/periodic.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/core/timers.h"
#include "runtime/path/complete.h"
#include "runtime/path/copy.h"
#include "runtime/path/route.h"
#include "runtime/worker/timing.h"
#include "runtime/worker/verdict.h"
#include "runtime/worker/wait_entry.h"
#include "runtime/worker/worker.h"
#include "task/task_phase.h"

/* Periodic tasks of one origin. Each takes private memory, for longer than it is in a lane. */
#define PERIODIC_MAX 4096u

static int make(struct chi_record *record, struct chi_timing **out)
{
    struct chi_timing *timing = calloc(1, sizeof(*timing));
    if (timing == NULL)
        return -ENOMEM;
    timing->record = record;
    timing->deadline_ns = UINT64_MAX;
    *out = record->timing = timing;
    return 0;
}

static int begin_periodic(struct chi_record *record, uint64_t period_ns)
{
    struct chi_origin *origin = record->origin;
    struct chi_timing *timing;

    if (period_ns == 0)
        return CHI_EBADTASK;
    if (atomic_fetch_add_explicit(&origin->held, 1, memory_order_relaxed) >= PERIODIC_MAX) {
        atomic_fetch_sub_explicit(&origin->held, 1, memory_order_relaxed);
        return -EAGAIN;
    }
    int rc = make(record, &timing);
    if (rc < 0) {
        atomic_fetch_sub_explicit(&origin->held, 1, memory_order_relaxed);
        return rc;
    }
    timing->period_ns = period_ns;
    timing->next_ns = chi_clock_deadline_ns(chi_clock_now_ns(), period_ns);
    return 0;
}

int chi_timing_begin(struct chi_worker *worker, struct chi_record *record)
{
    const struct chi_task *task = &record->task;
    struct chi_timing *timing;

    (void)worker;
    if (atomic_load_explicit(&task->state, memory_order_relaxed) & CHI_TASK_CANCEL)
        return -ECANCELED;
    switch (task->flags & (CHI_TASK_TIMED | CHI_TASK_PERIODIC)) {
    case CHI_TASK_TIMED:
        if (chi_task_deadline_ns(task) <= chi_clock_now_ns())
            return -ETIMEDOUT;
        int rc = make(record, &timing);
        if (rc == 0)
            timing->deadline_ns = chi_task_deadline_ns(task);
        return rc;
    case CHI_TASK_PERIODIC:
        return begin_periodic(record, chi_task_period_ns(task));
    default:
        return CHI_EBADTASK;
    }
}

void chi_timing_end(struct chi_record *record)
{
    /* Release: pairs with the acquire in advance() of control/registry.c. */
    if (record->timing->period_ns > 0)
        atomic_fetch_sub_explicit(&record->origin->held, 1, memory_order_release);
    free(record->timing);
    record->timing = NULL;
}

/* ---- periods */

/* Counts it as in flight, then checks what may have changed between runs. Returns false if it is
 * gone. */
static bool wake(struct chi_worker *worker, struct chi_record *record)
{
    struct chi_runtime *runtime = worker->runtime;

    LIST_REMOVE(&record->timing->entry, link);
    chi_timers_remove(&worker->waits.timers, &record->timing->timer);
    chi_worker_count(worker, worker, record);
    if (record->shm_offset == 0)
        return true;
    if (!chi_extents_owns(runtime->extents[CHI_SEGMENT_MAIN], record->origin->owner,
                          record->shm_offset, record->task.size)) {
        chi_worker_drop(worker, record); /* its client has released the memory of the task */
        return false;
    }
    if (record->schema->type.member_count > 0) {
        int rc = chi_copy_check(runtime, record->origin, &record->schema->type, &record->task);
        if (rc < 0) {
            chi_worker_complete(worker, record, rc);
            return false;
        }
    }
    return true;
}

static void end_between_runs(struct chi_worker *worker, struct chi_wait_entry *entry, int code)
{
    struct chi_record *record = entry->record;
    if (wake(worker, record))
        chi_worker_complete(worker, record, code);
}

static void run_again(struct chi_worker *worker, struct chi_timer *timer)
{
    struct chi_timing *timing = timer->argument;
    uint64_t now = chi_clock_now_ns();
    uint64_t late = now > timing->next_ns ? (now - timing->next_ns) / timing->period_ns : 0;

    timing->missed += late;
    timing->next_ns =
        chi_clock_deadline_ns(timing->next_ns + late * timing->period_ns, timing->period_ns);
    if (wake(worker, timing->record))
        chi_worker_route(worker, timing->record, false);
}

bool chi_timing_again(struct chi_worker *worker, struct chi_record *record, int *rc)
{
    struct chi_timing *timing = record->timing;

    if (timing->period_ns == 0 || *rc < 0)
        return false;
    uint64_t now = chi_clock_now_ns();
    int code = chi_record_verdict_unstarted(worker, record, now);
    if (code < 0) {
        *rc = code;
        return false;
    }
    if (timing->next_ns <= now) {
        uint64_t late = (now - timing->next_ns) / timing->period_ns + 1;
        timing->missed += late;
        timing->next_ns = chi_clock_deadline_ns(timing->next_ns + (late - 1) * timing->period_ns,
                                                timing->period_ns);
    }
    timing->timer =
        (struct chi_timer){.deadline_ns = timing->next_ns, .fire = run_again, .argument = timing};
    if (chi_timers_add(&worker->waits.timers, &timing->timer) < 0) {
        *rc = -ENOMEM;
        return false;
    }
    /* Each run is routed to a lane, and leaves it. */
    if (record->lane != NULL)
        chi_worker_leave_lane(worker, record, *rc);
    record->lane = NULL;
    record->moved = false; /* its end tells no lane */
    record->bound = record->foreign = false;
    record->load = record->context.load = 0;
    timing->entry =
        (struct chi_wait_entry){.record = record, .end = end_between_runs, .unstarted = true};
    LIST_INSERT_HEAD(&worker->waits.entries, &timing->entry, link);
    record->rerun = true;
    record->shield = false;
    record->context.route_lane = NULL;
    chi_worker_uncount_run(worker, record);
    return true;
}
