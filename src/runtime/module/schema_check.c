/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compares the schemas of a client and of a module when the client opens or creates a pool. A
 * method that only one of them has is not an error: a call of it gets CHI_ENOMETHOD. On a worker,
 * with the pool table's lock held.
 */
#include "runtime/module/schema_check.h"

#include <errno.h>
#include <stdio.h>

#include "chimaera/status.h"
#include "runtime/module/module.h"
#include "task/archive_load.h"
#include "task/schema.h"

#define SCHEMAS_MAX 65536u /* the number of method ids */

int chi_module_check_schemas(const struct chi_module *module, const struct chi_task_hash *hashes,
                             size_t count, const char *params, size_t params_size)
{
    const struct chi_container_ops *ops = module->descriptor->ops;
    char place[160];

    if (count > SCHEMAS_MAX)
        return chi_error(-EINVAL, "%zu schemas of tasks; the maximum is %u", count, SCHEMAS_MAX);
    snprintf(place, sizeof(place), "the module %s", module->name);
    for (size_t i = 0; i < count; i++) {
        const struct chi_task_hash *given = &hashes[i];
        const struct chi_task_schema *schema = ops->schema(given->method);
        int rc = schema != NULL ? chi_task_schema_check(schema, given->hash, given->size,
                                                        "the client library", place)
                                : 0;
        if (rc < 0)
            return rc;
    }
    if (ops->create_params == NULL || params_size == 0)
        return 0;
    return chi_archive_check(ops->create_params, params, params_size);
}
