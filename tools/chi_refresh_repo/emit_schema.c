/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the member tables. The compiler fills in sizes and offsets from the structs themselves. */
#include "emit_schema.h"

#include "emit.h"
#include "enumeration.h"

/* What a type is called in the schema. */
static const char *kind_name(unsigned kind)
{
    static const char *const names[] = {
        [CHI_MEMBER_U8] = "CHI_MEMBER_U8",
        [CHI_MEMBER_U16] = "CHI_MEMBER_U16",
        [CHI_MEMBER_U32] = "CHI_MEMBER_U32",
        [CHI_MEMBER_U64] = "CHI_MEMBER_U64",
        [CHI_MEMBER_I8] = "CHI_MEMBER_I8",
        [CHI_MEMBER_I16] = "CHI_MEMBER_I16",
        [CHI_MEMBER_I32] = "CHI_MEMBER_I32",
        [CHI_MEMBER_I64] = "CHI_MEMBER_I64",
        [CHI_MEMBER_F32] = "CHI_MEMBER_F32",
        [CHI_MEMBER_F64] = "CHI_MEMBER_F64",
        [CHI_MEMBER_POOL_ID] = "CHI_MEMBER_POOL_ID",
        [CHI_MEMBER_POOL_QUERY] = "CHI_MEMBER_POOL_QUERY",
        [CHI_MEMBER_STRUCT] = "CHI_MEMBER_STRUCT",
        [CHI_MEMBER_STRING] = "CHI_MEMBER_STRING",
        [CHI_MEMBER_VECTOR] = "CHI_MEMBER_VECTOR",
        [CHI_MEMBER_BUFFER] = "CHI_MEMBER_BUFFER",
    };
    return names[kind];
}

static const char *direction_name(unsigned direction)
{
    return direction == CHI_DIRECTION_IN    ? "CHI_DIRECTION_IN"
           : direction == CHI_DIRECTION_OUT ? "CHI_DIRECTION_OUT"
                                            : "CHI_DIRECTION_INOUT";
}

static void emit_enum(struct gen_text *text, const struct gen_enum *values)
{
    gen_text_add(text, "static const struct chi_enum_value %s_values[] = {\n", values->name);
    for (size_t i = 0; i < values->count; i++)
        gen_text_add(text, "    {.name = \"%s\", .value = %s},\n", values->values[i].name,
                     values->values[i].symbol);
    gen_text_add(text, "    {.name = NULL},\n};\n");
    for (size_t i = 0; i < values->count; i++)
        gen_text_add(text,
                     "_Static_assert((long long)(%s) == (long long)(uint32_t)(%s),\n"
                     "               \"%s does not fit in 32 bits\");\n",
                     values->values[i].symbol, values->values[i].symbol, values->values[i].symbol);
    gen_text_add(text, "\n");
}

static void emit_member(struct gen_text *text, const char *type, const struct gen_member *member)
{
    gen_text_add(text, "    {.name = \"%s\", .kind = %s, .direction = %s, .count = %u,\n",
                 member->name, kind_name(member->kind), direction_name(member->direction),
                 member->count);
    gen_text_add(text, "     CHI_PLACE_(struct %s, %s)", type, member->name);
    if (member->kind == CHI_MEMBER_VECTOR)
        gen_text_add(text, ",\n     .element_kind = %s, .element_size = sizeof(%s)",
                     kind_name(member->element_kind), member->type);
    if (member->nested)
        gen_text_add(text, ",\n     .nested = &%s__plain_schema", member->nested->name);
    if (member->values)
        gen_text_add(text, ",\n     .values = %s_values", member->values->name);
    gen_text_add(text, "},\n");
}

/* `table`: the name of the member table. */
static void emit_members(struct gen_text *text, const struct gen_struct *type, const char *table)
{
    if (!type->member_count)
        return;
    gen_text_add(text, "static const struct chi_member %s[] = {\n", table);
    for (size_t i = 0; i < type->member_count; i++)
        emit_member(text, type->name, &type->members[i]);
    gen_text_add(text, "};\n");
    gen_text_add(text,
                 "_Static_assert(sizeof(struct %s) == %llu,\n"
                 "               \"struct %s is packed, or not what chi_refresh_repo read\");\n",
                 type->name, (unsigned long long)type->size, type->name);
    for (size_t i = 0; i < type->member_count; i++) {
        const struct gen_member *member = &type->members[i];
        if (member->is_array) /* the compiler may know another value of the size's macro */
            gen_text_add(text,
                         "_Static_assert(CHI_SIZE_(struct %s, %s) == %u * sizeof(%s),\n"
                         "               \"%s is not what chi_refresh_repo read\");\n",
                         type->name, member->name, member->count, member->type, member->name);
    }
}

/* The fields of a struct chi_schema. */
static void emit_type(struct gen_text *text, const struct gen_struct *type, const char *table,
                      const char *indent)
{
    gen_text_add(text, "%s.name = \"%s\",\n%s.size = sizeof(struct %s),\n", indent, type->name,
                 indent, type->name);
    gen_text_add(text, "%s.member_count = %zu,\n%s.members = %s,\n", indent, type->member_count,
                 indent, type->member_count ? table : "NULL");
    gen_text_add(text, "%s.hash = 0x%016llx,\n", indent, (unsigned long long)type->hash);
}

/* A schema that is a struct chi_schema: of a plain struct or of create parameters. */
static void emit_schema(struct gen_text *text, const struct gen_struct *type, const char *storage,
                        const char *infix)
{
    char *table = gen_format("%s%s_members", type->name, infix);
    emit_members(text, type, table);
    gen_text_add(text, "\n");
    gen_text_add(text, "%sconst struct chi_schema %s%s_schema = {\n", storage, type->name, infix);
    emit_type(text, type, table, "    ");
    gen_text_add(text, "};\n\n");
}

static void emit_task(struct gen_text *text, const struct gen_method *method)
{
    const struct gen_struct *type = method->type;
    char *table = gen_format("%s_members", type->name);
    emit_members(text, type, table);
    gen_text_add(text,
                 "_Static_assert(offsetof(struct %s, base) == 0,\n"
                 "               \"struct chi_task base must be the first member\");\n",
                 type->name);
    gen_text_add(text, "\n");
    gen_text_add(text, "struct chi_task_schema %s = {\n    .type = {\n", method->schema);
    emit_type(text, type, table, "        ");
    static const char *const flags[] = {
        "", "    .flags = CHI_METHOD_WAITS_FOR_OTHERS,\n",
        "    .flags = CHI_METHOD_OUTLIVES_CLIENT,\n",
        "    .flags = CHI_METHOD_WAITS_FOR_OTHERS | CHI_METHOD_OUTLIVES_CLIENT,\n"};
    gen_text_add(text, "    },\n    .method_name = \"%s\",\n    .method = %d,\n%s};\n\n",
                 method->name, method->id,
                 flags[method->waits_for_others + 2 * method->outlives_client]);
}

/* What a client sends so that the runtime can compare. */
static void emit_list(struct gen_text *text, const struct gen_module *module)
{
    size_t count = 0;
    gen_text_add(text, "static struct chi_task_schema *const %s_tasks[] = {\n", module->prefix);
    for (size_t i = 0; i < module->method_count; i++)
        if (module->methods[i].type && ++count)
            gen_text_add(text, "    &%s,\n", module->methods[i].schema);
    if (!count)
        gen_text_add(text, "    NULL,\n");
    gen_text_add(text,
                 "};\n\nconst struct chi_module_schemas %s_schemas = {\n"
                 "    .module = \"%s\",\n    .tasks = %s_tasks,\n    .count = %zu,\n};\n",
                 module->prefix, module->prefix, module->prefix, count);
}

struct gen_text gen_emit_schema(const struct gen_module *module)
{
    const struct gen_header *header = &module->header;
    struct gen_text text = {0};
    gen_emit_head(&text, module);
    gen_text_add(&text, "#include \"%s/%s/autogen/%s_methods.h\"\n", module->namespace_,
                 module->name, module->name);
    gen_text_add(&text, "#include \"%s/%s/%s_tasks.h\"\n\n", module->namespace_, module->name,
                 module->name);
    gen_text_add(&text, "#include \"chimaera/buffer.h\"\n#include \"chimaera/string.h\"\n"
                        "#include \"chimaera/task.h\"\n#include \"chimaera/vector.h\"\n\n");
    gen_text_add(&text, "#define CHI_SIZE_(type, member) sizeof(((type *)0)->member)\n"
                        "#define CHI_PLACE_(type, member) .offset = offsetof(type, member), "
                        ".size = CHI_SIZE_(type, member)\n\n");
    for (size_t i = 0; i < header->enum_count; i++)
        emit_enum(&text, header->enums[i]);
    for (size_t i = 0; i < header->plain_count; i++)
        emit_schema(&text, header->plains[i], "static ", "__plain");
    if (module->params)
        emit_schema(&text, module->params, "", "");
    for (size_t i = 0; i < module->method_count; i++)
        if (module->methods[i].type)
            emit_task(&text, &module->methods[i]);
    emit_list(&text, module);
    return text;
}
