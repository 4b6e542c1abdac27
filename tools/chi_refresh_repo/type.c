/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the type of one member, and says what to write instead where it cannot be carried. */
#include "type.h"

#include "arena.h"
#include "enumeration.h"

#include <string.h>

#define IN_TASK   (1u << GEN_TASK)
#define IN_PARAMS (1u << GEN_PARAMS)
#define IN_PLAIN  (1u << GEN_PLAIN)
#define ANYWHERE  (IN_TASK | IN_PARAMS | IN_PLAIN)

struct known_type {
    const char *name; /* a name, or the tag of a struct */
    bool is_struct;
    uint8_t kind;
    unsigned uses;       /* where a member may have it */
    bool in_vector;      /* whether a vector may hold it */
    const char *spelled; /* in generated code */
};

static const struct known_type known_types[] = {
    {"uint8_t", false, CHI_MEMBER_U8, ANYWHERE, true, "uint8_t"},
    {"uint16_t", false, CHI_MEMBER_U16, ANYWHERE, true, "uint16_t"},
    {"uint32_t", false, CHI_MEMBER_U32, ANYWHERE, true, "uint32_t"},
    {"uint64_t", false, CHI_MEMBER_U64, ANYWHERE, true, "uint64_t"},
    {"int8_t", false, CHI_MEMBER_I8, ANYWHERE, true, "int8_t"},
    {"int16_t", false, CHI_MEMBER_I16, ANYWHERE, true, "int16_t"},
    {"int32_t", false, CHI_MEMBER_I32, ANYWHERE, true, "int32_t"},
    {"int64_t", false, CHI_MEMBER_I64, ANYWHERE, true, "int64_t"},
    {"float", false, CHI_MEMBER_F32, ANYWHERE, true, "float"},
    {"double", false, CHI_MEMBER_F64, ANYWHERE, true, "double"},
    {"chi_container_id_t", false, CHI_MEMBER_U32, ANYWHERE, true, "uint32_t"},
    {"chi_queue_id_t", false, CHI_MEMBER_U32, ANYWHERE, true, "uint32_t"},
    {"chi_lane_id_t", false, CHI_MEMBER_U32, ANYWHERE, true, "uint32_t"},
    {"chi_node_id_t", false, CHI_MEMBER_U32, ANYWHERE, true, "uint32_t"},
    {"chi_pool_id_t", false, CHI_MEMBER_POOL_ID, IN_TASK | IN_PLAIN, false, "chi_pool_id_t"},
    {"chi_pool_query_t", false, CHI_MEMBER_POOL_QUERY, IN_TASK, false, "chi_pool_query_t"},
    {"chi_string", true, CHI_MEMBER_STRING, IN_TASK | IN_PARAMS, false, "struct chi_string"},
    {"chi_buffer", true, CHI_MEMBER_BUFFER, IN_TASK, false, "struct chi_buffer"},
};

/* What people write first, and what would be right. */
static const struct {
    const char *name;
    const char *right;
} hints[] = {
    {"bool", "uint8_t"},
    {"_Bool", "uint8_t"},
    {"char", "struct chi_string, or uint8_t for a byte,"},
    {"short", "int16_t"},
    {"int", "int32_t"},
    {"long", "int64_t"},
    {"signed", "int32_t"},
    {"unsigned", "uint32_t"},
    {"size_t", "uint64_t"},
    {"ssize_t", "int64_t"},
    {"off_t", "int64_t"},
    {"time_t", "int64_t"},
    {"uintptr_t", "struct chi_buffer"},
    {"chi_shm_ptr_t", "struct chi_buffer"},
    {"chi_string", "struct chi_string"},
    {"chi_buffer", "struct chi_buffer"},
    {"chi_bytes", "struct chi_string"},
    {"chi_view", "struct chi_string"},
    {"chi_pool_id", "chi_pool_id_t"},
    {"chi_pool_query", "chi_pool_query_t"},
    {"enum", "CHI_ENUM(its_name)"},
};

static const char *hint(const char *name)
{
    for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++)
        if (strcmp(hints[i].name, name) == 0)
            return hints[i].right;
    return "a type with a fixed size, a struct of this header, struct chi_string, CHI_VECTOR(T), "
           "struct chi_buffer or CHI_ENUM(name)";
}

static const char *use_name(enum gen_struct_use use)
{
    static const char *const names[] = {"a task", "create parameters", "a plain struct"};
    return names[use];
}

static const struct known_type *known(const char *name, bool is_struct)
{
    for (size_t i = 0; i < sizeof(known_types) / sizeof(*known_types); i++)
        if (known_types[i].is_struct == is_struct && strcmp(known_types[i].name, name) == 0)
            return &known_types[i];
    return NULL;
}

bool gen_kind_is_number(unsigned kind)
{
    return kind >= CHI_MEMBER_U8 && kind <= CHI_MEMBER_F64;
}

/* A struct of this header by its tag. */
static bool plain_find(struct gen_header *header, enum gen_struct_use use,
                       const struct gen_token *tag, struct gen_member *member)
{
    struct gen_definition *definition = gen_header_find(header, false, tag->text);
    if (!definition) {
        gen_error(tag->place,
                  "unknown type 'struct %s', it is not defined in this header; %s would be right",
                  tag->text, hint(tag->text));
        return false;
    }
    if (use == GEN_PARAMS) {
        gen_error(tag->place,
                  "create parameters cannot hold 'struct %s'; numbers, CHI_ENUM, struct chi_string "
                  "and CHI_VECTOR of numbers would be right",
                  tag->text);
        return false;
    }
    member->kind = CHI_MEMBER_STRUCT;
    member->type = gen_format("struct %s", tag->text);
    member->definition = definition;
    member->definition_place = tag->place;
    return true;
}

static bool value_read(struct gen_header *header, enum gen_struct_use use, size_t *at, size_t last,
                       struct gen_member *member, bool in_vector)
{
    const struct gen_token *token = &header->tokens[*at];
    if (*at >= last || token->kind != GEN_TOKEN_NAME) {
        gen_error(token->place,
                  "a type is missing; a line like 'IN uint64_t size;' would be right");
        return false;
    }
    bool is_struct = gen_token_is(token, "struct");
    if (is_struct && (++*at >= last || header->tokens[*at].kind != GEN_TOKEN_NAME)) {
        gen_error(
            token->place,
            "a struct without a name cannot be carried; define it with a name before this one");
        return false;
    }
    token = &header->tokens[(*at)++];
    const struct known_type *type = known(token->text, is_struct);
    if (!type && is_struct)
        return plain_find(header, use, token, member);
    if (!type) {
        gen_error(token->place, "unknown type '%s'; %s would be right", token->text,
                  hint(token->text));
        return false;
    }
    if (in_vector && !type->in_vector) {
        gen_error(token->place,
                  "a vector cannot hold '%s'; numbers or a plain struct would be right",
                  type->spelled);
        return false;
    }
    if (!(type->uses & 1u << use)) {
        gen_error(
            token->place, "%s cannot hold '%s'; %s would be right", use_name(use), type->spelled,
            use == GEN_PARAMS ? "numbers, CHI_ENUM, struct chi_string and CHI_VECTOR of numbers"
                              : "numbers, chi_pool_id_t and plain structs");
        return false;
    }
    member->kind = type->kind;
    member->type = type->spelled;
    return true;
}

/* The token that closes `(` at `open`, or 0 where the member ends before it. */
static size_t closing(const struct gen_header *header, size_t open, size_t last)
{
    for (size_t i = open + 1; i < last; i++)
        if (gen_token_is(&header->tokens[i], ")"))
            return i;
    return 0;
}

/* CHI_ENUM(name) or CHI_VECTOR(T). */
static bool macro_read(struct gen_header *header, enum gen_struct_use use, size_t *at, size_t last,
                       struct gen_member *member)
{
    const struct gen_token *macro = &header->tokens[*at];
    bool is_enum = gen_token_is(macro, "CHI_ENUM");
    size_t open = *at + 1;
    size_t close =
        open < last && gen_token_is(&header->tokens[open], "(") ? closing(header, open, last) : 0;
    if (!close || close == open + 1) {
        gen_error(macro->place, "%s names no type; %s would be right", macro->text,
                  is_enum ? "CHI_ENUM(enum_name)" : "CHI_VECTOR(uint64_t)");
        return false;
    }
    *at = open + 1;
    if (is_enum) {
        const struct gen_token *name = &header->tokens[*at];
        bool one = name->kind == GEN_TOKEN_NAME && *at + 1 == close && !gen_token_is(name, "enum");
        if (!one)
            gen_error(name->place, "CHI_ENUM takes the name of an enum; CHI_ENUM(enum_name) would "
                                   "be right");
        member->kind = CHI_MEMBER_U32;
        member->type = "uint32_t";
        member->values = one ? gen_enum_read(header, name) : NULL;
        *at = close + 1;
        return member->values != NULL;
    }
    if (use == GEN_PLAIN) {
        gen_error(macro->place, "a plain struct cannot hold a vector; numbers, chi_pool_id_t and "
                                "plain structs would be right");
        return false;
    }
    bool good = value_read(header, use, at, close, member, true);
    if (good && *at != close) {
        gen_error(
            header->tokens[*at].place,
            "'%s' stands behind the type of the elements; CHI_VECTOR(uint64_t) would be right",
            header->tokens[*at].text);
        good = false;
    }
    member->element_kind = member->kind;
    member->kind = CHI_MEMBER_VECTOR;
    *at = close + 1;
    return good;
}

bool gen_type_read(struct gen_header *header, enum gen_struct_use use, size_t *at, size_t last,
                   struct gen_member *member)
{
    static const char *const qualifiers[] = {"const",    "volatile", "_Atomic",       "CHI_ATOMIC",
                                             "_Alignas", "alignas",  "__attribute__", "static",
                                             "register", "restrict"};
    const struct gen_token *token = &header->tokens[*at];
    if (*at < last && token->kind == GEN_TOKEN_NAME) {
        for (size_t i = 0; i < sizeof(qualifiers) / sizeof(*qualifiers); i++)
            if (gen_token_is(token, qualifiers[i])) {
                gen_error(token->place, "a member cannot be '%s'; leave it out", token->text);
                return false;
            }
        if (gen_token_is(token, "union")) {
            gen_error(token->place,
                      "a union cannot be carried; a member for each alternative would "
                      "be right");
            return false;
        }
        if (gen_token_is(token, "CHI_ENUM") || gen_token_is(token, "CHI_VECTOR"))
            return macro_read(header, use, at, last, member);
    }
    return value_read(header, use, at, last, member, false);
}
