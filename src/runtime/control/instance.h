/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One runtime per instance: a lock on a file, which the kernel releases when the process ends. So
 * files of a dead runtime differ from those of a live one, and are removed. Called by start.c on
 * the thread that starts and stops the runtime, and by listener.c.
 */
#ifndef CHI_RUNTIME_CONTROL_INSTANCE_H
#define CHI_RUNTIME_CONTROL_INSTANCE_H

#include <stdbool.h>

#include "shm/paths.h"

struct chi_runtime;

/*
 * Takes the lock and removes what a dead runtime of this instance left.
 *   make_dir   creates the folder (0700) if it is the default one
 *   fd         set to the lock file's descriptor
 * Returns 0, or, with the reason in chi_last_error(),
 *   -EBUSY        a live runtime holds the lock
 *   -EPERM        the default folder belongs to another user, or others can write there; a
 *                 segment's name belongs to another user
 *   -EEXIST       a segment's name is no shared memory
 *   other codes   errno values of the system calls
 */
int chi_instance_lock(const struct chi_paths *paths, bool make_dir, int *fd);

/*
 * Locks the main segment, too, for runtimes whose lock file is in another folder. After it was
 * created. Returns 0, or an errno value of shm_open() or flock(), negative.
 */
int chi_instance_lock_segment(const struct chi_paths *paths);

/*
 * Makes the folder and the lock file again if they were removed. Control thread.
 *   fd   the lock file's descriptor; replaced
 * Returns 0, or, with the reason in chi_last_error(), -EBUSY if another runtime has taken the
 * lock meanwhile, or an errno value of the system call, negative.
 */
int chi_instance_relock(const struct chi_paths *paths, int *fd);

/* Removes the lock file if it is still this runtime's, and the default folder if it is empty. Does
 * nothing if `fd` is -1. */
void chi_instance_unlock(const struct chi_paths *paths, int fd);

/*
 * Removes all names of a runtime whose memory is still in use, and the lock. Async-signal-safe.
 */
void chi_instance_remove_names(struct chi_runtime *runtime);

#endif
