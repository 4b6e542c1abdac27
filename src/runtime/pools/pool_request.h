/* SPDX-License-Identifier: BSD-3-Clause */
/* What is asked of the pool table, by the admin module for clients and by the runtime itself. */
#ifndef CHI_RUNTIME_POOL_REQUEST_H
#define CHI_RUNTIME_POOL_REQUEST_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

struct chi_pool_request {
    const char *mod_name;
    const char *pool_name;
    const char *params; /* archive */
    size_t params_size;
    chi_pool_id_t pool_id;               /* {0, 0}: any */
    uint32_t containers;                 /* 0: as many as it has; 1 for a new one */
    const struct chi_task_hash *schemas; /* what the client takes the tasks to be */
    size_t schema_count;
};

struct chi_pool_answer {
    chi_pool_id_t pool_id;
    uint32_t containers;
    bool created; /* false: it was there */
};

#endif
