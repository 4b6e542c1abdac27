/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads enumerators and makes the names by which configuration files call them. */
#include "enumeration.h"

#include "arena.h"
#include "names.h"

#include <string.h>

/* Bytes of the longest common prefix that ends in '_' and leaves something of every name. */
static size_t common_prefix(const struct gen_enum *values)
{
    size_t size = strlen(values->values[0].symbol);
    for (size_t i = 0; i < values->count; i++) {
        const char *symbol = values->values[i].symbol;
        size_t same = 0;
        while (same < size && symbol[same] == values->values[0].symbol[same])
            same++;
        size = same < strlen(symbol) ? same : strlen(symbol) - 1;
    }
    while (size > 0 && values->values[0].symbol[size - 1] != '_')
        size--;
    return size;
}

static bool names_make(struct gen_enum *values)
{
    bool good = true;
    size_t prefix = common_prefix(values);
    for (size_t i = 0; i < values->count; i++) {
        struct gen_enum_value *value = &values->values[i];
        value->name = gen_name_lower(value->symbol + prefix);
        for (size_t j = 0; j < i; j++)
            if (strcmp(values->values[j].name, value->name) == 0) {
                gen_error(value->place,
                          "'%s' and '%s' are both called '%s' in configuration files; names that "
                          "differ in more than case would be right",
                          values->values[j].symbol, value->symbol, value->name);
                good = false;
            }
    }
    return good;
}

/* Reads the enumerator at `*at` and steps behind its comma. */
static bool enumerator_read(struct gen_header *header, const struct gen_definition *definition,
                            size_t *at, struct gen_enum *values)
{
    size_t i = *at;
    const struct gen_token *name = &header->tokens[i];
    size_t depth = 0;
    bool good = name->kind == GEN_TOKEN_NAME;
    bool negative =
        gen_token_is(&header->tokens[i + 1], "=") && gen_token_is(&header->tokens[i + 2], "-");
    if (!good)
        gen_error(name->place,
                  "'%s' is no name of a value; a list like A = 0, B = 1 would be right",
                  name->text);
    for (; i < definition->last; i++) {
        if (gen_token_is(&header->tokens[i], "(") || gen_token_is(&header->tokens[i], "{"))
            depth++;
        else if (depth &&
                 (gen_token_is(&header->tokens[i], ")") || gen_token_is(&header->tokens[i], "}")))
            depth--;
        else if (!depth && gen_token_is(&header->tokens[i], ","))
            break;
    }
    *at = i + 1;
    if (good && negative) {
        gen_error(name->place, "'%s' is negative; CHI_ENUM holds values from 0 on", name->text);
        good = false;
    }
    if (!good)
        return false;
    values->values = gen_grow(values->values, values->count, sizeof(*values->values));
    values->values[values->count++] =
        (struct gen_enum_value){.symbol = name->text, .place = name->place};
    return true;
}

static void definition_read(struct gen_header *header, struct gen_definition *definition)
{
    struct gen_enum *values = gen_alloc(sizeof(*values));
    bool good = true;
    values->name = definition->name;
    for (size_t i = definition->first; i < definition->last;) {
        if (header->tokens[i].kind == GEN_TOKEN_DIRECTIVE) {
            if (gen_token_is_conditional(&header->tokens[i])) {
                gen_error(header->tokens[i].place,
                          "the values of enum %s depend on the preprocessor; the same values in "
                          "every build would be right",
                          definition->name);
                good = false;
            }
            i++;
            continue;
        }
        good &= enumerator_read(header, definition, &i, values);
    }
    if (good && !values->count) {
        gen_error(definition->place, "enum %s has no values; give it one", definition->name);
        good = false;
    }
    definition->state = good && names_make(values) ? GEN_READ : GEN_WRONG;
    definition->values = values;
    if (definition->state == GEN_WRONG)
        return;
    header->enums = gen_grow(header->enums, header->enum_count, sizeof(*header->enums));
    header->enums[header->enum_count++] = values;
}

const struct gen_enum *gen_enum_read(struct gen_header *header, const struct gen_token *token)
{
    struct gen_definition *definition = gen_header_find(header, true, token->text);
    if (!definition) {
        gen_error(token->place,
                  "enum %s is not defined in this header; define 'enum %s {...};' before its use",
                  token->text, token->text);
        return NULL;
    }
    if (definition->state == GEN_UNREAD)
        definition_read(header, definition);
    return definition->state == GEN_READ ? definition->values : NULL;
}
