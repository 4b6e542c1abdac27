/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Completing, the last step of a task: outputs are copied back, the task leaves its lane and the
 * counts, and its waiter is woken. A worker's thread. See complete.h.
 */
#include "runtime/path/complete.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cpu.h"
#include "runtime/core/counter.h"
#include "runtime/core/message.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/module/lane.h"
#include "runtime/module/pool.h"
#include "runtime/path/copy.h"
#include "runtime/path/fanout.h"
#include "runtime/path/periodic.h"
#include "runtime/worker/error_text.h"
#include "runtime/worker/park.h"
#include "runtime/worker/send.h"
#include "runtime/worker/worker.h"
#include "task/schema.h"
#include "task/task_phase.h"

/* ---- counts */

void chi_worker_count(struct chi_worker *worker, const struct chi_worker *owner,
                      struct chi_record *record)
{
    struct chi_origin_cell *cells = record->origin->cells;
    record->parity = (uint8_t)atomic_load_explicit(&cells[owner->id].parity, memory_order_relaxed);
    CHI_COUNTER_ADD(cells[worker->id].begun[record->parity], 1);
    record->counted = true;
}

/*
 * The last use of the pool and of the origin's memory. The release in CHI_COUNTER_ADD() pairs with
 * the acquire in chi_pool_in_flight() and chi_origin_count().
 */
static void uncount(struct chi_worker *worker, struct chi_record *record)
{
    if (CHI_UNLIKELY(record->timing != NULL))
        chi_timing_end(record);
    if (record->pool != NULL)
        CHI_COUNTER_ADD(record->pool->cells[worker->id].completed, 1);
    if (CHI_UNLIKELY(record->copied > 0))
        atomic_fetch_sub_explicit(&record->origin->copied, record->copied, memory_order_relaxed);
    if (CHI_UNLIKELY(record->flush))
        atomic_fetch_sub_explicit(&record->origin->flushing[record->parity], 1,
                                  memory_order_relaxed);
    if (record->counted)
        CHI_COUNTER_ADD(record->origin->cells[worker->id].ended[record->parity], 1);
}

void chi_worker_uncount_run(struct chi_worker *worker, struct chi_record *record)
{
    record->counted = false;
    CHI_COUNTER_ADD(record->origin->cells[worker->id].ended[record->parity], 1);
}

/* ---- the end */

static void wake_waiters(struct chi_origin *origin, struct chi_task *shared, uint32_t bits)
{
    if (bits & CHI_TASK_WAITER)
        syscall(SYS_futex, &shared->state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    if (bits & CHI_TASK_ANY) {
        atomic_fetch_add_explicit(&origin->shm_slot->events, 1, memory_order_seq_cst);
        syscall(SYS_futex, &origin->shm_slot->events, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    }
    if ((bits & CHI_TASK_NOTIFY) && origin->notify_fd >= 0) {
        uint64_t one = 1;
        /*
         * A socket, because a client can make writes to its eventfd block. If it is full, the
         * client has notifications to read already.
         */
        send(origin->notify_fd, &one, sizeof(one), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
}

void chi_worker_complete_shared(struct chi_origin *origin, struct chi_task *shared, int rc,
                                uint32_t bits)
{
    shared->return_code = rc;
    /* Release: the outputs, for the client's acquire. Acquire: nothing below reads them. */
    uint32_t before =
        atomic_exchange_explicit(&shared->state, CHI_TASK_DONE | bits, memory_order_acq_rel);
    if (CHI_UNLIKELY(before & (CHI_TASK_WAITER | CHI_TASK_ANY | CHI_TASK_NOTIFY)))
        wake_waiters(origin, shared, before);
}

static void free_private(struct chi_worker *worker, struct chi_record *record)
{
    if (record->schema != NULL && record->schema->type.member_count > 0)
        chi_schema_fini_task(&record->schema->type, &record->task);
    chi_record_free(&worker->caches.records, record);
}

/* A subtask or copy is done. The thread of its maker. */
static void note_done(struct chi_worker *worker, struct chi_message *message)
{
    struct chi_record *record = chi_record_of_message(message);
    record->expecting = false;
    if (CHI_UNLIKELY(record->fanout != NULL))
        chi_fanout_take(record);
    else if (record->deleted)
        free_private(worker, record);
    else if (record->waiter != NULL)
        chi_worker_unpark(worker, record->waiter, 0);
}

static void complete_private(struct chi_worker *worker, struct chi_record *record, int rc)
{
    record->task.return_code = rc;
    uncount(worker, record);
    uint32_t bits = atomic_exchange_explicit(
        &record->task.state, CHI_TASK_DONE | (uint32_t)record->failed << CHI_TASK_FAILED_SHIFT,
        memory_order_acq_rel);
    if (bits & CHI_TASK_DETACHED) {
        free_private(worker, record);
    } else if (bits & CHI_TASK_WAITER) {
        record->message.handle = note_done;
        if (record->home == worker)
            note_done(worker, &record->message);
        else
            chi_worker_send(record->home, &record->message);
    }
}

void chi_worker_drop(struct chi_worker *worker, struct chi_record *record)
{
    uncount(worker, record);
    free_private(worker, record);
}

/*
 * Release: what the task did to the state of its container; pairs with the acquire in runs_here()
 * of lane_queue.c, where another worker becomes the runner. A task that has not begun may be ended
 * by the thread that serves the lane while another is its runner.
 */
void chi_worker_leave_lane(struct chi_worker *worker, struct chi_record *record, int rc)
{
    struct chi_lane *lane = record->lane;

    if (record->pool != NULL &&
        CHI_UNLIKELY(record->pool->monitor_modes & 1u << CHI_MONITOR_CLEANUP)) {
        record->task.return_code = rc;
        record->pool->ops->monitor(record->context.container, CHI_MONITOR_CLEANUP,
                                   record->task.method, &record->task, &record->context);
    }
    if (CHI_UNLIKELY(record->load != 0))
        atomic_fetch_sub_explicit(&lane->load, record->load, memory_order_relaxed);
    if (CHI_LIKELY(chi_lane_runner(lane) == worker))
        CHI_COUNTER_ADD(lane->done, 1);
    else
        atomic_fetch_add_explicit(&lane->dropped, 1, memory_order_relaxed);
    if (CHI_UNLIKELY(record->foreign))
        atomic_fetch_sub_explicit(&lane->foreign, 1, memory_order_relaxed);
    if (CHI_UNLIKELY(record->bound))
        atomic_fetch_sub_explicit(&lane->bound, 1, memory_order_release);
}

void chi_worker_complete(struct chi_worker *worker, struct chi_record *record, int rc)
{
    CHI_COUNTER_ADD(worker->stats.tasks, 1);
    if (CHI_UNLIKELY(record->timing != NULL) && chi_timing_again(worker, record, &rc))
        return;
    if (record->shm_offset == 0) {
        if (record->lane != NULL)
            chi_worker_leave_lane(worker, record, rc);
        if (CHI_UNLIKELY(rc < 0))
            chi_error_text_log(worker, record, rc);
        complete_private(worker, record, rc);
        return;
    }
    struct chi_task *shared = chi_worker_shared_task(worker, record->shm_offset);
    if (record->schema != NULL) {
        int out =
            chi_copy_out(worker, record->origin, &record->schema->type, &record->task, shared);
        rc = rc >= 0 && out < 0 ? out : rc;
    }
    if (record->lane != NULL)
        chi_worker_leave_lane(worker, record, rc);
    uint32_t bits = (uint32_t)record->failed << CHI_TASK_FAILED_SHIFT;
    if (CHI_UNLIKELY(record->moved)) {
        chi_task_put_placement(shared, record->lane->worker->id, record->pool->container_count);
        bits |= CHI_TASK_MOVED;
    }
    if (CHI_UNLIKELY(rc < 0))
        bits |= chi_error_text_tell_client(worker, record, rc);
    chi_worker_complete_shared(record->origin, shared, rc, bits);
    uncount(worker, record);
    free_private(worker, record);
}
