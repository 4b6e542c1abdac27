/* SPDX-License-Identifier: BSD-3-Clause */
#include "pools.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "chimaera/status.h"
#include "query.h"

enum { POOLS_JSON = 3 };

static bool read_pool(const json_t *object, struct query_pool *pool)
{
    const char *id = json_string_value(json_object_get(object, "id"));
    const json_t *containers = json_object_get(object, "containers");

    pool->name = json_string_value(json_object_get(object, "name"));
    pool->module = json_string_value(json_object_get(object, "module"));
    pool->containers = (uint32_t)json_number_value(containers);
    return id != NULL && chi_text_pool_id(id, &pool->id) == 0 && pool->name != NULL &&
           pool->module != NULL && json_is_number(containers);
}

/* The status of all pools as JSON. NULL with the error recorded. */
static json_t *ask(int *rc)
{
    char *text = NULL;
    size_t size = 0;
    json_error_t error;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        *rc = chi_error(-ENOMEM, "out of memory");
        return NULL;
    }
    *rc = query_status(POOLS_JSON, out);
    if (fclose(out) != 0 && *rc == 0)
        *rc = chi_error(-ENOMEM, "out of memory");
    /* As real numbers: 64-bit ones without a sign are beyond jansson's integers. */
    json_t *pools = *rc == 0 ? json_loadb(text, size, JSON_DECODE_INT_AS_REAL, &error) : NULL;
    if (*rc == 0 && pools == NULL)
        *rc = chi_error(CHI_EPROTOCOL, "the runtime's list of pools is not JSON: %s", error.text);
    free(text);
    return pools;
}

int query_pools(int (*visit)(const struct query_pool *pool, void *argument), void *argument)
{
    struct query_pool pool;
    int rc;
    json_t *pools = ask(&rc);

    for (size_t i = 0; rc == 0 && i < json_array_size(pools); i++) {
        if (read_pool(json_array_get(pools, i), &pool))
            rc = visit(&pool, argument);
        else
            rc = chi_error(CHI_EPROTOCOL, "the runtime's list of pools lacks a member");
    }
    json_decref(pools);
    return rc;
}
