/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker whose task holds it for long hands its lanes over to another worker;
 * sched/orchestrator.h says which, and who may touch the lanes at which moment.
 */
#ifndef CHI_RUNTIME_HANDOVER_H
#define CHI_RUNTIME_HANDOVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/core/message.h"

struct chi_worker;

/* Part of struct chi_worker. */
struct chi_handover {
    atomic_bool want; /* it waits for its lanes */
    pthread_mutex_t lock;
    pthread_cond_t home;
    struct chi_message message;   /* on its way to who shall serve the lanes */
    struct chi_worker *worker;    /* whose part this is */
    SLIST_ENTRY(chi_worker) link; /* on its server's list of lent lanes */

    /* The orchestrator's: what it saw, and since when. */
    uint64_t seen_tasks;
    uint32_t seen_round;
    uint64_t since_ns;
    bool counted; /* this stall is in the figures */
};

void chi_handover_init(struct chi_worker *worker);
void chi_handover_fini(struct chi_worker *worker);

/* Slow part of chi_worker_leave_task(): waits until the worker has its lanes back. */
void chi_worker_await_lanes(struct chi_worker *worker);

/* Returns the lanes of `lender`, which is on no list. The thread that serves them. */
void chi_handover_return(struct chi_worker *lender);

#endif
