/* SPDX-License-Identifier: BSD-3-Clause */
/* The embedded runtime with a given configuration and mode. Called by the test kit. Any thread. */
#ifndef CHI_RUNTIME_HOST_EMBEDDED_H
#define CHI_RUNTIME_HOST_EMBEDDED_H

#include "runtime/core/runtime.h"

/*
 * As chi_runtime_init(), with a configuration, which it takes over, and a mode. Returns its codes.
 * The runtime exists until chi_embedded_stop() or chi_runtime_fini().
 */
CHI_API int chi_embedded_start(struct chi_config *config, const struct chi_runtime_mode *mode,
                               struct chi_runtime **runtime);

/* As chi_runtime_fini(), but returns the code of chi_runtime_stop(); 0 if there is no runtime. */
CHI_API int chi_embedded_stop(void);

#endif
