/* SPDX-License-Identifier: BSD-3-Clause */
/* The file at a path: found, locked, made. See path.h. */
#include "path.h"

#include "bdev_runtime.h"
#include "superblock.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_AT      ((uint64_t)1 << 20) /* bytes at both ends of a block device, to find it empty */
#define BUSY_NS      500000000u          /* how long a file may seem in use */
#define BUSY_STEP_NS 5000000u

static bool is_zero(int fd, uint64_t offset, uint64_t size, void *memory)
{
    const uint64_t *words = memory;
    if (pread(fd, memory, size, (off_t)offset) != (ssize_t)size)
        return false;
    for (uint64_t i = 0; i < size / sizeof *words; i++)
        if (words[i] != 0)
            return false;
    return true;
}

/* Where making a map on what was empty has been cut short. */
static bool is_unfinished(int fd, struct bdev_superblock *memory)
{
    const ssize_t size = 2 * sizeof *memory;
    return pread(fd, memory, (size_t)size, 0) == size && bdev_super_unfinished(memory);
}

/* A file without data, or a block device that begins and ends with zeros; or what we left there. */
static bool is_empty(const struct bdev_path *file)
{
    if (file->regular && (file->size == 0 || (lseek(file->fd, 0, SEEK_DATA) < 0 && errno == ENXIO)))
        return true;
    uint64_t size = file->size < LOOK_AT ? file->size / 4096 * 4096 : LOOK_AT;
    void *memory = aligned_alloc(4096, LOOK_AT);
    if (memory == NULL)
        return false;
    bool empty = is_unfinished(file->fd, memory);
    if (!empty && !file->regular)
        empty = is_zero(file->fd, 0, size, memory) &&
                is_zero(file->fd, (file->size - size) / 4096 * 4096, size, memory);
    free(memory);
    return empty;
}

static int find_size(struct bdev_path *file)
{
    struct stat info;
    if (fstat(file->fd, &info) < 0)
        return -errno;
    if (info.st_nlink == 0) /* who made it failed, and removed it before we had the lock */
        return -EBUSY;
    file->regular = S_ISREG(info.st_mode);
    if (!file->regular && !S_ISBLK(info.st_mode))
        return bdev_refuse(-EINVAL, "%s is neither a file nor a block device", file->path);
    file->size = (uint64_t)info.st_size;
    if (!file->regular && ioctl(file->fd, BLKGETSIZE64, &file->size) < 0)
        return -errno;
    file->empty = is_empty(file);
    return 0;
}

int bdev_path_make_size(struct bdev_path *file, const struct chimaera_bdev_create_params *params)
{
    uint64_t wanted = params->total_size;
    if (!file->regular || !file->empty || wanted <= file->size)
        return file->size > 0 ? 0
                              : bdev_refuse(-ENOSPC,
                                            "%s is empty, and total_size does not say how large "
                                            "the device shall be",
                                            file->path);
    int rc = fallocate(file->fd, 0, 0, (off_t)wanted) < 0 ? -errno : 0;
    if (rc == -EOPNOTSUPP)
        rc = ftruncate(file->fd, (off_t)wanted) < 0 ? -errno : 0;
    if (rc < 0 && ftruncate(file->fd, (off_t)file->size) < 0) /* what it had got of a full disk */
        chi_log_warn("bdev", "cannot make %s short again: %s", file->path, chi_strerror(-errno));
    if (rc < 0)
        return bdev_refuse(rc, "cannot make %s %" PRIu64 " bytes long: %s", file->path, wanted,
                           chi_strerror(rc));
    file->size = wanted;
    return 0;
}

int bdev_path_sync(const struct bdev_path *file)
{
    char folder[CHI_POOL_NAME_MAX + 1];
    snprintf(folder, sizeof folder, "%s", file->path);
    strrchr(folder, '/')[1] = '\0'; /* an absolute path has one */
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return rc;
}

void bdev_path_close(struct bdev_path *file)
{
    if (file->created)
        unlink(file->path);
    close(file->fd);
}

static int try_open(const char *path, const struct chimaera_bdev_create_params *params,
                    struct bdev_path *file)
{
    struct stat info;
    int flags = O_RDWR | O_CLOEXEC | O_NONBLOCK; /* a FIFO must not keep us */

    *file = (struct bdev_path){.path = path};
    if (path[0] != '/')
        return bdev_refuse(
            -EINVAL, "pool \"%s\": the name of a file device is its path, which begins with /",
            path);
    if (stat(path, &info) == 0 && S_ISBLK(info.st_mode))
        flags |= O_EXCL; /* not one that is mounted */
    file->fd = open(path, flags);
    if (file->fd < 0 && errno == ENOENT && params->total_size > 0) {
        file->fd = open(path, flags | O_CREAT | O_EXCL, 0600);
        file->created = file->fd >= 0;
    }
    if (file->fd < 0) {
        int rc = -errno;
        return rc == -EBUSY ? rc : bdev_refuse(rc, "cannot open %s: %s", path, chi_strerror(rc));
    }
    int rc = flock(file->fd, LOCK_EX | LOCK_NB) < 0 ? (errno == EWOULDBLOCK ? -EBUSY : -errno) : 0;
    if (rc == 0)
        rc = find_size(file);
    if (rc == -EBUSY)
        file->created = false; /* in somebody else's use by now */
    if (rc < 0)
        bdev_path_close(file);
    return rc;
}

/* The system takes a moment to take a file from the io_uring of a process that was killed. */
int bdev_path_open(const char *path, const struct chimaera_bdev_create_params *params,
                   struct bdev_path *file)
{
    int rc = try_open(path, params, file);
    for (uint64_t waited = 0; rc == -EBUSY && waited < BUSY_NS; waited += BUSY_STEP_NS) {
        chi_task_sleep(BUSY_STEP_NS);
        rc = try_open(path, params, file);
    }
    return rc == -EBUSY
               ? bdev_refuse(rc, "%s is in use by another pool, another daemon or the system", path)
               : rc;
}
