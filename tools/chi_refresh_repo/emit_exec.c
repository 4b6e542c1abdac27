/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the vtable: what the runtime calls, by method id. */
#include "emit.h"

#include "names.h"

#include <string.h>

static void emit_case(struct gen_text *text, const struct gen_module *module,
                      const struct gen_method *method)
{
    gen_text_add(text, "    case %s_METHOD_%s:\n", module->upper, gen_name_upper(method->name));
}

/* Schemas that libchimaera defines. */
static void emit_externs(struct gen_text *text, const struct gen_module *module)
{
    size_t count = 0;
    for (size_t i = 0; i < module->method_count; i++) {
        const struct gen_method *method = &module->methods[i];
        bool before = false;
        for (size_t j = 0; j < i; j++)
            before |= strcmp(module->methods[j].schema, method->schema) == 0;
        if (method->type || before)
            continue;
        gen_text_add(text, "extern CHI_API struct chi_task_schema %s;\n", method->schema);
        count++;
    }
    if (count)
        gen_text_add(text, "\n");
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

/* How copies of a method's task are merged, where the module does not do it in the usual way. */
static void emit_overrides(struct gen_text *text, const struct gen_module *module)
{
    for (size_t i = 0; i < module->method_count; i++) {
        const struct gen_method *method = &module->methods[i];
        if (!method->aggregate)
            continue;
        gen_text_add(text,
                     "    if (method == %s_METHOD_%s) {\n"
                     "        %s((struct %s *)(void *)into,\n"
                     "            (struct %s *)(void *)copy);\n        return;\n    }\n",
                     module->upper, gen_name_upper(method->name), method->aggregate, method->task,
                     method->task);
    }
}

static void emit_copies(struct gen_text *text, const struct gen_module *module)
{
    gen_text_add(text, "static int new_copy(uint32_t method, const struct chi_task *task, "
                       "struct chi_task *copy)\n{\n"
                       "    return chi_task_copy(&schema(method)->type, task, copy);\n}\n\n"
                       "static void aggregate(uint32_t method, struct chi_task *into, "
                       "struct chi_task *copy)\n{\n");
    emit_overrides(text, module);
    gen_text_add(text, "    chi_task_aggregate(&schema(method)->type, into, copy);\n}\n\n");
}

/* By method what libchimaera does by schema. */
static void emit_archive(struct gen_text *text)
{
    static const struct {
        const char *name;
        bool saves;
    } functions[] = {
        {"save_in", true}, {"load_in", false}, {"save_out", true}, {"load_out", false}};
    gen_text_add(text, "static void del(uint32_t method, struct chi_task *task)\n{\n"
                       "    chi_task_unload_del(schema(method), task);\n}\n\n");
    for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
        const char *name = functions[i].name;
        gen_text_add(text, "static int %s(uint32_t method, %s)\n{\n", name,
                     functions[i].saves ? "const struct chi_task *task, struct chi_string *archive"
                                        : "const void *data, size_t size, struct chi_task *task");
        gen_text_add(text, "    return chi_task_%s(schema(method), %s);\n}\n\n", name,
                     functions[i].saves ? "task, archive" : "data, size, task");
    }
}

struct gen_text gen_emit_exec(const struct gen_module *module)
{
    struct gen_text text = {0};
    gen_emit_head(&text, module);
    gen_text_add(&text, "#include \"%s/%s/autogen/%s_runtime_methods.h\"\n\n", module->namespace_,
                 module->name, module->name);
    gen_text_add(&text, "#include \"chimaera/status.h\"\n\n");
    emit_externs(&text, module);
    emit_run(&text, module);
    emit_monitor(&text, module);
    emit_schema(&text, module);
    emit_copies(&text, module);
    emit_archive(&text);
    gen_text_add(&text,
                 "const struct chi_container_ops %s_ops = {\n    .run = run,\n"
                 "    .monitor = monitor,\n    .schema = schema,\n"
                 "    .new_copy = new_copy,\n    .aggregate = aggregate,\n",
                 module->prefix);
    if (module->params)
        gen_text_add(&text, "    .create_params = &%s_schema,\n", module->params->name);
    else
        gen_text_add(&text, "    .create_params = NULL,\n");
    gen_text_add(&text, "    .del = del,\n    .save_in = save_in,\n    .load_in = load_in,\n"
                        "    .save_out = save_out,\n    .load_out = load_out,\n};\n");
    return text;
}
