/* SPDX-License-Identifier: BSD-3-Clause */
/* Which create parameter of a request differs from those of a pool that exists, for the message. */
#ifndef CHI_RUNTIME_POOLS_PARAMS_DIFFER_H
#define CHI_RUNTIME_POOLS_PARAMS_DIFFER_H

#include "runtime/module/pool.h"
#include "runtime/pools/pool_request.h"

/*
 * Records CHI_EPOOL_EXISTS with the first parameter that differs, and both values. The request's
 * parameters have been checked against the schema. Never parks. A worker's thread.
 */
int chi_pool_params_differ(const struct chi_pool *pool, const struct chi_pool_request *request);

#endif
