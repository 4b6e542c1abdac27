/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Creating, starting, stepping, stopping and destroying workers. Called by sched/scheduler.c and
 * host/ on the thread that starts and stops the runtime.
 */
#ifndef CHI_RUNTIME_WORKER_LIFETIME_H
#define CHI_RUNTIME_WORKER_LIFETIME_H

#include "runtime/worker/worker.h"

/* Makes the lists of a zeroed worker empty, and no scan due. The thread that creates it. */
void chi_worker_init_lists(struct chi_worker *worker);

/*
 * Creates a worker without starting its thread.
 *   id    index in runtime->workers
 *   ops   the scheduler
 * Returns 0, or
 *   -ENOMEM       out of memory
 *   other codes   errno values of eventfd(), epoll_create1() and epoll_ctl()
 */
int chi_worker_create(struct chi_runtime *runtime, uint32_t id, enum chi_priority priority,
                      const struct chi_worker_ops *ops, struct chi_worker **worker);

/* Starts the thread; none if the runtime is stepped. Returns 0 or an errno value, negative. */
int chi_worker_start(struct chi_worker *worker);

/*
 * Stops the thread and joins it.
 *   timeout_ns   nanoseconds from now
 * Returns 0, or
 *   -ETIMEDOUT   a handler still runs; the thread is left running
 */
int chi_worker_stop(struct chi_worker *worker, uint64_t timeout_ns);

/* Frees a worker whose thread has ended or was never started. */
void chi_worker_destroy(struct chi_worker *worker);

/*
 * Runs one round of a worker without a thread: see host/stepper.h. Always the same thread, because
 * fibers stay on the thread on which they began. Returns whether there was anything to do.
 */
bool chi_worker_step(struct chi_worker *worker);

#endif
