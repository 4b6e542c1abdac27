/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tasks of the inherited methods Create and Destroy, which the runtime submits for each
 * container of a pool. A module's handlers receive them; nobody else makes them.
 */
#ifndef CHIMAERA_LIFECYCLE_H
#define CHIMAERA_LIFECYCLE_H

#include "chimaera/string.h"
#include "chimaera/task.h"

/* What every module's Create handler receives. */
struct chi_create_task {
    struct chi_task base;
    IN struct chi_string params; /* the module's create_params, by chi_params_save() */
};

/* What every module's Destroy handler receives. */
struct chi_destroy_task {
    struct chi_task base;
};

CHI_BEGIN_DECLS
extern CHI_API struct chi_task_schema chi_create_schema;
extern CHI_API struct chi_task_schema chi_destroy_schema;
CHI_END_DECLS

#endif
