/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lending lanes: what a held worker keeps while another worker serves its lanes, and how it gets
 * them back. sched/orchestrator.h describes which worker serves them, and which thread may access
 * the lanes at each moment.
 */
#ifndef CHI_RUNTIME_WORKER_HANDOVER_H
#define CHI_RUNTIME_WORKER_HANDOVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/core/message.h"

struct chi_worker;

/* Part of struct chi_worker. */
struct chi_handover {
    atomic_bool want; /* the worker waits for its lanes */
    pthread_mutex_t lock;
    pthread_cond_t home;
    struct chi_message message;   /* to the worker that is to serve the lanes */
    struct chi_worker *worker;    /* the worker that contains this */
    SLIST_ENTRY(chi_worker) link; /* on the list of workers whose lanes the server serves */

    /* The orchestrator's: what it saw in the last scan. */
    uint64_t seen_tasks;
    uint32_t seen_round;
    uint64_t since_ns; /* when it first saw that */
    bool counted;      /* held for longer than runtime.stall_ms, and counted as a stall */
    uint64_t told_ns;  /* when a stall of it was logged last; 0: never */
};

/* Initialises worker->handover. The thread that creates the worker. */
void chi_handover_init(struct chi_worker *worker);

/* Frees it. The thread that destroys the worker. */
void chi_handover_fini(struct chi_worker *worker);

/* Slow path of chi_worker_leave_task(): blocks the worker's thread until it has its lanes back. */
void chi_worker_await_lanes(struct chi_worker *worker);

/*
 * Returns the lanes to `lender`, which is on no list. The thread that serves them, or the
 * orchestrator while it has taken them over.
 */
void chi_handover_return(struct chi_worker *lender);

#endif
