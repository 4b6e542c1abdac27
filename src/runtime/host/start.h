/* SPDX-License-Identifier: BSD-3-Clause */
/* Starting and stopping a runtime. Called by chimaera_runtime and embedded.c, on one thread. */
#ifndef CHI_RUNTIME_HOST_START_H
#define CHI_RUNTIME_HOST_START_H

#include "runtime/core/runtime.h"

/*
 * Checks what concerns more than one key of the configuration, and whether the group exists.
 * Returns 0 or CHI_ECONFIG.
 */
CHI_API int chi_runtime_check(const struct chi_config *config);

/*
 * Starts a runtime; takes over `config`. After a failure nothing remains.
 * Returns 0, or, with the reason in chi_last_error(),
 *   -EBUSY        another process runs this instance
 *   CHI_ECONFIG   the configuration is not valid
 *   -ETIMEDOUT    its pools were not created within a minute
 *   -ENOMEM       out of memory
 *   other codes   errno values, or those of chi_compose_pool()
 */
CHI_API int chi_runtime_start(struct chi_config *config, struct chi_runtime **runtime);

/* As chi_runtime_start(), in a given mode. */
CHI_API int chi_runtime_start_mode(struct chi_config *config, const struct chi_runtime_mode *mode,
                                   struct chi_runtime **runtime);

/* Returns a descriptor that becomes readable when a stop is requested. */
CHI_API int chi_runtime_stop_fd(const struct chi_runtime *runtime);

/*
 * Stops a runtime. New tasks are refused; tasks in flight may go on for the grace period and are
 * then cancelled; pools are destroyed; shared memory is removed. Blocks the thread, at most for the
 * grace period and two seconds. Returns 0, or
 *   -EBUSY   a task did not end in time, and its thread was left running
 */
CHI_API int chi_runtime_stop(struct chi_runtime *runtime);

/*
 * In the handler of a signal that is to end the daemon, on the thread that starts or stops its
 * runtime and was interrupted in that. Async-signal-safe.
 *   stops   the thread is about to call chi_runtime_stop(), or is in it
 * Removes all names and returns true: the caller ends the process. Returns false if the caller
 * shall return: the thread removes the names itself, or the runtime has just started, and is
 * requested to stop.
 */
CHI_API bool chi_runtime_abandon(bool stops);

/* Returns the name of its instance. */
CHI_API const char *chi_runtime_instance(const struct chi_runtime *runtime);

#endif
