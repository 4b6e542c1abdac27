/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls from threads outside the workers into a worker. */
#ifndef CHI_RUNTIME_CALL_H
#define CHI_RUNTIME_CALL_H

#include "runtime/core/runtime.h"

/*
 * Runs `function(argument)` as a task on worker 0 and waits for it; it may park. Not from a worker.
 * Returns what the function returns, or -ETIMEDOUT after `timeout_ns`.
 */
CHI_API int chi_runtime_call(struct chi_runtime *runtime, int (*function)(void *), void *argument,
                             uint64_t timeout_ns);

#endif
