/* SPDX-License-Identifier: BSD-3-Clause */
/* The pools that the configuration asks for. */
#ifndef CHI_RUNTIME_COMPOSE_H
#define CHI_RUNTIME_COMPOSE_H

#include "config/config.h"

struct chi_runtime;

CHI_BEGIN_DECLS

/*
 * Makes one pool of the configuration. In a handler; parks. Errors name file, line and column in
 * chi_last_error().
 */
int chi_compose_pool(struct chi_runtime *runtime, const struct chi_config_pool *pool);

/*
 * Loads the module of every pool and reads its parameters, without a runtime. 0 or the first error,
 * with file, line and column in chi_last_error(). Any thread that is no worker.
 */
CHI_API int chi_compose_check(const struct chi_config *config);

CHI_END_DECLS

#endif
