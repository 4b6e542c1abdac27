/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether client and module mean the same tasks and parameters. */
#ifndef CHI_RUNTIME_SCHEMA_CHECK_H
#define CHI_RUNTIME_SCHEMA_CHECK_H

#include <stddef.h>

#include "runtime/module/module.h"

struct chimaera_admin_task_hash;

/*
 * Compares what the client takes tasks and parameters to be, `count` hashes and an archive of
 * create parameters, with the module's. 0, CHI_ESCHEMA, -EINVAL (more schemas than methods are
 * possible), CHI_EARCHIVE (damaged parameters).
 */
int chi_module_check_schemas(const struct chi_module *module,
                             const struct chimaera_admin_task_hash *hashes, size_t count,
                             const char *params, size_t params_size);

#endif
