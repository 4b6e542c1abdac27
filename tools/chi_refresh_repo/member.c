/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the members of one struct, each up to its semicolon; goes on behind a member in error. */
#include "member.h"

#include "arena.h"
#include "hash.h"
#include "layout.h"
#include "names.h"
#include "type.h"

#include "chimaera/task.h"

#include <string.h>

#define DEPTH_MAX 32u /* of structs within structs */

struct reader {
    struct gen_header *header;
    enum gen_struct_use use;
    const char *name;
    struct gen_struct *out;
    bool good;
};

static const struct gen_token *token_at(const struct reader *reader, size_t i)
{
    return &reader->header->tokens[i];
}

/* The semicolon that ends the member at `first`, or `last`. */
static size_t member_end(const struct reader *reader, size_t first, size_t last)
{
    size_t depth = 0;
    for (size_t i = first; i < last; i++) {
        const struct gen_token *token = token_at(reader, i);
        if (gen_token_is(token, "{") || gen_token_is(token, "("))
            depth++;
        else if (depth && (gen_token_is(token, "}") || gen_token_is(token, ")")))
            depth--;
        else if (!depth && gen_token_is(token, ";"))
            return i;
    }
    return last;
}

static const struct gen_token *find(const struct reader *reader, size_t first, size_t last,
                                    const char *text)
{
    for (size_t i = first; i < last; i++)
        if (gen_token_is(token_at(reader, i), text))
            return token_at(reader, i);
    return NULL;
}

static unsigned direction_of(const struct gen_token *token)
{
    if (gen_token_is(token, "IN"))
        return CHI_DIRECTION_IN;
    if (gen_token_is(token, "OUT"))
        return CHI_DIRECTION_OUT;
    return gen_token_is(token, "INOUT") ? CHI_DIRECTION_INOUT : 0;
}

/* Reads the annotation and steps behind it. */
static bool direction_read(struct reader *reader, size_t *at, size_t last,
                           struct gen_member *member)
{
    const struct gen_token *token = token_at(reader, *at);
    unsigned direction = direction_of(token);
    member->direction = (uint8_t)direction;
    if (direction)
        ++*at;
    if (direction && *at < last && direction_of(token_at(reader, *at))) {
        gen_error(token_at(reader, *at)->place,
                  "'%s' stands behind '%s'; one of them would be right, "
                  "INOUT for both",
                  token_at(reader, *at)->text, token->text);
        return false;
    }
    if (reader->use == GEN_PLAIN) {
        member->direction = CHI_DIRECTION_INOUT;
        if (direction)
            gen_error(token->place,
                      "members of a plain struct have no %s; write it before the "
                      "member that holds the struct",
                      token->text);
        return !direction;
    }
    if (!direction) {
        const struct gen_token *name = token_at(reader, last - 1);
        for (size_t i = *at; i < last && !gen_token_is(token_at(reader, i), "["); i++)
            name = token_at(reader, i);
        if (reader->use == GEN_PARAMS)
            gen_error(token->place, "member '%s' is not annotated; write IN before it", name->text);
        else
            gen_error(token->place,
                      "member '%s' is not annotated; write IN, OUT or INOUT before it", name->text);
        return false;
    }
    if (reader->use == GEN_PARAMS && direction != CHI_DIRECTION_IN) {
        gen_error(token->place, "create parameters only go in; IN instead of %s would be right",
                  token->text);
        return false;
    }
    return true;
}

/* What no member may contain, whatever its type. */
static bool shape_check(struct reader *reader, size_t first, size_t last)
{
    const struct gen_token *bracket = find(reader, first, last, "[");
    size_t end = bracket ? (size_t)(bracket - reader->header->tokens) : last;
    const struct gen_token *token;
    if ((token = find(reader, first, end, "*")) || (token = find(reader, first, end, "&"))) {
        gen_error(token->place, "a pointer means nothing in another process; struct chi_string, "
                                "CHI_VECTOR(T) or struct chi_buffer would be right");
        return false;
    }
    if ((token = find(reader, first, end, "union"))) {
        gen_error(token->place, "a union cannot be carried; a member for each alternative would be "
                                "right");
        return false;
    }
    if ((token = find(reader, first, end, "{"))) {
        gen_error(token->place, "a type is defined within a struct; define it with a name before "
                                "this struct");
        return false;
    }
    if ((token = find(reader, first, last, ":"))) {
        gen_error(token->place, "a bit-field cannot be carried; a whole uint8_t or uint32_t would "
                                "be right");
        return false;
    }
    if ((token = find(reader, first, end, ","))) {
        gen_error(token->place, "two members in one declaration; one line for each would be right");
        return false;
    }
    return true;
}

/* Reads `[16]` or `[NAME]` at `*at`. */
static bool array_read(struct reader *reader, size_t *at, size_t last, struct gen_member *member)
{
    const struct gen_token *open = token_at(reader, *at);
    const struct gen_token *size = token_at(reader, *at + 1);
    uint64_t count = 0;
    if (*at + 2 >= last || !gen_token_is(token_at(reader, *at + 2), "]") ||
        !gen_header_number(reader->header, size, &count)) {
        gen_error(size->place,
                  "the size of array '%s' is not known; an integer, or a #define of one in this "
                  "header, would be right",
                  member->name);
        return false;
    }
    if (!count || count > UINT16_MAX) {
        gen_error(size->place, "array '%s' has %llu elements; 1 to 65535 would be right",
                  member->name, (unsigned long long)count);
        return false;
    }
    if (!gen_kind_is_number(member->kind) || member->values) {
        gen_error(open->place, "an array of %s cannot be carried; %s would be right",
                  member->values ? "CHI_ENUM" : member->type,
                  member->kind == CHI_MEMBER_STRUCT ? "CHI_VECTOR of it" : "an array of numbers");
        return false;
    }
    member->count = (uint16_t)count;
    member->is_array = true;
    *at += 3;
    return true;
}

static bool declarator_read(struct reader *reader, size_t *at, size_t last,
                            struct gen_member *member)
{
    const struct gen_token *name = token_at(reader, *at);
    if (*at >= last || name->kind != GEN_TOKEN_NAME) {
        gen_error(name->place, "a member without a name; a line like 'IN uint64_t size;' would be "
                               "right");
        return false;
    }
    if (gen_name_is_taken(name->text)) {
        gen_error(name->place, "'%s' is a word of C or C++; another name would be right",
                  name->text);
        return false;
    }
    member->name = name->text;
    member->place = name->place;
    ++*at;
    if (*at < last && gen_token_is(token_at(reader, *at), "[") &&
        !array_read(reader, at, last, member))
        return false;
    if (*at < last) {
        const struct gen_token *rest = token_at(reader, *at);
        gen_error(rest->place, "'%s' stands behind member '%s'; %s would be right", rest->text,
                  member->name, gen_token_is(rest, "[") ? "an array of one dimension" : "';'");
        return false;
    }
    for (size_t i = 0; i < reader->out->member_count; i++)
        if (strcmp(reader->out->members[i].name, member->name) == 0) {
            gen_error(name->place, "member '%s' stands twice (first in line %d); keep one of them",
                      member->name, reader->out->members[i].place.line);
            return false;
        }
    if (reader->use == GEN_TASK && strcmp(member->name, "base") == 0) {
        gen_error(name->place, "member 'base' stands twice; another name would be right");
        return false;
    }
    return true;
}

/* Reads the plain struct that a member names, once for all members. */
static bool plain_read(struct gen_header *header, struct gen_member *member)
{
    struct gen_definition *definition = member->definition;
    struct gen_place place = member->definition_place;
    if (definition->state == GEN_READING) {
        gen_error(place, "struct %s contains itself; refer to others by a number",
                  definition->name);
        return false;
    }
    if (definition->state == GEN_UNREAD) {
        definition->state = GEN_READING;
        if (header->depth++ < DEPTH_MAX)
            definition->plain = gen_struct_read(header, definition, GEN_PLAIN);
        else
            gen_error(place, "structs nest deeper than %u; fewer levels would be right", DEPTH_MAX);
        header->depth--;
        definition->state = definition->plain ? GEN_READ : GEN_WRONG;
        if (definition->plain) {
            header->plains = gen_grow(header->plains, header->plain_count, sizeof(*header->plains));
            header->plains[header->plain_count++] = definition->plain;
        }
    }
    member->nested = definition->plain;
    return definition->plain != NULL;
}

static bool member_read(struct reader *reader, size_t first, size_t last)
{
    struct gen_member member = {.count = 1};
    size_t at = first;
    bool good = direction_read(reader, &at, last, &member);
    if (!good && direction_of(token_at(reader, at)))
        return false; /* two annotations */
    if (at == last) {
        gen_error(token_at(reader, first)->place, "a member is missing; a line like 'IN uint64_t "
                                                  "size;' would be right");
        return false;
    }
    if (!shape_check(reader, at, last) ||
        !gen_type_read(reader->header, reader->use, &at, last, &member) ||
        (member.definition && !plain_read(reader->header, &member)) ||
        !declarator_read(reader, &at, last, &member))
        return false;
    struct gen_struct *out = reader->out;
    out->members = gen_grow(out->members, out->member_count, sizeof(*out->members));
    out->members[out->member_count++] = member;
    return good;
}

/* Steps over a directive; one that chooses between members, or brings some, is an error. */
static void directive_check(struct reader *reader, const struct gen_token *token)
{
    if (gen_token_is_directive(token, "include") || gen_token_is_directive(token, "pragma")) {
        gen_error(token->place, "#%s stands in struct %s; before the struct would be right",
                  gen_token_is_directive(token, "include") ? "include" : "pragma", reader->name);
        reader->good = false;
    }
    if (!gen_token_is_conditional(token))
        return;
    gen_error(token->place,
              "the members of struct %s depend on the preprocessor; the same members "
              "in every build would be right",
              reader->name);
    reader->good = false;
}

static bool is_base(const struct reader *reader, size_t first, size_t last)
{
    return last == first + 3 && gen_token_is(token_at(reader, first), "struct") &&
           gen_token_is(token_at(reader, first + 1), "chi_task") &&
           gen_token_is(token_at(reader, first + 2), "base");
}

static bool size_check(const struct reader *reader, const struct gen_definition *definition)
{
    uint64_t most = reader->use == GEN_TASK ? CHI_TASK_MAX_SIZE : UINT16_MAX;
    if (reader->out->size <= most)
        return true;
    gen_error(definition->place,
              "struct %s has %llu bytes, over the limit of %llu; bulk data by struct chi_buffer or "
              "CHI_VECTOR would be right",
              definition->name, (unsigned long long)reader->out->size, (unsigned long long)most);
    return false;
}

const struct gen_struct *gen_struct_read(struct gen_header *header,
                                         struct gen_definition *definition, enum gen_struct_use use)
{
    struct reader reader = {header, use, definition->name, gen_alloc(sizeof(struct gen_struct)),
                            true};
    bool base_wanted = use == GEN_TASK;
    reader.out->name = definition->name;
    for (size_t i = definition->first; i < definition->last; i++) {
        if (header->tokens[i].kind == GEN_TOKEN_DIRECTIVE) {
            directive_check(&reader, &header->tokens[i]);
            continue;
        }
        size_t end = member_end(&reader, i, definition->last);
        for (size_t j = i; j < end; j++) /* directives within a member */
            if (header->tokens[j].kind == GEN_TOKEN_DIRECTIVE)
                end = j;
        bool is_assertion = gen_token_is(&header->tokens[i], "_Static_assert") ||
                            gen_token_is(&header->tokens[i], "static_assert") ||
                            gen_token_is(&header->tokens[i], "CHI_STATIC_ASSERT");
        if (end == i || is_assertion) {
            i = end;
            continue;
        }
        if (base_wanted && !is_base(&reader, i, end)) {
            gen_error(header->tokens[i].place,
                      "struct %s does not begin with its base; 'struct chi_task base;' as first "
                      "member would be right",
                      definition->name);
            reader.good = false;
        }
        if (!base_wanted || !is_base(&reader, i, end))
            reader.good &= member_read(&reader, i, end);
        base_wanted = false;
        i = header->tokens[end].kind == GEN_TOKEN_DIRECTIVE ? end - 1 : end;
    }
    if (base_wanted || (use != GEN_TASK && reader.good && !reader.out->member_count)) {
        gen_error(definition->place, "struct %s has no members; %s would be right",
                  definition->name,
                  base_wanted ? "'struct chi_task base;' as first member" : "at least one");
        reader.good = false;
    }
    if (definition->attribute) {
        gen_error(header->tokens[definition->attribute].place,
                  "struct %s has an attribute, which may change its layout; none would be right",
                  definition->name);
        reader.good = false;
    }
    if (!reader.good)
        return NULL;
    gen_struct_measure(reader.out, use);
    if (!size_check(&reader, definition))
        return NULL;
    reader.out->hash = gen_struct_hash(reader.out);
    return reader.out;
}
