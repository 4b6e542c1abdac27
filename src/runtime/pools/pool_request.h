/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests to pools.c, by the admin module for clients and by the runtime itself, and the answers.
 */
#ifndef CHI_RUNTIME_POOLS_POOL_REQUEST_H
#define CHI_RUNTIME_POOLS_POOL_REQUEST_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

struct chi_pool_request {
    const char *mod_name;
    const char *pool_name;
    const char *params; /* archive */
    size_t params_size;
    chi_pool_id_t pool_id;               /* {0, 0}: any */
    uint32_t containers;                 /* 0: any number; a new pool gets 1 */
    const struct chi_task_hash *schemas; /* the client's schemas, `schema_count` */
    size_t schema_count;
    bool may_not_create; /* the pool must exist */
    bool restricted;     /* of a new pool: chi_container_open_file() is limited */
};

struct chi_pool_answer {
    chi_pool_id_t pool_id;
    uint32_t containers;
    bool created; /* false: the pool existed */
};

#endif
