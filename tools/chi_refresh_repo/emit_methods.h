/* SPDX-License-Identifier: BSD-3-Clause */
/* The two generated headers. Each function returns a whole file. */
#ifndef GEN_EMIT_METHODS_H
#define GEN_EMIT_METHODS_H

#include "arena.h"
#include "module.h"

/* include/<ns>/<mod>/autogen/<mod>_methods.h: ids and schemas, for clients too. */
struct gen_text gen_emit_methods(const struct gen_module *module);

/* include/<ns>/<mod>/autogen/<mod>_runtime_methods.h: prototypes of handlers and monitors. */
struct gen_text gen_emit_runtime_methods(const struct gen_module *module);

#endif
