/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Modules: finding, loading and checking lib<ns>_<mod>_runtime.so. Called by pools/ under the pool
 * table's lock.
 */
#ifndef CHI_RUNTIME_MODULE_MODULE_H
#define CHI_RUNTIME_MODULE_MODULE_H

#include "chimaera/container.h"

struct chi_module {
    char *name;
    char *path;   /* of the loaded file */
    void *handle; /* dlopen() */
    const struct chi_module_descriptor *descriptor;
    struct chi_module *next;
};

/* The loaded modules, which stay until the runtime ends. */
struct chi_module_table {
    struct chi_module *first;
    char **paths; /* modules.path, ends with NULL; owned by the configuration; or NULL */
};

/*
 * Returns the module of that name, which is loaded on first use. Searches CHI_REPO_PATH,
 * `table->paths` and the folder of libchimaera_runtime.so, in this order; never the working
 * directory. Never parks.
 * Returns 0, or, with the file and what was expected in chi_last_error(),
 *   CHI_ENOMODULE    no module name, or no such file
 *   CHI_EBADMODULE   the file cannot be loaded, or its descriptor is not valid
 *   CHI_EABI         it was built for another module interface
 *   -ENOMEM          out of memory
 */
int chi_module_get(struct chi_module_table *table, const char *name,
                   const struct chi_module **module);

/* Unloads all modules. */
void chi_module_table_fini(struct chi_module_table *table);

#endif
