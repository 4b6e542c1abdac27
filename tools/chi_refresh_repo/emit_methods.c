/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the two generated headers. */
#include "emit_methods.h"

#include "emit.h"
#include "names.h"

#include <string.h>

static void guard_begin(struct gen_text *text, const struct gen_module *module, const char *what)
{
    gen_emit_head(text, module);
    gen_text_add(text, "#ifndef %s_%s_H\n#define %s_%s_H\n\n", module->upper, what, module->upper,
                 what);
}

struct gen_text gen_emit_methods(const struct gen_module *module)
{
    struct gen_text text = {0};
    guard_begin(&text, module, "METHODS");
    gen_text_add(&text, "#include \"chimaera/schema.h\"\n#include \"chimaera/types.h\"\n\n");
    gen_text_add(&text, "#define %s_LIBRARY \"%s\"\n\n", module->upper, module->prefix);
    gen_text_add(&text, "enum %s_method {\n", module->prefix);
    for (size_t i = 0; i < module->method_count; i++)
        gen_text_add(&text, "    %s_METHOD_%s = %d,\n", module->upper,
                     gen_name_upper(module->methods[i].name), module->methods[i].id);
    gen_text_add(&text, "};\n\n");
    for (size_t i = 0; i < module->method_count; i++) {
        if (module->methods[i].type)
            gen_text_add(&text, "struct %s;\n", module->methods[i].task);
    }
    if (module->params)
        gen_text_add(&text, "struct %s;\n", module->params->name);
    gen_text_add(&text, "\nCHI_BEGIN_DECLS\n\n");
    for (size_t i = 0; i < module->method_count; i++)
        if (module->methods[i].type)
            gen_text_add(&text, "extern struct chi_task_schema %s;\n", module->methods[i].schema);
    if (module->params)
        gen_text_add(&text, "extern const struct chi_schema %s_schema;\n", module->params->name);
    gen_text_add(&text,
                 "/* All of them, for struct chimaera_admin_pool_spec. */\n"
                 "extern const struct chi_module_schemas %s_schemas;\n\nCHI_END_DECLS\n\n"
                 "#endif\n",
                 module->prefix);
    return text;
}

struct gen_text gen_emit_runtime_methods(const struct gen_module *module)
{
    const char *prefix = module->prefix;
    struct gen_text text = {0};
    guard_begin(&text, module, "RUNTIME_METHODS");
    gen_text_add(&text, "#include \"%s/%s/autogen/%s_methods.h\"\n\n", module->namespace_,
                 module->name, module->name);
    gen_text_add(&text, "#include \"chimaera/container.h\"\n\n");
    gen_text_add(&text, "struct %s; /* the module's state; begins with struct chi_container */\n",
                 prefix);
    for (size_t i = 0; i < module->method_count; i++)
        if (strcmp(module->methods[i].task, "chi_task") != 0)
            gen_text_add(&text, "struct %s;\n", module->methods[i].task);
    gen_text_add(&text, "\nCHI_BEGIN_DECLS\n\n");
    for (size_t i = 0; i < module->method_count; i++) {
        const struct gen_method *method = &module->methods[i];
        gen_text_add(&text,
                     "int %s_run_%s(struct %s *self, struct %s *task,\n"
                     "    struct chi_run_context *rctx);\n"
                     "void %s_monitor_%s(struct %s *self, enum chi_monitor_mode mode,\n"
                     "    struct %s *task, struct chi_run_context *rctx);\n\n",
                     prefix, method->name, prefix, method->task, prefix, method->name, prefix,
                     method->task);
    }
    for (size_t i = 0; i < module->method_count; i++) {
        const struct gen_method *method = &module->methods[i];
        for (unsigned slot = 0; slot < GEN_SLOT_COUNT; slot++)
            if (method->slots[slot])
                gen_text_add(&text, "%s %s(%s);\n\n", gen_slots[slot].result, method->slots[slot],
                             gen_replace(gen_slots[slot].parameters, method->task));
    }
    gen_text_add(&text, "extern const struct chi_container_ops %s_ops;\n\n", prefix);
    gen_text_add(&text, "CHI_END_DECLS\n\n#endif\n");
    return text;
}
