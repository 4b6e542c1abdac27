/* SPDX-License-Identifier: BSD-3-Clause */
/* Modules: finding, loading and checking lib<ns>_<mod>_runtime.so. */
#ifndef CHI_RUNTIME_MODULE_H
#define CHI_RUNTIME_MODULE_H

#include "chimaera/container.h"

struct chi_module {
    char *name;
    char *path;
    void *handle;
    const struct chi_module_descriptor *descriptor;
    struct chi_module *next;
};

/* Modules once loaded stay until the runtime ends. Used under the pool table's lock. */
struct chi_module_table {
    struct chi_module *first;
    char **paths; /* folders from the config, ended by NULL; borrowed; or NULL */
};

/*
 * The module of that name, loaded on first use: from CHI_REPO_PATH, the config's folders, the
 * folder of libchimaera_runtime.so, in this order; never from the working directory. 0,
 * CHI_ENOMODULE, CHI_EBADMODULE, CHI_EABI, -ENOMEM, with the file and what was expected in
 * chi_last_error().
 */
int chi_module_get(struct chi_module_table *table, const char *name,
                   const struct chi_module **module);

void chi_module_table_fini(struct chi_module_table *table);

#endif
