/* SPDX-License-Identifier: BSD-3-Clause */
/* The hash by which two processes see that they mean the same struct. */
#ifndef GEN_HASH_H
#define GEN_HASH_H

#include "model.h"

/* FNV-1a over names, kinds, counts, directions and nested members, in order. */
uint64_t gen_struct_hash(const struct gen_struct *type);

#endif
