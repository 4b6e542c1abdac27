/* SPDX-License-Identifier: BSD-3-Clause */
/* The scheduler of workers. The thread that starts the runtime. */
#ifndef CHI_RUNTIME_SCHEDULER_H
#define CHI_RUNTIME_SCHEDULER_H

#include "runtime/worker/worker.h"

extern const struct chi_worker_ops chi_scheduler_ops;

/* A worker, with everything that runs tasks on it; chi_worker_start() begins. 0 or -errno. */
int chi_scheduler_create_worker(struct chi_runtime *runtime, uint32_t id,
                                enum chi_priority priority, struct chi_worker **worker);

#endif
