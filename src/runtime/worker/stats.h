/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters of a worker, for the status and the orchestrator. */
#ifndef CHI_RUNTIME_WORKER_STATS_H
#define CHI_RUNTIME_WORKER_STATS_H

#include <stdatomic.h>
#include <stdint.h>

/* Written by the worker's thread, `stalls` and `moves` by the control thread; read by any. */
struct chi_worker_stats {
    _Atomic(uint64_t) tasks; /* completed */
    _Atomic(uint64_t) sleeps;
    _Atomic(uint64_t) forwarded;          /* clients' tasks that it took in for other workers */
    _Atomic(uint32_t) parked;             /* parked tasks */
    _Atomic(uint32_t) unstarted;          /* tasks in lanes of containers */
    _Atomic(uint32_t) unstarted_subtasks; /* those of them that are no client's */
    _Atomic(uint64_t) idle_ns;            /* time without work, up to now or to idle_since */
    _Atomic(uint64_t) idle_since;         /* since when it has no work; 0: it has some */
    _Atomic(uint64_t) stalls;             /* tasks that held it for longer than runtime.stall_ms */
    _Atomic(uint64_t) moves;              /* how often its lanes went to another worker */
};

#endif
