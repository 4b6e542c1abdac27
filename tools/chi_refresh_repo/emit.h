/* SPDX-License-Identifier: BSD-3-Clause */
/* The four files that are written for a module. Each function returns a file's whole content. */
#ifndef GEN_EMIT_H
#define GEN_EMIT_H

#include "arena.h"
#include "module.h"

/* include/<ns>/<mod>/autogen/<mod>_methods.h: ids and schemas, for clients too. */
struct gen_text gen_emit_methods(const struct gen_module *module);

/* include/<ns>/<mod>/autogen/<mod>_runtime_methods.h: prototypes of handlers and monitors. */
struct gen_text gen_emit_runtime_methods(const struct gen_module *module);

/* src/autogen/<mod>_schema.c: member tables. */
struct gen_text gen_emit_schema(const struct gen_module *module);

/* src/autogen/<mod>_lib_exec.c: the vtable. */
struct gen_text gen_emit_exec(const struct gen_module *module);

/* What every file begins with. */
void gen_emit_head(struct gen_text *text, const struct gen_module *module);

#endif
