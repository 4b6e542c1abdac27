/* SPDX-License-Identifier: BSD-3-Clause */
/* The process's own runtime, for those who choose its configuration and mode themselves. */
#ifndef CHI_RUNTIME_EMBEDDED_H
#define CHI_RUNTIME_EMBEDDED_H

#include "runtime/core/runtime.h"

/*
 * chi_runtime_init() with a configuration and a mode; takes over `config`. Its codes. The runtime
 * is good until chi_embedded_stop() or chi_runtime_fini().
 */
CHI_API int chi_embedded_start(struct chi_config *config, const struct chi_runtime_mode *mode,
                               struct chi_runtime **runtime);

/* chi_runtime_fini() with the code of chi_runtime_stop(). */
CHI_API int chi_embedded_stop(void);

#endif
