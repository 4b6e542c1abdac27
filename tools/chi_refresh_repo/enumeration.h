/* SPDX-License-Identifier: BSD-3-Clause */
/* The values of an enum that a member names with CHI_ENUM. */
#ifndef GEN_ENUMERATION_H
#define GEN_ENUMERATION_H

#include "header.h"

struct gen_enum_value {
    const char *symbol; /* as in C */
    const char *name;   /* as in a configuration file */
    struct gen_place place;
};

struct gen_enum {
    const char *name;
    struct gen_enum_value *values;
    size_t count;
};

/* The enum `token` names; NULL, and reported, where the header has none or it cannot be used. */
const struct gen_enum *gen_enum_read(struct gen_header *header, const struct gen_token *token);

#endif
