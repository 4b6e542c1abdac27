/* SPDX-License-Identifier: BSD-3-Clause */
/* The scheduling loop of a worker. */
#ifndef CHI_RUNTIME_LOOP_H
#define CHI_RUNTIME_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct chi_worker;

/* Runs until the worker is asked to stop. On a fiber of the worker's thread. */
void chi_worker_loop(struct chi_worker *worker);

/* The same for a worker without a thread: goes back to the thread's own stack after each round. */
void chi_worker_step_loop(struct chi_worker *worker);

/* Does what there is to do for the lanes of `owner`, which it serves; whether anything
 * was. A task of it may park or stall, and the lanes be another worker's on return. */
bool chi_worker_serve(struct chi_worker *worker, struct chi_worker *owner);

#endif
