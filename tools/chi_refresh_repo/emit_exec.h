/* SPDX-License-Identifier: BSD-3-Clause */
/* The generated vtable. */
#ifndef GEN_EMIT_EXEC_H
#define GEN_EMIT_EXEC_H

#include "arena.h"
#include "module.h"

/* src/autogen/<mod>_lib_exec.c, the whole file. */
struct gen_text gen_emit_exec(const struct gen_module *module);

#endif
