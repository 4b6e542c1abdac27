/* SPDX-License-Identifier: BSD-3-Clause */
/* Opens the pool that a request names. See bdev_pool.h. */
#include "bdev_pool.h"

#include "chimaera/chimaera.h"
#include "query.h"
#include "say.h"

void bdev_pool_plain_name(const char *json, char *name)
{
    for (; *json != '\0'; json++) {
        if (*json == '\\' && (json[1] == '"' || json[1] == '\\'))
            json++;
        *name++ = *json;
    }
    *name = '\0';
}

struct named {
    chi_pool_id_t id;
    char name[sizeof(((struct query_pool *)0)->name)];
};

static int name_pool(const struct query_pool *pool, void *argument)
{
    struct named *named = argument;
    if (!chi_pool_id_equal(pool->id, named->id))
        return 0;
    bdev_pool_plain_name(pool->name, named->name);
    return 1;
}

/* Opens a pool by name, or by id: the runtime knows the name. */
static int open_by_text(const char *text, struct chimaera_bdev_client *client)
{
    struct named named;
    if (chi_text_pool_id(text, &named.id) < 0)
        return chimaera_bdev_open(client, chi_pool_query_local(), text);
    int rc = query_pools(name_pool, &named);
    if (rc == 0)
        return chi_error(CHI_ENOPOOL, "there is no pool %s", text);
    return rc > 0 ? chimaera_bdev_open(client, chi_pool_query_local(), named.name) : rc;
}

int bdev_pool_open(const struct bdev_request *request, struct chimaera_bdev_client *client,
                   chi_pool_query_t *query, struct chimaera_bdev_stats *stats)
{
    *query = chi_pool_query_direct_id((uint32_t)request->container);
    int rc = open_by_text(request->pool, client);
    return rc == 0 ? chimaera_bdev_get_stats(client, *query, stats) : rc;
}
