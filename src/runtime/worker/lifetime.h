/* SPDX-License-Identifier: BSD-3-Clause */
/* Workers are made, started, stepped, stopped and destroyed. The thread that starts and stops the
 * runtime. */
#ifndef CHI_RUNTIME_LIFETIME_H
#define CHI_RUNTIME_LIFETIME_H

#include "runtime/worker/worker.h"

/* The lists of a zeroed worker are empty, and no scan is due. */
void chi_worker_init_lists(struct chi_worker *worker);

/* A worker without a thread yet, for the scheduler `ops`. 0 or -errno. */
int chi_worker_create(struct chi_runtime *runtime, uint32_t id, enum chi_priority priority,
                      const struct chi_worker_ops *ops, struct chi_worker **worker);
/* Starts the thread. 0 or -errno. */
int chi_worker_start(struct chi_worker *worker);
/* Asks it to stop, and joins it; -ETIMEDOUT where a handler holds it for longer than that. */
int chi_worker_stop(struct chi_worker *worker, uint64_t timeout_ns);
void chi_worker_destroy(struct chi_worker *worker);
/*
 * Makes the calling thread the worker's until a round is over, for a worker without a thread (see
 * stepper.h). Always the same thread, because fibers stay on theirs. Whether it did anything.
 */
bool chi_worker_step(struct chi_worker *worker);

#endif
