/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One runtime per instance: a lock file that a live daemon holds. The kernel drops the lock with
 * the process, so what a dead daemon left is told from a live one's and removed.
 */
#ifndef CHI_RUNTIME_INSTANCE_H
#define CHI_RUNTIME_INSTANCE_H

#include <stdbool.h>

#include "shm/paths.h"

/*
 * Takes the lock and removes what a dead runtime of this instance left. `make_dir`: the folder is
 * the default one and may be made (0700). 0; -EBUSY with chi_last_error() saying who holds it;
 * -errno.
 */
int chi_instance_lock(const struct chi_paths *paths, bool make_dir, int *fd);

/* After the main segment was made: locks it too, for runtimes whose lock file is in another folder.
 */
int chi_instance_lock_segment(const struct chi_paths *paths);

/* Removes the lock file, and the default folder if it is empty. `fd` -1 is nothing. */
void chi_instance_unlock(const struct chi_paths *paths, int fd);

#endif
