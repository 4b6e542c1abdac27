/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the enum of the methods header written before and holds the module to it. */
#include "permanence.h"

#include "arena.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static const struct gen_method *by_name(const struct gen_module *module, const char *symbol)
{
    for (size_t i = 0; i < module->method_count; i++) {
        const char *name = module->methods[i].name;
        size_t size = strlen(module->upper) + strlen("_METHOD_");
        if (strlen(symbol) > size && strcasecmp(symbol + size, name) == 0)
            return &module->methods[i];
    }
    return NULL;
}

static const struct gen_method *by_id(const struct gen_module *module, uint64_t id)
{
    for (size_t i = 0; i < module->method_count; i++)
        if ((uint64_t)module->methods[i].id == id)
            return &module->methods[i];
    return NULL;
}

static bool method_check(const struct gen_module *module, const struct gen_token *symbol,
                         uint64_t id)
{
    const struct gen_method *named = by_name(module, symbol->text);
    const struct gen_method *numbered = by_id(module, id);
    if (named && named->id >= 0 && (uint64_t)named->id == id)
        return true;
    if (named)
        gen_error(named->place,
                  "%s had the id %llu and now has %d; ids are permanent: %llu, or "
                  "--allow-renumber, would be right",
                  named->key, (unsigned long long)id, named->id, (unsigned long long)id);
    else if (numbered)
        gen_error(numbered->place,
                  "the id %llu was %s's and is now %s's; ids are permanent: a new "
                  "id, or --allow-renumber, would be right",
                  (unsigned long long)id, symbol->text, numbered->key);
    else
        gen_error(module->place,
                  "the method %s with the id %llu is gone; ids are permanent: keep "
                  "it, or --allow-renumber, would be right",
                  symbol->text, (unsigned long long)id);
    return false;
}

bool gen_permanence_check(const struct gen_module *module)
{
    struct gen_header before;
    char *path = gen_module_include_path(module, gen_format("autogen/%s_methods.h", module->name));
    bool good = true;
    int rc = gen_header_read(path, &before);
    if (rc == -ENOENT)
        return true; /* none yet */
    if (rc) {
        gen_error(module->place,
                  "%s, which says what ids were, cannot be read: %s; a readable file "
                  "would be right",
                  path, strerror(-rc));
        return false;
    }
    const struct gen_definition *methods =
        gen_header_find(&before, true, gen_format("%s_method", module->prefix));
    for (size_t i = methods ? methods->first : 0; methods && i + 2 < methods->last; i++) {
        uint64_t id;
        const struct gen_token *symbol = &before.tokens[i];
        if (symbol->kind == GEN_TOKEN_NAME && gen_token_is(symbol + 1, "=") &&
            gen_header_number(&before, symbol + 2, &id) && id >= 10)
            good &= method_check(module, symbol, id);
    }
    return good;
}
