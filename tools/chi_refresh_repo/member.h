/* SPDX-License-Identifier: BSD-3-Clause */
/* Members of task structs, create parameters and the plain structs within them. */
#ifndef GEN_MEMBER_H
#define GEN_MEMBER_H

#include "header.h"

#include "chimaera/schema.h"

enum gen_struct_use {
    GEN_TASK,   /* begins with `struct chi_task base`; every member is annotated */
    GEN_PARAMS, /* create parameters: annotated with IN; plain values, strings and vectors */
    GEN_PLAIN,  /* within another: not annotated; plain values */
};

struct gen_member {
    const char *name;
    struct gen_place place;
    uint8_t kind;         /* enum chi_member_kind */
    uint8_t direction;    /* enum chi_direction */
    uint8_t element_kind; /* of a vector; else 0 */
    uint16_t count;       /* of an array; else 1 */
    uint32_t size;        /* of one element, in bytes, and how it is aligned */
    uint32_t align;
    bool is_array;
    const char *type; /* of the value, or of an element, as in C: "uint64_t", "struct kv_pair" */
    const struct gen_struct *nested; /* of a struct or a vector of structs; else NULL */
    const struct gen_enum *values;   /* of a CHI_ENUM member; else NULL */
};

struct gen_struct {
    const char *name;
    struct gen_member *members; /* without `base` */
    size_t member_count;
    uint64_t size; /* bytes, as the compiler lays it out where nobody tells it otherwise */
    uint32_t align;
    uint64_t hash;
};

/*
 * Reads the struct. Returns NULL where it cannot be carried; every failure has been reported.
 */
const struct gen_struct *gen_struct_read(struct gen_header *header,
                                         struct gen_definition *definition,
                                         enum gen_struct_use use);

/* What a type is called in the schema: "CHI_MEMBER_U8". */
const char *gen_kind_name(unsigned kind);

/* Size and alignment of a struct whose members are known. */
void gen_struct_measure(struct gen_struct *type, enum gen_struct_use use);

/* Whether a member of that name would not compile in C and C++. */
bool gen_name_is_taken(const char *name);

/* FNV-1a over names, kinds, counts, directions and nested members, in order. */
uint64_t gen_struct_hash(const struct gen_struct *type);

#endif
