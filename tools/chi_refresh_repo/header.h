/* SPDX-License-Identifier: BSD-3-Clause */
/* What a header defines: structs, enums and integer macros. Bodies are only remembered here. */
#ifndef GEN_HEADER_H
#define GEN_HEADER_H

#include "tokenizer.h"

struct gen_struct;
struct gen_enum;

struct gen_definition {
    bool is_enum;
    const char *name;
    struct gen_place place;
    size_t first;     /* token of the body's first token */
    size_t last;      /* token of its closing brace */
    size_t attribute; /* token of an __attribute__ before or behind it; 0: none */
    /* Set by the reader of the body. */
    enum { GEN_UNREAD, GEN_READING, GEN_READ, GEN_WRONG } state;
    const struct gen_struct *plain;
    const struct gen_enum *values;
};

struct gen_macro {
    const char *name;
    uint64_t value;
};

struct gen_header {
    const char *path;
    struct gen_token *tokens;
    size_t token_count;
    struct gen_definition *definitions;
    size_t definition_count;
    struct gen_macro *macros;
    size_t macro_count;
    bool broken; /* not all of it was understood; what is missing may be there */

    /* Structs and enums that members use, each after those it is made of. */
    const struct gen_struct **plains;
    size_t plain_count;
    const struct gen_enum **enums;
    size_t enum_count;
    unsigned depth; /* of plain structs being read */
};

/* Reads the file. Returns 0, or -errno where it cannot be read (not reported). */
int gen_header_read(const char *path, struct gen_header *header);

/* The definition, or NULL. */
struct gen_definition *gen_header_find(struct gen_header *header, bool is_enum, const char *name);

/* The value of an integer literal or of a macro of this header that is one. */
bool gen_header_number(const struct gen_header *header, const struct gen_token *token,
                       uint64_t *value);

#endif
