/* SPDX-License-Identifier: BSD-3-Clause */
/* The marks that end a task early. See verdict.h. */
#include "runtime/worker/verdict.h"

#include <errno.h>

#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/module/pool.h"
#include "runtime/worker/timing.h"
#include "runtime/worker/worker.h"

/* Returns the code with which a periodic task ends instead of running again; 0: it runs. */
static int unwanted_code(struct chi_worker *worker, const struct chi_record *record)
{
    if (chi_runtime_stopping(worker->runtime))
        return CHI_ESTOPPING;
    /* Acquire: the thread that sets these requests a scan afterwards. */
    if (atomic_load_explicit(&record->origin->state, memory_order_acquire) == CHI_ORIGIN_DYING ||
        (record->pool != NULL &&
         atomic_load_explicit(&record->pool->state, memory_order_acquire) == CHI_POOL_DYING))
        return -ECANCELED;
    return 0;
}

/* Returns whether the owner of the task has cancelled it. */
static bool is_marked(struct chi_worker *worker, struct chi_record *record)
{
    struct chi_runtime *runtime = worker->runtime;
    struct chi_origin *origin = record->origin;

    if (record->shm_offset == 0)
        return atomic_load_explicit(&record->task.state, memory_order_relaxed) & CHI_TASK_CANCEL;
    /* Its position was checked when it came in, but the client may have released a periodic task.
     */
    if (!atomic_load_explicit(&origin->cancels, memory_order_relaxed) ||
        !chi_extents_owns(runtime->extents[CHI_SEGMENT_MAIN], origin->owner, record->shm_offset,
                          sizeof(struct chi_task)))
        return false;
    struct chi_task *shared =
        (void *)((char *)runtime->segments[CHI_SEGMENT_MAIN].base + record->shm_offset);
    return atomic_load_explicit(&shared->state, memory_order_relaxed) & CHI_TASK_CANCEL;
}

/* Create and Destroy, and chi_runtime_call(), cannot be cancelled. */
static bool is_exempt(const struct chi_record *record)
{
    return record->is_call || record->task.method < CHI_METHOD_CUSTOM;
}

/* Returns whether the task ends because its client is gone: its waits do, if it has begun. */
static bool has_lost_client(const struct chi_record *record)
{
    /* Acquire: the control thread requests a scan afterwards. */
    return record->clients &&
           atomic_load_explicit(&record->origin->state, memory_order_acquire) == CHI_ORIGIN_DYING &&
           (record->schema == NULL || !(record->schema->flags & CHI_METHOD_OUTLIVES_CLIENT));
}

int chi_record_verdict(struct chi_worker *worker, struct chi_record *record, uint64_t now_ns)
{
    if (record->ended != 0 || is_exempt(record))
        return record->ended;
    if (atomic_load_explicit(&worker->runtime->cancel_all, memory_order_relaxed) ||
        (record->pool != NULL &&
         atomic_load_explicit(&record->pool->cancel, memory_order_relaxed)) ||
        is_marked(worker, record) || has_lost_client(record))
        record->ended = -ECANCELED;
    else if (record->timing != NULL && now_ns >= record->timing->deadline_ns)
        record->ended = -ETIMEDOUT;
    return record->ended;
}

int chi_record_verdict_unstarted(struct chi_worker *worker, struct chi_record *record,
                                 uint64_t now_ns)
{
    if (record->ended == 0 && !is_exempt(record) && record->clients &&
        atomic_load_explicit(&record->origin->state, memory_order_relaxed) == CHI_ORIGIN_DYING &&
        (record->timing == NULL || record->timing->period_ns == 0))
        record->ended = CHI_ERUNTIME_DOWN; /* its client is gone: it does not begin */
    int code = chi_record_verdict(worker, record, now_ns);
    if (code != 0 || is_exempt(record))
        return code;
    if (record->timing != NULL && record->timing->period_ns > 0)
        record->ended = unwanted_code(worker, record);
    return record->ended;
}
