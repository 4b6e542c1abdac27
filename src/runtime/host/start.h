/* SPDX-License-Identifier: BSD-3-Clause */
/* Starting and stopping a runtime: what the daemon and an embedded runtime call. */
#ifndef CHI_RUNTIME_START_H
#define CHI_RUNTIME_START_H

#include "runtime/core/runtime.h"

/* What of the configuration one key does not say: the sum of the workers, the group. CHI_ECONFIG.
 */
CHI_API int chi_runtime_check(const struct chi_config *config);

/*
 * Starts a runtime: takes over `config`. 0; -EBUSY where another process runs the instance;
 * CHI_ECONFIG; -errno. chi_last_error() says more; nothing is left behind on failure.
 */
CHI_API int chi_runtime_start(struct chi_config *config, struct chi_runtime **runtime);

/* The same in another mode than a daemon's. */
CHI_API int chi_runtime_start_mode(struct chi_config *config, const struct chi_runtime_mode *mode,
                                   struct chi_runtime **runtime);

/* A descriptor that becomes readable when a stop was asked for (StopRuntime). */
CHI_API int chi_runtime_stop_fd(const struct chi_runtime *runtime);

/*
 * Stops: no new work; running tasks get the grace period, after which those that wait are
 * cancelled; pools are destroyed; everything shared is removed. Returns 0, or -EBUSY where a task
 * did not end in time and its thread was left behind.
 */
CHI_API int chi_runtime_stop(struct chi_runtime *runtime);

#endif
