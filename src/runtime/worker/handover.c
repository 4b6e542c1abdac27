/* SPDX-License-Identifier: BSD-3-Clause */
/* Returning lent lanes, and waiting for them. See handover.h. */
#include "runtime/worker/handover.h"

#include "runtime/worker/scan_request.h"
#include "runtime/worker/worker.h"

void chi_handover_init(struct chi_worker *worker)
{
    struct chi_handover *handover = &worker->handover;
    handover->worker = worker;
    pthread_mutex_init(&handover->lock, NULL);
    pthread_cond_init(&handover->home, NULL);
    atomic_store_explicit(&worker->lanes.server, worker, memory_order_relaxed);
}

void chi_handover_fini(struct chi_worker *worker)
{
    if (worker->handover.worker == NULL)
        return;
    pthread_mutex_destroy(&worker->handover.lock);
    pthread_cond_destroy(&worker->handover.home);
}

void chi_worker_await_lanes(struct chi_worker *worker)
{
    struct chi_handover *handover = &worker->handover;

    pthread_mutex_lock(&handover->lock);
    while (atomic_load_explicit(&worker->takeover, memory_order_relaxed)) {
        atomic_store_explicit(&handover->want, true, memory_order_relaxed);
        pthread_cond_wait(&handover->home, &handover->lock);
    }
    atomic_store_explicit(&handover->want, false, memory_order_relaxed);
    pthread_mutex_unlock(&handover->lock);
    chi_worker_watch_lanes(worker, worker);
}

void chi_handover_return(struct chi_worker *lender)
{
    struct chi_handover *handover = &lender->handover;

    pthread_mutex_lock(&handover->lock);
    atomic_store_explicit(&lender->lanes.server, lender, memory_order_relaxed);
    /* Release: the changes to the lanes. A worker that saw no takeover does not take the lock. */
    atomic_store_explicit(&lender->takeover, false, memory_order_release);
    pthread_cond_signal(&handover->home);
    pthread_mutex_unlock(&handover->lock);
}
