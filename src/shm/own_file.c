/* SPDX-License-Identifier: BSD-3-Clause */
#include "shm/own_file.h"

#include <sys/stat.h>
#include <unistd.h>

struct chi_file_id chi_file_of_fd(int fd)
{
    struct chi_file_id id = {0};
    struct stat st;
    if (fstat(fd, &st) == 0)
        id = (struct chi_file_id){.dev = st.st_dev, .ino = st.st_ino};
    return id;
}

struct chi_file_id chi_file_of_path(const char *path)
{
    struct chi_file_id id = {0};
    struct stat st;
    if (lstat(path, &st) == 0)
        id = (struct chi_file_id){.dev = st.st_dev, .ino = st.st_ino};
    return id;
}

bool chi_file_is(const struct chi_file_id *id, const char *path)
{
    struct chi_file_id now = chi_file_of_path(path);
    return now.ino != 0 && now.ino == id->ino && now.dev == id->dev;
}

void chi_file_remove_own(const struct chi_file_id *id, const char *path)
{
    if (chi_file_is(id, path))
        unlink(path);
}
