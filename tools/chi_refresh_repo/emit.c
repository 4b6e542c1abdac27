/* SPDX-License-Identifier: BSD-3-Clause */
#include "emit.h"

void gen_emit_head(struct gen_text *text, const struct gen_module *module)
{
    gen_text_add(text,
                 "/* SPDX-License-Identifier: BSD-3-Clause */\n"
                 "/* Written by chi_refresh_repo from chimaera_mod.yaml and %s_tasks.h; do "
                 "not edit. */\n"
                 "/* clang-format off */\n",
                 module->name);
}
