/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls into a worker from other threads. Called by start.c and tests. */
#ifndef CHI_RUNTIME_HOST_CALL_H
#define CHI_RUNTIME_HOST_CALL_H

#include "runtime/core/runtime.h"

/*
 * Runs `function(argument)`, which may park, as a task on worker 0 and blocks until it has
 * returned. Any thread that belongs to no worker.
 *   timeout_ns   nanoseconds from now
 * Returns the result of the function, or
 *   -ETIMEDOUT   it has not returned in time; it goes on
 *   -ENOMEM      out of memory
 */
CHI_API int chi_runtime_call(struct chi_runtime *runtime, int (*function)(void *), void *argument,
                             uint64_t timeout_ns);

#endif
