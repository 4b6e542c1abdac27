/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding deadlocks: while tasks wait for locks, the control thread asks the workers once a second
 * who waits for whom. Where a cycle is the same in two answers, it says so in the log, once, and in
 * the status as long as it lasts. It breaks nothing.
 */
#ifndef CHI_RUNTIME_LOCK_WATCH_H
#define CHI_RUNTIME_LOCK_WATCH_H

#include <stdio.h>

#include "base/json.h"
#include "runtime/worker.h"

struct chi_wait_graph;

/* Has the control thread look from now on. Any thread. */
void chi_lock_watch_begin(struct chi_runtime *runtime);

/* A task of this worker begins to wait for a lock. */
static inline void chi_lock_watch_begin_wait(struct chi_worker *worker)
{
    uint32_t waits = atomic_load_explicit(&worker->lock_waits, memory_order_relaxed);
    /* seq_cst on both sides: either we see that nobody watches, or who stops watching sees us. */
    atomic_store_explicit(&worker->lock_waits, waits + 1, memory_order_seq_cst);
    if (!atomic_load_explicit(&worker->runtime->locks_watched, memory_order_seq_cst))
        chi_lock_watch_begin(worker->runtime);
}

static inline void chi_lock_watch_end_wait(struct chi_worker *worker)
{
    ADD_OWN(worker->lock_waits, -1);
}

/* Adds what this worker's tasks wait for and hold. On its thread. */
void chi_lock_watch_census(struct chi_worker *worker, struct chi_wait_graph *graph);

/* ---- control thread */

/* Does what is due. Returns after how many milliseconds to call again; -1: not until woken. */
int chi_lock_watch_advance(struct chi_runtime *runtime);

/* How many cycles the last look found. */
uint32_t chi_lock_watch_count(const struct chi_runtime *runtime);

/* Writes them: strings to `json`, or where that is NULL lines of text to `out`. */
void chi_lock_watch_render(const struct chi_runtime *runtime, FILE *out, struct chi_json *json);

/* After all threads have ended. */
void chi_lock_watch_fini(struct chi_runtime *runtime);

#endif
