/* SPDX-License-Identifier: BSD-3-Clause */
/* Members of task structs, create parameters and the plain structs within them. */
#ifndef GEN_MEMBER_H
#define GEN_MEMBER_H

#include "model.h"

/*
 * Reads the struct. Returns NULL where it cannot be carried; every failure has been reported.
 */
const struct gen_struct *gen_struct_read(struct gen_header *header,
                                         struct gen_definition *definition,
                                         enum gen_struct_use use);

#endif
