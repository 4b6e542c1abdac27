/* SPDX-License-Identifier: BSD-3-Clause */
/* An embedded runtime: the daemon's work inside the calling process. Link libchimaera_runtime. */
#ifndef CHIMAERA_CONFIG_H
#define CHIMAERA_CONFIG_H

#include "chimaera/types.h"

CHI_BEGIN_DECLS

/*
 * Starts a runtime in this process: segments, control socket, workers, admin and composed pools.
 * Other processes can attach to it; this one too, by chi_client_init(). `config_path` names a YAML
 * file; NULL means CHI_SERVER_CONF, else defaults. Returns 0, -EALREADY (this process runs one),
 * -EBUSY (another process runs this instance; chi_last_error() says which), CHI_ECONFIG, or -errno.
 */
CHI_API int chi_runtime_init(const char *config_path);

/*
 * Stops it: no new work, running tasks finish within the grace period, containers get Destroy,
 * segments are removed. Blocks until then. Not from a handler.
 */
CHI_API void chi_runtime_fini(void);

CHI_END_DECLS

#endif
