/* SPDX-License-Identifier: BSD-3-Clause */
/* The generated member tables. */
#ifndef GEN_EMIT_SCHEMA_H
#define GEN_EMIT_SCHEMA_H

#include "arena.h"
#include "module.h"

/* src/autogen/<mod>_schema.c, the whole file. */
struct gen_text gen_emit_schema(const struct gen_module *module);

#endif
