/* SPDX-License-Identifier: BSD-3-Clause */
/* Types of members: what the generator carries and where. */
#ifndef GEN_TYPE_H
#define GEN_TYPE_H

#include "model.h"

/*
 * Reads the type that begins at token `*at` and ends before `last` into `member`, and steps behind
 * it. A struct of this header is found and not read: `member->definition` has it. Returns false
 * where a member of such a struct cannot have the type; that is reported.
 */
bool gen_type_read(struct gen_header *header, enum gen_struct_use use, size_t *at, size_t last,
                   struct gen_member *member);

/* Whether values of that kind may form an array: numbers. */
bool gen_kind_is_number(unsigned kind);

#endif
