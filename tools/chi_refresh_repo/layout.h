/* SPDX-License-Identifier: BSD-3-Clause */
/* What the compiler will make of a struct. */
#ifndef GEN_LAYOUT_H
#define GEN_LAYOUT_H

#include "model.h"

/* Size and alignment of a struct whose members are known. */
void gen_struct_measure(struct gen_struct *type, enum gen_struct_use use);

#endif
