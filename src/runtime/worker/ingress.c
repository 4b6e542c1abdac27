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
    ingress->next = worker->lanes.hot;
    worker->lanes.hot = ingress;
}

void chi_worker_forget(struct chi_worker *worker, struct chi_ingress *ingress)
{
    for (struct chi_ingress **link = &worker->lanes.hot; *link != NULL; link = &(*link)->next) {
        if (*link == ingress) {
            *link = ingress->next;
            break;
        }
    }
    ingress->hot = false;
    worker->lanes.by_number[ingress->number] = NULL;
    if (worker->lanes.batch.ingress == ingress)
        worker->lanes.batch.count = worker->lanes.batch.next = 0;
}
