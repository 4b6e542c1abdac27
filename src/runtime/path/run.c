/* SPDX-License-Identifier: BSD-3-Clause */
/* Running: the handler is called. A worker's thread, in the scheduler. See run.h. */
#include "runtime/path/run.h"

#include <errno.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/module/lane.h"
#include "runtime/module/pool.h"
#include "runtime/path/complete.h"
#include "runtime/sync/lock.h"
#include "runtime/worker/idle.h"
#include "runtime/worker/park.h"
#include "runtime/worker/verdict.h"
#include "runtime/worker/worker.h"

#define SAMPLE_EACH      32u   /* tasks of a worker */
#define SAMPLE_GROWTH_NS 6000u /* one sample that the thread was preempted in changes little */

static int call_handler(struct chi_record *record)
{
    return record->pool->ops->run(record->context.container, record->task.method, &record->task,
                                  &record->context);
}

/* The same, and notes how long it runs. Not where it parks: the time is others', then. */
static __attribute__((noinline)) int call_sampled(const struct chi_worker *worker,
                                                  struct chi_record *record)
{
    struct chi_queue *queue = record->lane->queue;
    uint64_t parks = worker->fibers.parks;
    uint64_t before = chi_clock_now_ns();
    int rc = call_handler(record);
    if (worker->fibers.parks == parks) {
        uint64_t took = chi_clock_now_ns() - before;
        uint64_t mean = atomic_load_explicit(&queue->run_ns, memory_order_relaxed);
        if (took > 2 * mean + SAMPLE_GROWTH_NS)
            took = 2 * mean + SAMPLE_GROWTH_NS;
        atomic_store_explicit(&queue->run_ns, (3 * mean + took) / 4, memory_order_relaxed);
    }
    return rc;
}

static bool is_sample(const struct chi_worker *worker, const struct chi_record *record)
{
    return record->lane->queue != NULL &&
           atomic_load_explicit(&worker->stats.tasks, memory_order_relaxed) % SAMPLE_EACH == 0;
}

/* Calls the handler on the current fiber. */
static void run_here(struct chi_worker *worker, struct chi_record *record)
{
    int rc;

    if (CHI_UNLIKELY(worker->idle))
        chi_worker_end_idle(worker);
    chi_worker_enter_task(worker, record);
    if (CHI_UNLIKELY(record->is_call))
        rc = record->call(record->call_argument);
    else if (CHI_UNLIKELY(is_sample(worker, record)))
        rc = call_sampled(worker, record);
    else
        rc = call_handler(record);
    chi_worker_leave_task(worker);
    if (CHI_UNLIKELY(record->holds != NULL))
        chi_lock_release_all(worker, record);
    chi_worker_complete(worker, record, rc);
}

static bool wants_own_stack(const struct chi_record *record, size_t *size)
{
    const struct chi_container *container = record->context.container;
    if (container == NULL ||
        atomic_load_explicit(&container->priv->stacks, memory_order_relaxed) == NULL)
        return false;
    *size = chi_container_stack_size(container, record->task.method);
    return *size > 0;
}

/* Called only for tasks with a deadline or period, and on workers that had to scan before. */
static bool is_to_end(struct chi_worker *worker, struct chi_record *record)
{
    uint64_t now_ns = record->timing != NULL ? chi_clock_now_ns() : 0;
    return chi_record_verdict_unstarted(worker, record, now_ns) != 0;
}

void chi_worker_run(struct chi_worker *worker, struct chi_record *record)
{
    size_t stack_size;

    if (CHI_UNLIKELY(worker->waits.scan.attentive || record->timing != NULL) &&
        is_to_end(worker, record))
        chi_worker_complete(worker, record, record->ended);
    else if (CHI_UNLIKELY(atomic_load_explicit(&record->origin->state, memory_order_relaxed) ==
                          CHI_ORIGIN_DYING) &&
             record->clients)
        chi_worker_complete(worker, record, CHI_ERUNTIME_DOWN); /* its client is gone */
    else if (CHI_LIKELY(!wants_own_stack(record, &stack_size)))
        run_here(worker, record);
    else if (!chi_worker_run_sized(worker, stack_size, run_here, record))
        chi_worker_complete(worker, record, -ENOMEM);
}
