/* SPDX-License-Identifier: BSD-3-Clause */
/* What is known of a struct once it is read: its members, as the emitters want them. */
#ifndef GEN_MODEL_H
#define GEN_MODEL_H

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
    /* Of such a member until that struct is read: what it names, and where. */
    struct gen_definition *definition;
    struct gen_place definition_place;
    const struct gen_enum *values; /* of a CHI_ENUM member; else NULL */
};

struct gen_struct {
    const char *name;
    struct gen_member *members; /* without `base` */
    size_t member_count;
    uint64_t size; /* bytes, as the compiler lays it out where nobody tells it otherwise */
    uint32_t align;
    uint64_t hash;
};

#endif
