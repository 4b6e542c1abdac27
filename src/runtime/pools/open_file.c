/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files that handlers open at a path that a client chose. A client of another user than the
 * daemon's reaches only existing regular files and block devices below the folders of
 * runtime.group_paths: the kernel follows no link and no ".." out of them, also while the client
 * renames what lies below.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chimaera/container.h"
#include "runtime/core/runtime.h"
#include "runtime/module/lane.h"
#include "runtime/module/pool.h"

/* A hard link may lead to a file outside of the folder, where the kernel lets anybody make one. */
static int check(int fd, const char *folder, const char *rest)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
        return chi_error(-EPERM, "%s/%s is neither a regular file nor a block device", folder,
                         rest);
    if (S_ISREG(st.st_mode) && st.st_nlink > 1)
        return chi_error(-EPERM, "%s/%s has other names, perhaps outside of the folder", folder,
                         rest);
    return 0;
}

/* Does what the handler's flags ask for and the opening did not. */
static int apply(int fd, int flags)
{
    if ((flags & O_TRUNC) && ftruncate(fd, 0) < 0)
        return -errno;
    if (flags & O_NONBLOCK)
        return 0;
    int now = fcntl(fd, F_GETFL);
    return now < 0 || fcntl(fd, F_SETFL, now & ~O_NONBLOCK) < 0 ? -errno : 0;
}

static int open_below(const char *folder, const char *rest, int flags)
{
    /* A FIFO must not block, and a file that is refused must not change. */
    struct open_how how = {.flags = (uint64_t)((flags & ~O_TRUNC) | O_NONBLOCK),
                           .resolve =
                               RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return -errno;
    int fd = (int)syscall(SYS_openat2, dir, rest, &how, sizeof(how));
    int rc = fd < 0 ? -errno : 0;
    close(dir);
    if (rc == 0)
        rc = check(fd, folder, rest);
    if (rc == 0)
        rc = apply(fd, flags);
    if (rc < 0 && fd >= 0)
        close(fd);
    return rc < 0 ? rc : fd;
}

/* Returns the part of `path` below `folder`, or NULL. */
static const char *below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    while (length > 0 && folder[length - 1] == '/')
        length--;
    if (strncmp(path, folder, length) != 0 || path[length] != '/')
        return NULL;
    path += length;
    return path + strspn(path, "/");
}

int chi_container_open_file(struct chi_container *container, const char *path, int flags,
                            uint32_t mode)
{
    const struct chi_pool *pool = container->priv->pool;
    char **folders = pool->runtime->config.group_paths;

    if (!pool->restricted) {
        int fd = open(path, flags | O_CLOEXEC, (mode_t)mode);
        return fd < 0 ? -errno : fd;
    }
    for (; folders != NULL && *folders != NULL; folders++) {
        const char *rest = below(path, *folders);
        if (rest == NULL || *rest == '\0')
            continue;
        if (flags & O_CREAT)
            return chi_error(-EPERM,
                             "%s: pools of other users than the daemon's open only files "
                             "that exist",
                             path);
        return open_below(*folders, rest, flags | O_CLOEXEC);
    }
    return chi_error(-EPERM,
                     "%s lies in none of the folders of runtime.group_paths, in which pools of "
                     "other users than the daemon's may open files",
                     path);
}
