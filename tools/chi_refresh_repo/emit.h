/* SPDX-License-Identifier: BSD-3-Clause */
/* What the emitters share. */
#ifndef GEN_EMIT_H
#define GEN_EMIT_H

#include "arena.h"
#include "module.h"

/* What every generated file begins with. */
void gen_emit_head(struct gen_text *text, const struct gen_module *module);

#endif
