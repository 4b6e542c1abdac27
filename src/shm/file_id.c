/* SPDX-License-Identifier: BSD-3-Clause */
#include "shm/file_id.h"

#include <sys/stat.h>
#include <unistd.h>

static struct chi_file_id id_of(int rc, const struct stat *st)
{
    struct chi_file_id none = {0};
    return rc == 0 ? (struct chi_file_id){.device = st->st_dev, .inode = st->st_ino} : none;
}

struct chi_file_id chi_file_id_of_path(const char *path)
{
    struct stat st;
    return id_of(lstat(path, &st), &st);
}

struct chi_file_id chi_file_id_of_fd(int fd)
{
    struct stat st;
    return id_of(fstat(fd, &st), &st);
}

void chi_file_id_unlink(const char *path, struct chi_file_id id)
{
    struct chi_file_id now = chi_file_id_of_path(path);
    if (id.inode != 0 && now.inode == id.inode && now.device == id.device)
        unlink(path);
}
