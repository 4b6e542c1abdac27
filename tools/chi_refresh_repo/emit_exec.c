/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the vtable: what the runtime calls, by method id. */
#include "emit_exec.h"

#include "emit.h"
#include "names.h"

#include <string.h>

static void emit_case(struct gen_text *text, const struct gen_module *module,
                      const struct gen_method *method)
{
    gen_text_add(text, "    case %s_METHOD_%s:\n", module->upper, gen_name_upper(method->name));
}

static void emit_run(struct gen_text *text, const struct gen_module *module)
{
    gen_text_add(text, "static int run(struct chi_container *self, uint32_t method, "
                       "struct chi_task *task,\n               struct chi_run_context *rctx)\n{\n"
                       "    switch (method) {\n");
    for (size_t i = 0; i < module->method_count; i++) {
        const struct gen_method *method = &module->methods[i];
        emit_case(text, module, method);
        gen_text_add(text,
                     "        return %s_run_%s((struct %s *)(void *)self,\n"
                     "                   (struct %s *)(void *)task, rctx);\n",
                     module->prefix, method->name, module->prefix, method->task);
    }
    gen_text_add(text, "    default:\n        return CHI_ENOMETHOD;\n    }\n}\n\n");
}

static void emit_monitor(struct gen_text *text, const struct gen_module *module)
{
    gen_text_add(text, "static void monitor(struct chi_container *self, "
                       "enum chi_monitor_mode mode,\n                    uint32_t method, "
                       "struct chi_task *task, struct chi_run_context *rctx)\n{\n"
                       "    switch (method) {\n");
    for (size_t i = 0; i < module->method_count; i++) {
        const struct gen_method *method = &module->methods[i];
        emit_case(text, module, method);
        gen_text_add(text,
                     "        %s_monitor_%s((struct %s *)(void *)self, mode,\n"
                     "            (struct %s *)(void *)task, rctx);\n        break;\n",
                     module->prefix, method->name, module->prefix, method->task);
    }
    gen_text_add(text, "    default:\n        break;\n    }\n}\n\n");
}

static void emit_schema(struct gen_text *text, const struct gen_module *module)
{
    gen_text_add(text, "static struct chi_task_schema *schema(uint32_t method)\n{\n"
                       "    switch (method) {\n");
    for (size_t i = 0; i < module->method_count; i++) {
        emit_case(text, module, &module->methods[i]);
        gen_text_add(text, "        return &%s;\n", module->methods[i].schema);
    }
    gen_text_add(text, "    default:\n        return NULL;\n    }\n}\n\n");
}

static bool has_own(const struct gen_module *module, enum gen_slot slot)
{
    for (size_t i = 0; i < module->method_count; i++)
        if (module->methods[i].slots[slot])
            return true;
    return false;
}

/* A slot for which some methods have functions of the module's own. */
static void emit_slot(struct gen_text *text, const struct gen_module *module, enum gen_slot slot)
{
    const struct gen_slot_form *form = &gen_slots[slot];
    bool is_void = strcmp(form->result, "void") == 0;
    gen_text_add(text, "static %s %s(const struct chi_task_schema *schema_, %s)\n{\n", form->result,
                 form->member, gen_replace(form->parameters, "chi_task"));
    for (size_t i = 0; i < module->method_count; i++) {
        const struct gen_method *method = &module->methods[i];
        if (!method->slots[slot])
            continue;
        gen_text_add(text, "    if (schema_ && schema_->method == %s_METHOD_%s)%s\n", module->upper,
                     gen_name_upper(method->name), is_void ? " {" : "");
        gen_text_add(text, "        %s%s(%s);\n", is_void ? "" : "return ", method->slots[slot],
                     gen_replace(form->casts, method->task));
        if (is_void)
            gen_text_add(text, "        return;\n    }\n");
    }
    gen_text_add(text, "    %s%s(schema_, %s);\n}\n\n", is_void ? "" : "return ", form->core,
                 form->arguments);
}

struct gen_text gen_emit_exec(const struct gen_module *module)
{
    struct gen_text text = {0};
    gen_emit_head(&text, module);
    gen_text_add(&text, "#include \"%s/%s/autogen/%s_runtime_methods.h\"\n\n", module->namespace_,
                 module->name, module->name);
    gen_text_add(&text, "#include \"chimaera/archive.h\"\n#include \"chimaera/lifecycle.h\"\n"
                        "#include \"chimaera/status.h\"\n\n");
    emit_run(&text, module);
    emit_monitor(&text, module);
    emit_schema(&text, module);
    for (unsigned slot = 0; slot < GEN_SLOT_COUNT; slot++)
        if (has_own(module, slot))
            emit_slot(&text, module, slot);
    gen_text_add(&text,
                 "const struct chi_container_ops %s_ops = {\n    .run = run,\n"
                 "    .monitor = monitor,\n    .schema = schema,\n",
                 module->prefix);
    if (module->params)
        gen_text_add(&text, "    .create_params = &%s_schema,\n", module->params->name);
    else
        gen_text_add(&text, "    .create_params = NULL,\n");
    for (unsigned slot = 0; slot < GEN_SLOT_COUNT; slot++)
        gen_text_add(&text, "    .%s = %s,\n", gen_slots[slot].member,
                     has_own(module, slot) ? gen_slots[slot].member : gen_slots[slot].core);
    gen_text_add(&text, "};\n");
    return text;
}
