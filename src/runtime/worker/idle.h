/* SPDX-License-Identifier: BSD-3-Clause */
/* Idle times of a worker. Called by the loop, and before a task runs, on the worker's thread. */
#ifndef CHI_RUNTIME_WORKER_IDLE_H
#define CHI_RUNTIME_WORKER_IDLE_H

#include <stdint.h>

struct chi_worker;

/* The worker counts as idle from `now` on (ns), until chi_worker_end_idle(). */
void chi_worker_begin_idle(struct chi_worker *worker, uint64_t now);

/* Ends the idle time. Called before a task runs, if worker->idle. */
void chi_worker_end_idle(struct chi_worker *worker);

#endif
