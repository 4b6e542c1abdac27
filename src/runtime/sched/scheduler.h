/* SPDX-License-Identifier: BSD-3-Clause */
/* The scheduler of workers. Called by host/start.c and tests, on the thread that starts the
 * runtime. */
#ifndef CHI_RUNTIME_SCHED_SCHEDULER_H
#define CHI_RUNTIME_SCHED_SCHEDULER_H

#include "runtime/worker/worker.h"

/* The functions of this room that workers call. */
extern const struct chi_worker_ops chi_scheduler_ops;

/* As chi_worker_create(), with this scheduler and the task backend of handlers. */
int chi_scheduler_create_worker(struct chi_runtime *runtime, uint32_t id,
                                enum chi_priority priority, struct chi_worker **worker);

#endif
