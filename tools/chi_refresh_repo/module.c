/* SPDX-License-Identifier: BSD-3-Clause */
/* Brings a module's yaml file and its tasks header together. */
#include "module.h"

#include "arena.h"
#include "member.h"
#include "module_yaml.h"
#include "names.h"

#include <string.h>

#define NAME_MAX_LENGTH 128 /* of <ns>_<mod>, as the loader takes it */

char *gen_module_include_path(const struct gen_module *module, const char *rest)
{
    return gen_format("%s/include/%s/%s/%s", module->folder, module->namespace_, module->name,
                      rest);
}

char *gen_module_source_path(const struct gen_module *module, const char *rest)
{
    return gen_format("%s/src/autogen/%s_%s", module->folder, module->name, rest);
}

/* Task and schema of a method; those of inherited ones are libchimaera's. */
static bool method_bind(struct gen_module *module, struct gen_method *method)
{
    if (method->id <= 1) {
        method->task = gen_format("chi_%s_task", method->name);
        method->schema = gen_format("chi_%s_schema", method->name);
        return true;
    }
    if (method->id < 10) {
        method->task = "chi_task";
        method->schema = "chi_base_task_schema";
        return true;
    }
    method->task = gen_format("%s_%s_task", module->prefix, method->name);
    method->schema = gen_format("%s_%s_schema", module->prefix, method->name);
    struct gen_definition *definition = gen_header_find(&module->header, false, method->task);
    if (!definition) {
        if (!module->header.broken)
            gen_error(method->place, "method %s has no struct; 'struct %s' in %s would be right",
                      method->key, method->task, module->header.path);
        return false;
    }
    method->type = gen_struct_read(&module->header, definition, GEN_TASK);
    return method->type != NULL;
}

static bool header_read(struct gen_module *module)
{
    char *path = gen_module_include_path(module, gen_format("%s_tasks.h", module->name));
    int rc = gen_header_read(path, &module->header);
    if (rc) {
        gen_error(module->place,
                  "the header of the tasks, %s, cannot be read: %s; a struct for "
                  "each method in it would be right",
                  path, strerror(-rc));
        return false;
    }
    bool good = !module->header.broken;
    for (size_t i = 0; i < module->method_count; i++)
        good &= method_bind(module, &module->methods[i]);
    struct gen_definition *params =
        gen_header_find(&module->header, false, gen_format("%s_create_params", module->prefix));
    if (params) {
        module->params = gen_struct_read(&module->header, params, GEN_PARAMS);
        good &= module->params != NULL;
    }
    return good;
}

bool gen_module_read(const char *folder, const char *namespace_, struct gen_module *module)
{
    bool good = gen_module_yaml_read(folder, namespace_, module);
    if (!module->name || !module->namespace_)
        return false;
    module->prefix = gen_format("%s_%s", module->namespace_, module->name);
    module->upper = gen_name_upper(module->prefix);
    if (strlen(module->prefix) > NAME_MAX_LENGTH) {
        gen_error(module->place,
                  "the name '%.32s...' has %zu bytes; %d would be right, with the "
                  "namespace and '_'",
                  module->prefix, strlen(module->prefix), NAME_MAX_LENGTH);
        good = false;
    }
    return header_read(module) && good;
}
