/* SPDX-License-Identifier: BSD-3-Clause */
/* The scheduling loop of a worker. */
#ifndef CHI_RUNTIME_LOOP_H
#define CHI_RUNTIME_LOOP_H

#include <stdbool.h>

struct chi_worker;

/* Runs until the worker is asked to stop. On a fiber of the worker's thread. */
void chi_worker_loop(struct chi_worker *worker);

/*
 * One round of it, without waiting: returns whether there was anything to do. Tests step a worker
 * with this. May come back much later, if a task parks in it and other rounds go on meanwhile.
 */
bool chi_worker_round(struct chi_worker *worker);

#endif
