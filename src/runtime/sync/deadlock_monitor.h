/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The deadlock monitor. While tasks wait for locks, the control thread asks the workers once a
 * second which task waits for which. A cycle that is the same in two scans is reported once in the
 * log, and in the status as long as it lasts. The monitor does not end any wait.
 */
#ifndef CHI_RUNTIME_SYNC_DEADLOCK_MONITOR_H
#define CHI_RUNTIME_SYNC_DEADLOCK_MONITOR_H

#include <stdio.h>

#include "base/json.h"
#include "runtime/worker/worker.h"

struct chi_wait_graph;

/* Starts scans by the control thread, unless they are running. Any thread. */
void chi_deadlock_monitor_begin(struct chi_runtime *runtime);

/* A task of this worker begins to wait for a lock. The worker's thread. */
static inline void chi_deadlock_monitor_begin_wait(struct chi_worker *worker)
{
    uint32_t waits = atomic_load_explicit(&worker->lock_waits, memory_order_relaxed);
    /* seq_cst on both sides: this reads `locks_watched` false, or the control thread reads the
     * wait. */
    atomic_store_explicit(&worker->lock_waits, waits + 1, memory_order_seq_cst);
    if (!atomic_load_explicit(&worker->runtime->locks_watched, memory_order_seq_cst))
        chi_deadlock_monitor_begin(worker->runtime);
}

/* That wait has ended. The worker's thread. */
static inline void chi_deadlock_monitor_end_wait(struct chi_worker *worker)
{
    CHI_COUNTER_ADD(worker->lock_waits, -1);
}

/* Adds to the graph what this worker's parked tasks wait for and hold. The worker's thread. */
void chi_deadlock_monitor_census(struct chi_worker *worker, struct chi_wait_graph *graph);

/* ---- control thread */

/* Does what is due. Returns the milliseconds until the next call; -1: when woken. */
int chi_deadlock_monitor_advance(struct chi_runtime *runtime);

/* Returns the number of cycles that the last scan found. */
uint32_t chi_deadlock_monitor_count(const struct chi_runtime *runtime);

/* Writes these cycles: as strings to `json`, or, if that is NULL, as lines to `out`. */
void chi_deadlock_monitor_render(const struct chi_runtime *runtime, FILE *out,
                                 struct chi_json *json);

/* Frees the monitor. After all threads have ended. */
void chi_deadlock_monitor_fini(struct chi_runtime *runtime);

#endif
