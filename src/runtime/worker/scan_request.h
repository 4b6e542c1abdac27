/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests for scans: when a worker scans its wait entries and its lanes for tasks that have to end
 * early. The scans themselves are in sched/scan.c.
 */
#ifndef CHI_RUNTIME_WORKER_SCAN_REQUEST_H
#define CHI_RUNTIME_WORKER_SCAN_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/core/message.h"

struct chi_runtime;
struct chi_worker;

/* For a worker's wait entries: its thread. For its lanes: the thread that serves them. */
struct chi_scan {
    bool attentive;    /* requested at least once: each task that comes is checked, too */
    uint64_t due_ns;   /* when to scan next; UINT64_MAX: not needed */
    uint64_t again_ns; /* end of the back-off */
    atomic_bool asked; /* `message` is on its way */
    struct chi_message message;
};

/*
 * Requests that every worker scans its tasks, after a mark was set. Any thread. The duration of a
 * scan grows with the number of tasks, so a back-off follows it: the two scans of a worker never
 * take more than a fifth of a thread's time, however often they are requested.
 */
void chi_runtime_scan(struct chi_runtime *runtime);

/* Sets the timer of the worker's thread for when the scan is due and its back-off is over. */
void chi_worker_schedule_scan(struct chi_worker *worker, const struct chi_scan *scan);

/* Schedules the scan of the lanes of `owner`, which `worker` serves now. The thread of `worker`. */
void chi_worker_watch_lanes(struct chi_worker *worker, const struct chi_worker *owner);

#endif
