/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loading a module's library. It is checked first. A daemon loads a private copy in memory, which
 * nobody can change: a file that is overwritten or truncated in place, as some installers do, would
 * otherwise change code that runs, or kill the process. Called by module.c; on a thread of its own,
 * since a constructor may take any time.
 */
#ifndef CHI_RUNTIME_MODULE_LIBRARY_H
#define CHI_RUNTIME_MODULE_LIBRARY_H

#include <stdbool.h>

#define CHI_LIBRARY_NEEDED_MAX 32

struct chi_library {
    void *handle;                         /* dlopen(); NULL: not loaded */
    int copy;                             /* the private copy; -1: none */
    const void *base;                     /* where it is loaded */
    void *needed[CHI_LIBRARY_NEEDED_MAX]; /* libraries that were loaded for it before */
    unsigned needed_count;
};

/*
 * Loads the library at `path`.
 *   copied   load a private copy. What the library needs is found as if it lay at `path`, $ORIGIN
 *            included. Where the system forbids such copies, the file itself is loaded.
 * Returns 0, or
 *   CHI_EBADMODULE   it is no file, no library of this machine, or cut short; or a library that it
 *                    needs is missing
 *   other -errno     of opening or copying it
 * with a message that names the file.
 */
int chi_library_open(struct chi_library *library, const char *path, bool copied);

/*
 * Unloads it. `copy` stays open (>= 0) if the library does not let itself be unloaded, by -z
 * nodelete or by unique symbols of C++: it is there until the process ends.
 */
void chi_library_close(struct chi_library *library);

#endif
