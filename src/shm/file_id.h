/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which file it is, whatever its name. A daemon removes only names that still mean its own files: a
 * folder may have been emptied under it, and a successor may use the names. Async-signal-safe; any
 * thread.
 */
#ifndef CHI_SHM_FILE_ID_H
#define CHI_SHM_FILE_ID_H

#include <sys/types.h>

/* Zeroed: none. */
struct chi_file_id {
    dev_t device;
    ino_t inode;
};

/* Returns the file that the path names now, without following a link; none if there is none. */
struct chi_file_id chi_file_id_of_path(const char *path);

/* Returns the open file. */
struct chi_file_id chi_file_id_of_fd(int fd);

/* Removes the path if it names that file. */
void chi_file_id_unlink(const char *path, struct chi_file_id id);

#endif
