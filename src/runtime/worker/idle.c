/* SPDX-License-Identifier: BSD-3-Clause */
/* Idle times. No clock is read while one task follows another. See idle.h. */
#include "runtime/worker/idle.h"

#include "base/clock.h"
#include "runtime/core/counter.h"
#include "runtime/core/runtime.h"
#include "runtime/worker/worker.h"

void chi_worker_begin_idle(struct chi_worker *worker, uint64_t now)
{
    if (worker->idle)
        return;
    worker->idle = true;
    /* Release: a thread that reads it also reads the idle_ns that belongs to it. */
    atomic_store_explicit(&worker->stats.idle_since, now, memory_order_release);
}

/* Wakes the control thread to check for held workers, unless it does so already. */
static void leave_idle(struct chi_worker *worker)
{
    struct chi_runtime *runtime = worker->runtime;

    /* seq_cst on both sides: either this reads `watched` false, or next_scan_ms() reads this 0. */
    atomic_store_explicit(&worker->stats.idle_since, 0, memory_order_seq_cst);
    if (runtime->moves_lanes && !atomic_load_explicit(&runtime->watched, memory_order_seq_cst) &&
        !atomic_exchange_explicit(&runtime->watched, true, memory_order_seq_cst))
        chi_runtime_wake_control(runtime);
}

void chi_worker_end_idle(struct chi_worker *worker)
{
    uint64_t since = atomic_load_explicit(&worker->stats.idle_since, memory_order_relaxed);
    worker->idle = false;
    leave_idle(worker);
    CHI_COUNTER_ADD(worker->stats.idle_ns, chi_clock_now_ns() - since);
}
