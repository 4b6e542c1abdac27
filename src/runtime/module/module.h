/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Modules: finding, loading and checking lib<ns>_<mod>_runtime.so. Called by pools/ under the pool
 * table's lock.
 *
 * A constructor of a library may take any time, so a thread of its own loads it, and nobody holds a
 * lock meanwhile. States of a module:
 *
 *   LOADING -> READY     that thread; from then on it belongs to the table
 *   LOADING -> FAILED    that thread
 *   FAILED -> UNLOADED   the next caller, who takes the error
 *   UNLOADED -> LOADING  the next caller after that
 *
 * A library that does not let itself be unloaded stays FAILED.
 * If the thread never ends, neither does the loading: who asked for the module waits until its task
 * ends, and the runtime stops without unloading it.
 */
#ifndef CHI_RUNTIME_MODULE_MODULE_H
#define CHI_RUNTIME_MODULE_MODULE_H

#include <stdatomic.h>

#include "chimaera/container.h"
#include "runtime/module/library.h"

enum chi_module_state {
    CHI_MODULE_LOADING = 0,
    CHI_MODULE_READY = 1,
    CHI_MODULE_FAILED = 2,
    CHI_MODULE_UNLOADED = 3,
};

struct chi_module {
    char *name;
    char *path; /* of its file; NULL until it is loaded first */
    const struct chi_module_descriptor *descriptor;
    struct chi_module *next;

    /* The thread that loads it, until the state says READY or FAILED. */
    atomic_int state; /* enum chi_module_state */
    struct chi_library library;
    bool copied;
    int rc;
    char reason[600];
};

/* How a table loads. */
enum chi_module_loading {
    CHI_MODULE_HERE = 0,   /* on the calling thread, at once */
    CHI_MODULE_APART = 1,  /* on a thread of its own */
    CHI_MODULE_COPIED = 2, /* likewise, from a private copy: a daemon */
};

/*
 * The modules, which stay until the runtime ends, also those that could not be loaded: a report of
 * a crash walks over them without the lock.
 */
struct chi_module_table {
    _Atomic(struct chi_module *) first; /* the newest */
    enum chi_module_loading loading;
    char **paths; /* modules.path, ends with NULL; owned by the configuration; or NULL */
};

/*
 * Returns the module of that name, which is loaded on first use. Searches CHI_REPO_PATH,
 * `table->paths` and the folder of libchimaera_runtime.so, in this order; never the working
 * directory. Never parks.
 * Returns 0, or, with the file and what was expected in chi_last_error(),
 *   -EAGAIN          it is being loaded: release the lock, and ask again later; without a message
 *   CHI_ENOMODULE    no module name, or no such file
 *   CHI_EBADMODULE   the file cannot be loaded, or its descriptor is not valid
 *   CHI_EABI         it was built for another module interface
 *   -ENOMEM          out of memory
 *   other -errno     the file cannot be read
 */
int chi_module_get(struct chi_module_table *table, const char *name,
                   const struct chi_module **module);

/* Returns a module that is being loaded, that of this name or (NULL) any; NULL: none. Lock held. */
const struct chi_module *chi_module_loading(const struct chi_module_table *table, const char *name);

/*
 * Returns the module whose library is loaded there; NULL: none. On any thread without the lock, and
 * async-signal-safe.
 */
const struct chi_module *chi_module_at(const struct chi_module_table *table, const void *base);

/* Unloads all modules. None is being loaded. */
void chi_module_table_fini(struct chi_module_table *table);

#endif
