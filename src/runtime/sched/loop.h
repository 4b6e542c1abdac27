/* SPDX-License-Identifier: BSD-3-Clause */
/* The scheduling loop of a worker. Started by worker/park.c through struct chi_worker_ops. */
#ifndef CHI_RUNTIME_SCHED_LOOP_H
#define CHI_RUNTIME_SCHED_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct chi_worker;

/* Runs rounds until the worker has to stop. On a fiber of the worker's thread. */
void chi_worker_loop(struct chi_worker *worker);

/* As chi_worker_loop(), for a stepped worker: switches back to the thread's stack after each round.
 */
void chi_worker_step_loop(struct chi_worker *worker);

/*
 * Does what there is to do in the lanes of `owner`, which `worker` serves. Returns whether there
 * was anything. If a task parks or stalls, another worker may serve the lanes on return.
 */
bool chi_worker_serve(struct chi_worker *worker, struct chi_worker *owner);

#endif
