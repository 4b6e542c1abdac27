/* SPDX-License-Identifier: BSD-3-Clause */
/* Connects workers with the loop, the scans and the task backend. See scheduler.h. */
#include "runtime/sched/scheduler.h"

#include "runtime/core/runtime.h"
#include "runtime/path/subtask.h"
#include "runtime/sched/loop.h"
#include "runtime/sched/scan.h"
#include "runtime/worker/lifetime.h"
#include "runtime/worker/worker.h"

const struct chi_worker_ops chi_scheduler_ops = {
    .loop = chi_worker_loop,
    .step_loop = chi_worker_step_loop,
    .scan_entries = chi_scan_asked_for_entries,
    .scan_lanes = chi_scan_asked_for_lanes,
    .scan_due = chi_scan_due,
};

int chi_scheduler_create_worker(struct chi_runtime *runtime, uint32_t id,
                                enum chi_priority priority, struct chi_worker **worker)
{
    int rc = chi_worker_create(runtime, id, priority, &chi_scheduler_ops, worker);
    if (rc == 0)
        chi_subtask_backend_init(*worker);
    return rc;
}
