/* SPDX-License-Identifier: BSD-3-Clause */
/* An embedded runtime: the daemon inside the calling process. Link libchimaera_runtime. */
#ifndef CHIMAERA_CONFIG_H
#define CHIMAERA_CONFIG_H

#include "chimaera/types.h"

CHI_BEGIN_DECLS

/*
 * Starts a runtime in this process: segments, control socket, workers, the admin pool and the pools
 * of the configuration. Other processes can attach to it, and this process too, with
 * chi_client_init(). Blocks the thread until the runtime is ready. Any thread; not in a handler.
 *   config_path   YAML file; NULL: the file that CHI_SERVER_CONF names, else defaults
 * Returns 0, or a negative code with chi_last_error() set:
 *   -EALREADY     this process already runs a runtime
 *   -EBUSY        another process runs this instance
 *   CHI_ECONFIG   the configuration is invalid
 *   -ENOMEM       out of memory
 *   other codes   -errno of a system call, or the code of a pool that could not be created
 */
CHI_API int chi_runtime_init(const char *config_path);

/*
 * Stops the runtime of this process: new tasks are refused, running tasks have the grace period to
 * finish, containers receive Destroy, segments are removed. Blocks the thread until then. Any
 * thread; not in a handler. Does nothing if no runtime runs.
 */
CHI_API void chi_runtime_fini(void);

CHI_END_DECLS

#endif
