/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When a worker scans its waiting tasks and its lanes for those that have to end before their time.
 * The scan itself is in sched/scan.c.
 */
#ifndef CHI_RUNTIME_SCAN_REQUEST_H
#define CHI_RUNTIME_SCAN_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/core/message.h"

struct chi_runtime;
struct chi_worker;

/* Of a worker's wait entries: its thread's. Of its lanes: the thread's that serves them. */
struct chi_scan {
    bool attentive;    /* requested at least once: what comes here from now on is checked, too */
    uint64_t due_ns;   /* UINT64_MAX: not needed */
    uint64_t again_ns; /* not before: the back-off */
    atomic_bool asked; /* the message is on its way */
    struct chi_message message;
};

/*
 * Asks every worker to scan its tasks, after a mark was set; any thread. The time of a scan grows
 * with the number of tasks, so the next one is put off by a multiple of that: scans of one worker
 * never take more than a fifth of a thread's time, however often they are asked for.
 */
void chi_runtime_scan(struct chi_runtime *runtime);

/* Has this worker's thread scan when the scan is due and its back-off is over. */
void chi_worker_schedule_scan(struct chi_worker *worker, const struct chi_scan *scan);

/* From here on `worker` serves the lanes of `owner`, and notices the deadlines of what is in them.
 */
void chi_worker_watch_lanes(struct chi_worker *worker, const struct chi_worker *owner);

#endif
