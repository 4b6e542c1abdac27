/* SPDX-License-Identifier: BSD-3-Clause */
/* Compares the task and parameter schemas of a client and of a module. Called by pools/pools.c. */
#ifndef CHI_RUNTIME_MODULE_SCHEMA_CHECK_H
#define CHI_RUNTIME_MODULE_SCHEMA_CHECK_H

#include <stddef.h>

#include "runtime/module/module.h"

/*
 * Compares a client's schemas with the module's. Never parks.
 *   hashes   `count` method ids with the hash and size of the client's schema
 *   params   archive of the create parameters; params_size 0: none
 * Returns 0, or
 *   CHI_ESCHEMA    a schema differs
 *   CHI_EARCHIVE   the parameters are damaged
 *   -EINVAL        more schemas than there can be methods
 */
int chi_module_check_schemas(const struct chi_module *module, const struct chi_task_hash *hashes,
                             size_t count, const char *params, size_t params_size);

#endif
