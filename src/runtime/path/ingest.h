/* SPDX-License-Identifier: BSD-3-Clause */
/* The first step of a client's task: from an ingress lane to a record. */
#ifndef CHI_RUNTIME_INGEST_H
#define CHI_RUNTIME_INGEST_H

#include "runtime/worker/worker.h"

/* Takes in one item of an ingress lane. */
void chi_worker_ingest(struct chi_worker *worker, struct chi_ingress *ingress, uint64_t item,
                       bool run_now);

/*
 * Takes in all that the ingress lane holds now, without running any of it. The client may go on
 * pushing meanwhile: no more is taken than the lane has room for. Caller: the thread that serves
 * the lane, `worker`.
 */
void chi_worker_drain(struct chi_worker *worker, struct chi_ingress *ingress);

#endif
