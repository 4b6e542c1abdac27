/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding deadlocks: while tasks wait for locks, the control thread asks the workers once a second
 * who waits for whom. Where a cycle is the same in two answers, it says so in the log, once, and in
 * the status as long as it lasts. It breaks nothing.
 */
#ifndef CHI_RUNTIME_LOCK_WATCH_H
#define CHI_RUNTIME_LOCK_WATCH_H

#include <stdio.h>

#include "runtime/worker/worker.h"

struct chi_wait_graph;

/* Has the control thread look from now on. Any thread. */
void chi_deadlock_monitor_begin(struct chi_runtime *runtime);

/* A task of this worker begins to wait for a lock. */
static inline void chi_deadlock_monitor_begin_wait(struct chi_worker *worker)
{
    uint32_t waits = atomic_load_explicit(&worker->lock_waits, memory_order_relaxed);
    /* seq_cst on both sides: either we see that nobody watches, or who stops watching sees us. */
    atomic_store_explicit(&worker->lock_waits, waits + 1, memory_order_seq_cst);
    if (!atomic_load_explicit(&worker->runtime->locks_watched, memory_order_seq_cst))
        chi_deadlock_monitor_begin(worker->runtime);
}

static inline void chi_deadlock_monitor_end_wait(struct chi_worker *worker)
{
    CHI_COUNTER_ADD(worker->lock_waits, -1);
}

/* Adds what this worker's tasks wait for and hold. On its thread. */
void chi_deadlock_monitor_census(struct chi_worker *worker, struct chi_wait_graph *graph);

/* ---- control thread */

/* Does what is due. Returns after how many milliseconds to call again; -1: not until woken. */
int chi_deadlock_monitor_advance(struct chi_runtime *runtime);

/* How many cycles the last look found. */
uint32_t chi_deadlock_monitor_count(const struct chi_runtime *runtime);

/* Writes them: lines of text, or a JSON array of strings. */
void chi_deadlock_monitor_render(const struct chi_runtime *runtime, FILE *out, bool json);

/* After all threads have ended. */
void chi_deadlock_monitor_fini(struct chi_runtime *runtime);

#endif
