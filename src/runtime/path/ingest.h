/* SPDX-License-Identifier: BSD-3-Clause */
/* The first step of a client's task: from an ingress lane to a record. */
#ifndef CHI_RUNTIME_INGEST_H
#define CHI_RUNTIME_INGEST_H

#include "runtime/worker/worker.h"

/* Takes in one item of an ingress lane. */
void chi_worker_ingest(struct chi_worker *worker, struct chi_ingress *ingress, uint64_t item,
                       bool run_now);

#endif
