/* SPDX-License-Identifier: BSD-3-Clause */
/* The second step: the task gets its container and lane. */
#ifndef CHI_RUNTIME_ROUTE_H
#define CHI_RUNTIME_ROUTE_H

#include "runtime/worker/worker.h"

/* Finds the task its lane. Runs it at once if `run_now` and the lane is this worker's and empty. */
void chi_worker_route(struct chi_worker *worker, struct chi_record *record, bool run_now);
/*
 * Clients' tasks on their way to a worker's lanes or in them, and those for several containers on
 * their way, are bounded, because each is private memory. False: the worker has too many. Copies
 * and later runs of a periodic task always enter. Taken off again by whoever takes the task off.
 */
bool chi_worker_enter_backlog(struct chi_worker *target, const struct chi_record *record);

#endif
