/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Deadlines and periods. A task with a deadline rests in a lane, where the worker looks over its
 * lanes in time (cancel.c), or parked, with a timer of its own.
 *
 * A periodic task, from its first run to its completion, on the worker where it is:
 *
 *   queued or running -> resting   its handler returned 0 or more, and it is still wanted
 *   resting -> queued              its time has come: it is routed anew
 *   queued, running or resting -> done   marked (see cancel.h), an error of its handler's, the end
 *                                  of its pool, its client or the runtime
 *
 * While it rests it is not in flight: neither Flush nor a grace period waits for it. So its
 * client's memory may go meanwhile, and is checked anew, after it is counted in again, before each
 * use. The origin counts it as `held` all the time, and is not given to another client before that
 * is 0.
 */
#include "runtime/timed.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "runtime/copy.h"
#include "runtime/worker.h"
#include "task/task_phase.h"

/* Of one origin: each is private memory, and they outlive their lane. */
#define PERIODIC_MAX 4096u

static int make(struct chi_record *record, struct chi_timed **out)
{
    struct chi_timed *timed = calloc(1, sizeof(*timed));
    if (timed == NULL)
        return -ENOMEM;
    timed->record = record;
    timed->deadline_ns = UINT64_MAX;
    *out = record->timed = timed;
    return 0;
}

static int begin_periodic(struct chi_record *record, uint64_t period_ns)
{
    struct chi_origin *origin = record->origin;
    struct chi_timed *timed;

    if (period_ns == 0)
        return CHI_EBADTASK;
    if (atomic_fetch_add_explicit(&origin->held, 1, memory_order_relaxed) >= PERIODIC_MAX) {
        atomic_fetch_sub_explicit(&origin->held, 1, memory_order_relaxed);
        return -EAGAIN;
    }
    int rc = make(record, &timed);
    if (rc < 0) {
        atomic_fetch_sub_explicit(&origin->held, 1, memory_order_relaxed);
        return rc;
    }
    timed->period_ns = period_ns;
    timed->next_ns = chi_clock_deadline_ns(chi_clock_now_ns(), period_ns);
    return 0;
}

int chi_timed_begin(struct chi_worker *worker, struct chi_record *record)
{
    const struct chi_task *task = &record->task;
    struct chi_timed *timed;

    (void)worker;
    if (atomic_load_explicit(&task->state, memory_order_relaxed) & CHI_TASK_CANCEL)
        return -ECANCELED;
    switch (task->flags & (CHI_TASK_TIMED | CHI_TASK_PERIODIC)) {
    case CHI_TASK_TIMED:
        if (chi_task_deadline_ns(task) <= chi_clock_now_ns())
            return -ETIMEDOUT;
        int rc = make(record, &timed);
        if (rc == 0)
            timed->deadline_ns = chi_task_deadline_ns(task);
        return rc;
    case CHI_TASK_PERIODIC:
        return begin_periodic(record, chi_task_period_ns(task));
    default:
        return CHI_EBADTASK;
    }
}

void chi_timed_end(struct chi_record *record)
{
    /* Release: pairs with the acquire of whoever waits for the origin to be free. */
    if (record->timed->period_ns > 0)
        atomic_fetch_sub_explicit(&record->origin->held, 1, memory_order_release);
    free(record->timed);
    record->timed = NULL;
}

int chi_timed_unwanted(struct chi_worker *worker, const struct chi_record *record)
{
    if (chi_runtime_stopping(worker->runtime))
        return CHI_ESTOPPING;
    /* Acquire: whoever set these asks all workers to look afterwards. */
    if (atomic_load_explicit(&record->origin->state, memory_order_acquire) == CHI_ORIGIN_DYING ||
        (record->pool != NULL &&
         atomic_load_explicit(&record->pool->state, memory_order_acquire) == CHI_POOL_DYING))
        return -ECANCELED;
    return 0;
}

/* ---- periods */

/* Counts it in again, then checks what may have changed while it was not. False: it is gone. */
static bool wake(struct chi_worker *worker, struct chi_record *record)
{
    struct chi_runtime *runtime = worker->runtime;

    chi_rest_remove(&record->timed->rest);
    chi_timers_remove(&worker->timers, &record->timed->timer);
    chi_worker_count(worker, worker, record);
    if (record->shm_offset == 0)
        return true;
    if (!chi_extents_owns(runtime->extents[CHI_SEGMENT_MAIN], record->origin->owner,
                          record->shm_offset, record->task.size)) {
        chi_worker_drop(worker, record); /* its client has given the task's memory back */
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

static void end_rest(struct chi_worker *worker, struct chi_rest *rest, int code)
{
    struct chi_record *record = rest->record;
    if (wake(worker, record))
        chi_worker_complete(worker, record, code);
}

static void run_again(struct chi_worker *worker, struct chi_timer *timer)
{
    struct chi_timed *timed = timer->argument;
    uint64_t now = chi_clock_now_ns();
    uint64_t late = now > timed->next_ns ? (now - timed->next_ns) / timed->period_ns : 0;

    timed->missed += late;
    timed->next_ns =
        chi_clock_deadline_ns(timed->next_ns + late * timed->period_ns, timed->period_ns);
    if (wake(worker, timed->record))
        chi_worker_route(worker, timed->record, false);
}

bool chi_timed_again(struct chi_worker *worker, struct chi_record *record, int *rc)
{
    struct chi_timed *timed = record->timed;

    if (timed->period_ns == 0 || *rc < 0)
        return false;
    uint64_t now = chi_clock_now_ns();
    int code = chi_record_verdict_unstarted(worker, record, now);
    if (code < 0) {
        *rc = code;
        return false;
    }
    if (timed->next_ns <= now) {
        uint64_t late = (now - timed->next_ns) / timed->period_ns + 1;
        timed->missed += late;
        timed->next_ns =
            chi_clock_deadline_ns(timed->next_ns + (late - 1) * timed->period_ns, timed->period_ns);
    }
    timed->timer =
        (struct chi_timer){.deadline_ns = timed->next_ns, .fire = run_again, .argument = timed};
    if (chi_timers_add(&worker->timers, &timed->timer) < 0) {
        *rc = -ENOMEM;
        return false;
    }
    /* Each run has a lane of its own, whose sums it leaves as it found them. */
    if (record->lane != NULL)
        chi_worker_leave_lane(worker, record, *rc);
    record->lane = NULL;
    record->bound = record->visitor = false;
    record->load = record->context.load = 0;
    timed->rest = (struct chi_rest){.record = record, .end = end_rest, .unstarted = true};
    chi_rest_add(&worker->rests, &timed->rest);
    record->rerun = true;
    record->shield = false;
    record->context.route_lane = NULL;
    chi_worker_uncount_run(worker, record);
    return true;
}

uint64_t chi_task_missed(void)
{
    struct chi_record *record = chi_worker_self != NULL ? chi_worker_self->current : NULL;
    return record != NULL && record->timed != NULL ? record->timed->missed : 0;
}

/* ---- deadlines of parked tasks */

static void deadline_passed(struct chi_worker *worker, struct chi_timer *timer)
{
    struct chi_timed *timed = timer->argument;
    if (timed->record->ended == 0) {
        timed->record->ended = -ETIMEDOUT;
        timed->parked->end(worker, timed->parked, -ETIMEDOUT);
    }
}

int chi_timed_park(struct chi_worker *worker, struct chi_record *record, struct chi_rest *rest)
{
    struct chi_timed *timed = record->timed;

    if (timed->deadline_ns == UINT64_MAX || record->ended != 0)
        return 0;
    timed->parked = rest;
    timed->timer = (struct chi_timer){
        .deadline_ns = timed->deadline_ns, .fire = deadline_passed, .argument = timed};
    return chi_timers_add(&worker->timers, &timed->timer);
}

void chi_timed_unpark(struct chi_worker *worker, struct chi_record *record)
{
    chi_timers_remove(&worker->timers, &record->timed->timer);
}
