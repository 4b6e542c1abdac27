/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds the structs and enums that a header defines at file scope (also inside extern "C"), and
 * steps over everything else: functions, typedefs, declarations.
 */
#include "header.h"

#include "arena.h"
#include "names.h"

#include <string.h>

static void define_read(struct gen_header *header, const char *text)
{
    uint64_t value;
    text += strspn(text, " \t") + strlen("define");
    text += strspn(text, " \t");
    size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    char *name = gen_copy(text, size);
    /* NAME 16, NAME (16), NAME 16u */
    bool has_value = text[size] == ' ' || text[size] == '\t';
    text += size;
    text += strspn(text, " \t(");
    char *literal = gen_copy(text, strcspn(text, " \t\r)"));
    text += strlen(literal);
    bool good =
        has_value && text[strspn(text, " \t\r)")] == '\0' && gen_literal_parse(literal, &value);
    for (size_t i = header->macro_count; i-- > 0;)
        if (strcmp(header->macros[i].name, name) == 0)
            header->macros[i] = header->macros[--header->macro_count];
    if (!good)
        return;
    header->macros = gen_grow(header->macros, header->macro_count, sizeof(*header->macros));
    header->macros[header->macro_count++] = (struct gen_macro){name, value};
}

/* The token that closes the bracket at `open`, or the count of tokens. */
static size_t closing(const struct gen_header *header, size_t open)
{
    size_t depth = 0;
    for (size_t i = open; i < header->token_count; i++) {
        if (gen_token_is(&header->tokens[i], "{") || gen_token_is(&header->tokens[i], "("))
            depth++;
        else if (gen_token_is(&header->tokens[i], "}") || gen_token_is(&header->tokens[i], ")"))
            if (--depth == 0)
                return i;
    }
    return header->token_count;
}

/* The token behind the block at `open`, which is reported where it does not end. */
static size_t behind_block(struct gen_header *header, size_t open)
{
    size_t close = closing(header, open);
    for (size_t i = open; i < close && i < header->token_count; i++)
        if (gen_token_is_directive(&header->tokens[i], "define"))
            define_read(header, header->tokens[i].text);
    if (close < header->token_count)
        return close + 1;
    gen_error(header->tokens[open].place, "this '%s' has no end; close it",
              header->tokens[open].text);
    header->broken = true;
    return header->token_count;
}

static bool is_attribute(const struct gen_token *token)
{
    return gen_token_is(token, "__attribute__") || gen_token_is(token, "_Alignas") ||
           gen_token_is(token, "alignas");
}

static void define_type(struct gen_header *header, bool is_enum, size_t name, size_t close,
                        size_t attribute)
{
    const struct gen_token *token = &header->tokens[name];
    const struct gen_definition *before = gen_header_find(header, is_enum, token->text);
    if (before) {
        gen_error(token->place, "%s %s stands twice (first in line %d); keep one of them",
                  is_enum ? "enum" : "struct", token->text, before->place.line);
        header->broken = true;
        return;
    }
    header->definitions =
        gen_grow(header->definitions, header->definition_count, sizeof(*header->definitions));
    header->definitions[header->definition_count++] = (struct gen_definition){
        .is_enum = is_enum,
        .name = token->text,
        .place = token->place,
        .first = name + 2,
        .last = close,
        .attribute = attribute                                ? attribute
                     : is_attribute(token + close + 1 - name) ? close + 1
                                                              : 0,
    };
}

/* `struct name {` or `enum name {` at `i`: notes it and returns the token behind its body. */
static size_t type_read(struct gen_header *header, size_t i)
{
    size_t name = i + 1;
    size_t attribute = 0;
    /* Attributes may stand before the name. */
    while (name < header->token_count && is_attribute(&header->tokens[name]) &&
           gen_token_is(&header->tokens[name + 1], "(")) {
        attribute = name;
        name = closing(header, name + 1) + 1;
        if (name >= header->token_count)
            return i + 1;
    }
    if (header->tokens[name].kind != GEN_TOKEN_NAME ||
        !gen_token_is(&header->tokens[name + 1], "{"))
        return i + 1;
    size_t next = behind_block(header, name + 1);
    if (next > name + 2 && gen_token_is(&header->tokens[next - 1], "}"))
        define_type(header, gen_token_is(&header->tokens[i], "enum"), name, next - 1, attribute);
    return next;
}

static void scan(struct gen_header *header)
{
    size_t i = 0;
    while (header->tokens[i].kind != GEN_TOKEN_END) {
        const struct gen_token *token = &header->tokens[i];
        if (gen_token_is_directive(token, "define")) {
            define_read(header, token->text);
            i++;
        } else if (gen_token_is(token, "extern") &&
                   header->tokens[i + 1].kind == GEN_TOKEN_STRING &&
                   gen_token_is(&header->tokens[i + 2], "{")) {
            i += 3; /* its closing brace is passed like any other token */
        } else if (gen_token_is(token, "struct") || gen_token_is(token, "enum")) {
            i = type_read(header, i);
        } else if (gen_token_is(token, "{") || gen_token_is(token, "(")) {
            i = behind_block(header, i);
        } else {
            i++;
        }
        if (i >= header->token_count)
            return;
    }
}

int gen_header_read(const char *path, struct gen_header *header)
{
    char *data;
    size_t size;
    memset(header, 0, sizeof(*header));
    header->path = path;
    int rc = gen_file_read(path, &data, &size);
    if (rc)
        return rc;
    header->broken = !gen_tokenize(path, data, size, &header->tokens, &header->token_count);
    scan(header);
    return 0;
}

struct gen_definition *gen_header_find(struct gen_header *header, bool is_enum, const char *name)
{
    for (size_t i = 0; i < header->definition_count; i++)
        if (header->definitions[i].is_enum == is_enum &&
            strcmp(header->definitions[i].name, name) == 0)
            return &header->definitions[i];
    return NULL;
}

bool gen_header_number(const struct gen_header *header, const struct gen_token *token,
                       uint64_t *value)
{
    if (token->kind == GEN_TOKEN_NUMBER)
        return gen_literal_parse(token->text, value);
    for (size_t i = 0; i < header->macro_count; i++)
        if (token->kind == GEN_TOKEN_NAME && strcmp(header->macros[i].name, token->text) == 0) {
            *value = header->macros[i].value;
            return true;
        }
    return false;
}
