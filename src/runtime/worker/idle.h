/* SPDX-License-Identifier: BSD-3-Clause */
/* When a worker is idle and since when. Its thread. */
#ifndef CHI_RUNTIME_IDLE_H
#define CHI_RUNTIME_IDLE_H

#include <stdint.h>

struct chi_worker;

/* From here on it counts as idle, until chi_worker_end_idle(). */
void chi_worker_begin_idle(struct chi_worker *worker, uint64_t now);

/* Ends a time without work; called where worker->idle, before a task runs. */
void chi_worker_end_idle(struct chi_worker *worker);

#endif
