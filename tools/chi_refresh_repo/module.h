/* SPDX-License-Identifier: BSD-3-Clause */
/* One module: its chimaera_mod.yaml and its tasks header, as the emitters want them. */
#ifndef GEN_MODULE_H
#define GEN_MODULE_H

#include "model.h"
#include "slot.h"

#define GEN_MODULE_FILE "chimaera_mod.yaml"

struct gen_method {
    const char *key;  /* kPutValue */
    const char *name; /* put_value */
    int32_t id;
    struct gen_place place;
    const char *task;                  /* tag of the struct that its handler takes */
    const char *schema;                /* symbol of its schema */
    const struct gen_struct *type;     /* NULL: the schema is defined elsewhere */
    const char *slots[GEN_SLOT_COUNT]; /* the author's functions; NULL: the core's */
    bool waits_for_others;
    bool outlives_client; /* ends_with_client: false */
};

struct gen_module {
    const char *folder;
    const char *namespace_;
    const char *name;
    const char *prefix; /* <ns>_<mod> */
    const char *upper;  /* <NS>_<MOD> */
    struct gen_place place;
    struct gen_method *methods; /* enabled ones, by id */
    size_t method_count;
    struct gen_header header;
    const struct gen_struct *params; /* NULL: none */
};

/*
 * Reads the yaml file in `folder` and what it names. Returns false where anything is wrong;
 * everything found has been reported. `namespace_` NULL: the repository's is not known.
 */
bool gen_module_read(const char *folder, const char *namespace_, struct gen_module *module);

/* <folder>/include/<ns>/<mod>/<rest>, and <folder>/src/autogen/<mod>_<rest>. */
char *gen_module_include_path(const struct gen_module *module, const char *rest);
char *gen_module_source_path(const struct gen_module *module, const char *rest);

#endif
