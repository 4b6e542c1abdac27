/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Composing: creating the pools of the configuration. A pool's keys other than those of
 * config/key.h are members of the module's create parameters, by the schema of the module. See
 * compose.h.
 */
#include "runtime/pools/compose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "chimaera/params.h"
#include "chimaera/status.h"
#include "config/key.h"
#include "runtime/core/runtime.h"
#include "runtime/module/module.h"
#include "runtime/module/pool.h"
#include "runtime/pools/pool_request.h"
#include "runtime/pools/pools.h"
#include "task/private_allocator.h"

/* Adds file, line and column to the last error message. */
static int at_place(int rc, const struct chi_config *config, const struct chi_config_pool *pool,
                    int line, int column)
{
    char reason[600];
    char name[80];
    int size = snprintf(name, sizeof(name), "pool \"%.64s\": ", pool->pool_name);
    snprintf(reason, sizeof(reason), "%s",
             chi_last_error_code() == rc ? chi_last_error() : chi_strerror(rc));
    bool named = strncmp(reason, name, (size_t)size) == 0;
    return chi_error(rc, "%s:%d:%d: %s%s", config->name, line, column, named ? "" : name, reason);
}

static const struct chi_member *find_member(const struct chi_schema *schema, const char *name)
{
    for (uint32_t i = 0; schema != NULL && i < schema->member_count; i++)
        if (strcmp(schema->members[i].name, name) == 0)
            return &schema->members[i];
    return NULL;
}

/* Says what the module takes, and suggests one of it, or a key of all pools. */
static int unknown_key(const struct chi_module *module, const char *name)
{
    const struct chi_schema *schema = module->descriptor->ops->create_params;
    struct chi_nearest nearest = {.word = name};
    char hint[CHI_NEAREST_HINT_SIZE];
    char all[256] = "; it takes none";
    size_t size = 0;
    for (uint32_t i = 0; schema != NULL && i < schema->member_count; i++) {
        chi_nearest_offer(&nearest, schema->members[i].name);
        if (size < sizeof(all))
            size += (size_t)snprintf(all + size, sizeof(all) - size, "%s%s",
                                     i == 0 ? "; it takes " : ", ", schema->members[i].name);
    }
    for (const struct chi_key *key = chi_keys; key->name != NULL; key++)
        if (strcmp(key->section, "compose") == 0)
            chi_nearest_offer(&nearest, key->name);
    return chi_error(CHI_ECONFIG, "module %s has no parameter \"%.64s\"%s%s", module->name, name,
                     all, chi_nearest_hint(&nearest, hint));
}

/* Reads the pool's parameters into zeroed `params`. Errors name file, line and column. */
static int read_params(const struct chi_config *config, const struct chi_config_pool *pool,
                       const struct chi_module *module, void *params)
{
    const struct chi_schema *schema = module->descriptor->ops->create_params;
    for (size_t i = 0; i < pool->param_count; i++) {
        const struct chi_config_param *param = &pool->params[i];
        const struct chi_member *member = find_member(schema, param->key);
        if (member == NULL)
            return at_place(unknown_key(module, param->key), config, pool, param->key_line,
                            param->key_column);
        if (param->is_list && member->count == 1 && member->kind != CHI_MEMBER_VECTOR)
            return at_place(
                chi_error(CHI_ECONFIG, "parameter %s takes one value, not a list", member->name),
                config, pool, param->line, param->column);
        if (chi_params_set(schema, params, param->key, param->value) < 0)
            return at_place(chi_error(CHI_ECONFIG, "%s", chi_last_error()), config, pool,
                            param->line, param->column);
    }
    return 0;
}

static void *alloc_params(const struct chi_module *module)
{
    const struct chi_schema *schema = module->descriptor->ops->create_params;
    return calloc(1, schema != NULL ? schema->size : 1);
}

static void free_params(const struct chi_module *module, void *params)
{
    const struct chi_schema *schema = module->descriptor->ops->create_params;
    if (schema != NULL && params != NULL)
        chi_params_fini(schema, params);
    free(params);
}

/*
 * A pool's containers are created on this node, the only one. What names another node, or
 * containers that are yet to be created, could not be obeyed.
 */
static int check_query(const struct chi_config *config, const struct chi_config_pool *pool)
{
    chi_pool_query_t query = pool->pool_query;
    if (chi_pool_query_is_local(query) || chi_pool_query_is_dynamic(query) ||
        chi_pool_query_is_broadcast(query) ||
        (chi_pool_query_is_physical(query) && chi_pool_query_node_id(query) == 0))
        return 0;
    return at_place(chi_error(CHI_ECONFIG, "pool_query selects nodes on which containers are "
                                           "created, and there is one: write local, or nothing"),
                    config, pool, pool->line, pool->column);
}

/* Parks the calling fiber while the module is being loaded. */
static int get_module(struct chi_runtime *runtime, const char *name,
                      const struct chi_module **module)
{
    struct chi_pool_table *table = runtime->pools;
    struct chi_module_wait wait = {0};
    for (;;) {
        pthread_mutex_lock(&table->lock);
        int rc = chi_module_get(&table->modules, name, module);
        pthread_mutex_unlock(&table->lock);
        if (rc != -EAGAIN)
            return rc;
        rc = chi_pool_await_module(runtime, &wait, name);
        if (rc < 0)
            return chi_error(rc, "loading module %s: %s", name, chi_strerror(rc));
    }
}

int chi_compose_pool(struct chi_runtime *runtime, const struct chi_config_pool *pool)
{
    const struct chi_config *config = &runtime->config;
    const struct chi_module *module;
    struct chi_string archive = {0};
    struct chi_pool_answer answer;
    int rc = check_query(config, pool);

    if (rc < 0)
        return rc;
    rc = get_module(runtime, pool->mod_name, &module);
    if (rc < 0)
        return at_place(rc, config, pool, pool->line, pool->column);
    void *params = alloc_params(module);
    if (params == NULL)
        return chi_error(-ENOMEM, "out of memory for pool \"%s\"", pool->pool_name);
    rc = read_params(config, pool, module, params);
    const struct chi_schema *schema = module->descriptor->ops->create_params;
    if (rc == 0 && schema != NULL)
        rc = chi_params_save(schema, params, &archive);
    if (rc == 0) {
        struct chi_view view = chi_string_view(&archive);
        struct chi_pool_request request = {.mod_name = pool->mod_name,
                                           .pool_name = pool->pool_name,
                                           .params = view.data,
                                           .params_size = view.size,
                                           .pool_id = pool->pool_id,
                                           .containers = pool->containers};
        rc = chi_pool_get_or_create(runtime, &request, &answer);
        if (rc < 0)
            at_place(rc, config, pool, pool->line, pool->column);
    }
    free_params(module, params);
    chi_string_fini(&archive);
    return rc;
}

static int check_pool(const struct chi_config *config, const struct chi_config_pool *pool,
                      struct chi_module_table *modules)
{
    const struct chi_module *module;
    int rc = check_query(config, pool);
    if (rc < 0)
        return rc;
    rc = chi_module_get(modules, pool->mod_name, &module);
    if (rc < 0)
        return at_place(rc, config, pool, pool->line, pool->column);
    void *params = alloc_params(module);
    rc = params != NULL ? read_params(config, pool, module, params)
                        : chi_error(-ENOMEM, "out of memory for pool \"%s\"", pool->pool_name);
    free_params(module, params);
    return rc;
}

int chi_compose_check(const struct chi_config *config)
{
    /* Long strings of parameters need an allocator, and there is no runtime. */
    const struct chi_allocator *before = chi_allocator;
    struct chi_module_table modules = {.paths = config->module_paths};
    int rc = 0;

    /* The admin pool is one of them. */
    if (config->pool_count + 1 > CHI_POOL_TABLE_SIZE / 2)
        rc = chi_error(CHI_ECONFIG, "%s: %zu pools; the maximum is %u", config->name,
                       config->pool_count, CHI_POOL_TABLE_SIZE / 2 - 1);
    chi_allocator = &chi_private_allocator;
    for (size_t i = 0; rc == 0 && i < config->pool_count; i++)
        rc = check_pool(config, &config->pools[i], &modules);
    chi_allocator = before;
    chi_module_table_fini(&modules);
    return rc;
}
