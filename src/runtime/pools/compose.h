/* SPDX-License-Identifier: BSD-3-Clause */
/* Composing: creating the pools of the configuration. Called by host/start.c and chimaera_runtime.
 */
#ifndef CHI_RUNTIME_POOLS_COMPOSE_H
#define CHI_RUNTIME_POOLS_COMPOSE_H

#include "config/config.h"

struct chi_runtime;

CHI_BEGIN_DECLS

/*
 * Creates one pool of the configuration. In a handler. Parks the calling fiber.
 * Returns 0, or, with file, line and column in chi_last_error(),
 *   CHI_ECONFIG   a parameter is not valid
 *   -ENOMEM       out of memory
 *   other codes   those of chi_module_get() and chi_pool_get_or_create()
 */
int chi_compose_pool(struct chi_runtime *runtime, const struct chi_config_pool *pool);

/*
 * Loads the module of each pool and reads its parameters, without a runtime. Any thread that
 * belongs to no worker.
 * Returns 0, or, with file, line and column in chi_last_error(),
 *   CHI_ECONFIG   a parameter is not valid
 *   -ENOMEM       out of memory
 *   other codes   those of chi_module_get()
 */
CHI_API int chi_compose_check(const struct chi_config *config);

CHI_END_DECLS

#endif
