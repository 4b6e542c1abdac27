/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ingest: the first step of a client's task, from an ingress lane to a record. Called by sched/ and
 * control/registry.c on the thread that serves the lane.
 */
#ifndef CHI_RUNTIME_PATH_INGEST_H
#define CHI_RUNTIME_PATH_INGEST_H

#include "runtime/worker/worker.h"

/*
 * Takes in one item of an ingress lane: a task, or an output that the client returns.
 *   worker    of the calling thread, which serves the lane
 *   run_now   the task may run before this returns
 * A handler that is run may park the fiber.
 */
void chi_worker_ingest(struct chi_worker *worker, struct chi_ingress *ingress, uint64_t item,
                       bool run_now);

/*
 * Takes in all that the ingress lane holds now, without running any of it. The client may go on
 * pushing meanwhile: no more is taken than the lane has room for. Caller: the thread that serves
 * the lane, `worker`.
 */
void chi_worker_drain(struct chi_worker *worker, struct chi_ingress *ingress);

#endif
