/* SPDX-License-Identifier: BSD-3-Clause */
/* Scans are asked for by any thread, and put off by their back-off. See scan_request.h. */

#include "runtime/worker/scan_request.h"

#include "chimaera/log.h"
#include "runtime/core/runtime.h"
#include "runtime/core/timers.h"
#include "runtime/worker/send.h"
#include "runtime/worker/worker.h"

void chi_worker_schedule_scan(struct chi_worker *worker, const struct chi_scan *scan)
{
    struct chi_timer *timer = &worker->waits.scan_timer;
    uint64_t when_ns = scan->due_ns > scan->again_ns ? scan->due_ns : scan->again_ns;

    if (scan->due_ns == UINT64_MAX || (timer->place != 0 && timer->deadline_ns <= when_ns))
        return;
    chi_timers_remove(&worker->waits.timers, timer);
    timer->deadline_ns = when_ns;
    timer->fire = worker->ops->scan_due;
    if (chi_timers_add(&worker->waits.timers, timer) < 0)
        chi_log_warn("runtime", "worker %u: no memory to notice a task's end of time", worker->id);
}

void chi_worker_watch_lanes(struct chi_worker *worker, const struct chi_worker *owner)
{
    chi_worker_schedule_scan(worker, &owner->lanes.scan);
}

/* False: its message is on the way and was not handled before our mark. */
static bool ask(struct chi_scan *scan, chi_message_handler_t handle)
{
    if (atomic_exchange_explicit(&scan->asked, true, memory_order_acq_rel))
        return false;
    scan->message.handle = handle;
    return true;
}

void chi_runtime_scan(struct chi_runtime *runtime)
{
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        struct chi_worker *worker = runtime->workers[w];
        if (ask(&worker->waits.scan, worker->ops->scan_entries))
            chi_worker_send(worker, &worker->waits.scan.message);
        if (ask(&worker->lanes.scan, worker->ops->scan_lanes))
            chi_worker_send_lanes(worker, &worker->lanes.scan.message);
    }
}
