/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The names of a runtime instance: control socket, lock file, segments. Daemon and clients use the
 * same rule.
 */
#ifndef CHI_SHM_PATHS_H
#define CHI_SHM_PATHS_H

#include "chimaera/types.h"

#define CHI_INSTANCE_MAX 64

struct chi_paths {
    char instance[CHI_INSTANCE_MAX + 1];
    bool dir_is_named; /* by the caller or CHI_SOCKET_DIR, not by default */
    char dir[96];
    char socket[108]; /* sun_path's size */
    char lock[128];
    char segment[CHI_SEGMENT_COUNT][96]; /* for shm_open() */
};

/*
 * Fills `paths`. A program with more rights than its caller reads no environment here.
 *   instance   NULL: CHI_INSTANCE, else "u<uid>"
 *   dir        NULL: CHI_SOCKET_DIR, else XDG_RUNTIME_DIR, else /tmp/chimaera-<uid>
 * Returns 0, or
 *   -EINVAL         the name of the instance is invalid
 *   -ENAMETOOLONG   a path is too long
 */
int chi_paths_resolve(const char *instance, const char *dir, struct chi_paths *paths);

#endif
