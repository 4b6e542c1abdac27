/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which file a name stood for when a runtime made it. A name can be removed and made again by
 * another runtime, so a runtime removes a name only while it stands for its own file. Any thread.
 */
#ifndef CHI_SHM_OWN_FILE_H
#define CHI_SHM_OWN_FILE_H

#include <stdbool.h>
#include <sys/types.h>

/* Zeroed: none. */
struct chi_file_id {
    dev_t dev;
    ino_t ino;
};

/* The file of a descriptor; none on failure. Not for sockets, whose names are other files. */
struct chi_file_id chi_file_of_fd(int fd);

/* The file that a path names, which is not followed; none on failure. */
struct chi_file_id chi_file_of_path(const char *path);

/* Returns whether that path names that file. False if `id` is none. */
bool chi_file_is(const struct chi_file_id *id, const char *path);

/* Removes the path if it names that file. */
void chi_file_remove_own(const struct chi_file_id *id, const char *path);

#endif
