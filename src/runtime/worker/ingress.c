/* SPDX-License-Identifier: BSD-3-Clause */
/* The poll list. See ingress.h. */
#include "runtime/worker/ingress.h"

#include "runtime/core/origin.h"
#include "runtime/worker/worker.h"

void chi_worker_heat(struct chi_worker *worker, struct chi_ingress *ingress)
{
    if (ingress->hot)
        return;
    ingress->hot = true;
    ingress->idle_polls = 0;
    STAILQ_INSERT_HEAD(&worker->lanes.hot, ingress, link);
}

void chi_worker_forget(struct chi_worker *worker, struct chi_ingress *ingress)
{
    if (ingress->hot)
        STAILQ_REMOVE(&worker->lanes.hot, ingress, chi_ingress, link);
    ingress->hot = false;
    worker->lanes.by_number[ingress->number] = NULL;
    if (worker->lanes.batch.ingress == ingress)
        worker->lanes.batch.count = worker->lanes.batch.next = 0;
}
