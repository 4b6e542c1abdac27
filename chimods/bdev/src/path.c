/* SPDX-License-Identifier: BSD-3-Clause */
/* Opens the file at a path. See path.h. */
#include "path.h"

#include "create_error.h"
#include "superblock.h"
#include <chimaera/container.h>
#include <chimaera/log.h>
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

#define PROBE_SIZE                                                                                 \
    ((uint64_t)1 << 20) /* bytes at each end of a block device that must be zeros                  \
                         */
#define EXTENT_MAX    ((uint64_t)64 << 10) /* bytes: granularity of a file system's extents */
#define BUSY_LIMIT_NS 500000000u           /* how long a path that is in use is tried again */
#define BUSY_STEP_NS  5000000u

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

/* Whether there is no data from `from` on. Reads only the end of a block device. */
static bool is_empty_from(const struct bdev_path *file, uint64_t from, void *memory)
{
    if (from >= file->size)
        return true;
    if (file->regular)
        return lseek(file->fd, (off_t)from, SEEK_DATA) < 0 && errno == ENXIO;
    uint64_t size = file->size - from < PROBE_SIZE ? (file->size - from) / 4096 * 4096 : PROBE_SIZE;
    return is_zero(file->fd, (file->size - size) / 4096 * 4096, size, memory);
}

/* Whether superblocks, snapshots and logs, up to `end`, are those of an interrupted format. */
static bool has_only_format(const struct bdev_path *file, uint64_t end, void *memory)
{
    uint64_t size = end < PROBE_SIZE ? end : PROBE_SIZE;
    if (pread(file->fd, memory, size, 0) != (ssize_t)size)
        return false;
    for (uint64_t at = 2 * BDEV_PAGE; at < size; at += BDEV_PAGE)
        if (!bdev_super_is_region((const uint8_t *)memory + at))
            return false;
    return bdev_super_is_interrupted(memory);
}

/*
 * Whether the device holds an interrupted format of an empty device: the marker, no superblock, and
 * no other data, which another program may have written behind the first page since.
 */
static bool is_interrupted(const struct bdev_path *file, void *memory)
{
    struct bdev_superblock largest; /* the layout with the most pages before the data */
    if (bdev_super_lay_out(&largest, file->size, BDEV_UNIT_SHIFT_MIN, 1) < 0)
        return false;
    uint64_t data = (largest.data_offset + EXTENT_MAX - 1) / EXTENT_MAX * EXTENT_MAX;
    return is_empty_from(file, data, memory) && has_only_format(file, largest.data_offset, memory);
}

/* Space that was reserved but never written counts as data while the page cache holds it, so the
 * cache is dropped before the second look. */
static bool is_empty_file(const struct bdev_path *file, void *memory)
{
    const uint64_t size = 2 * BDEV_PAGE;
    if (is_empty_from(file, 0, memory))
        return true;
    if (file->size < size ||
        !(is_zero(file->fd, 0, size, memory) || bdev_super_is_interrupted(memory)))
        return false;
    (void)posix_fadvise(file->fd, 0, 0, POSIX_FADV_DONTNEED);
    return is_empty_from(file, 0, memory);
}

/* Finds out whether the path holds data. */
static int inspect(struct bdev_path *file)
{
    uint64_t size = file->size < PROBE_SIZE ? file->size / 4096 * 4096 : PROBE_SIZE;
    void *memory = aligned_alloc(4096, PROBE_SIZE);
    if (memory == NULL)
        return -ENOMEM;
    if (file->regular)
        file->empty = is_empty_file(file, memory);
    else
        file->empty = is_zero(file->fd, 0, size, memory) &&
                      is_empty_from(file, (file->size - size) / 4096 * 4096, memory);
    file->interrupted = !file->empty && is_interrupted(file, memory);
    file->empty = file->empty || file->interrupted;
    free(memory);
    return 0;
}

static int find_size(struct bdev_path *file)
{
    struct stat info;
    if (fstat(file->fd, &info) < 0)
        return -errno;
    if (info.st_nlink == 0) /* its creator failed and removed it before this lock was granted */
        return -EBUSY;
    file->regular = S_ISREG(info.st_mode);
    if (!file->regular && !S_ISBLK(info.st_mode))
        return bdev_fail(-EINVAL, "%s is neither a file nor a block device", file->path);
    file->size = (uint64_t)info.st_size;
    if (!file->regular && ioctl(file->fd, BLKGETSIZE64, &file->size) < 0)
        return -errno;
    return inspect(file);
}

int bdev_path_set_size(struct bdev_path *file, const struct chimaera_bdev_create_params *params)
{
    uint64_t wanted = params->total_size;
    if (!file->regular || !file->empty || wanted <= file->size)
        return file->size > 0 ? 0
                              : bdev_fail(-ENOSPC,
                                          "%s is empty and total_size is 0, so the size of "
                                          "the device is not known",
                                          file->path);
    int rc = fallocate(file->fd, 0, 0, (off_t)wanted) < 0 ? -errno : 0;
    if (rc == -EOPNOTSUPP)
        rc = ftruncate(file->fd, (off_t)wanted) < 0 ? -errno : 0;
    if (rc < 0 &&
        ftruncate(file->fd, (off_t)file->size) < 0) /* space reserved before the disk was full */
        chi_log_warn("bdev", "cannot truncate %s to its former size: %s", file->path,
                     chi_strerror(-errno));
    if (rc < 0)
        return bdev_fail(rc, "cannot extend %s to %" PRIu64 " bytes: %s", file->path, wanted,
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

static int try_open(struct chi_container *container, const char *path,
                    const struct chimaera_bdev_create_params *params, struct bdev_path *file)
{
    struct stat info;
    int flags = O_RDWR | O_CLOEXEC | O_NONBLOCK; /* opening a FIFO must not block */

    *file = (struct bdev_path){.path = path};
    if (path[0] != '/')
        return bdev_fail(-EINVAL, "pool \"%s\": the name of a file device must be an absolute path",
                         path);
    if (stat(path, &info) == 0 && S_ISBLK(info.st_mode))
        flags |= O_EXCL; /* fails if it is mounted */
    file->fd = chi_container_open_file(container, path, flags, 0);
    if (file->fd == -ENOENT && params->total_size > 0) {
        file->fd = chi_container_open_file(container, path, flags | O_CREAT | O_EXCL, 0600);
        file->created = file->fd >= 0;
    }
    if (file->fd < 0) {
        int rc = file->fd;
        if (rc == -EPERM && chi_last_error_code() == rc)
            return rc; /* said already */
        return rc == -EBUSY ? rc : bdev_fail(rc, "cannot open %s: %s", path, chi_strerror(rc));
    }
    int rc = flock(file->fd, LOCK_EX | LOCK_NB) < 0 ? (errno == EWOULDBLOCK ? -EBUSY : -errno) : 0;
    if (rc == 0)
        rc = find_size(file);
    if (rc == -EBUSY)
        file->created = false; /* another process uses the file now */
    if (rc < 0)
        bdev_path_close(file);
    return rc;
}

/* The kernel releases the files of a killed process's io_uring with a delay, so try again. */
int bdev_path_open(struct chi_container *container, const char *path,
                   const struct chimaera_bdev_create_params *params, struct bdev_path *file)
{
    int rc = try_open(container, path, params, file);
    for (uint64_t waited = 0; rc == -EBUSY && waited < BUSY_LIMIT_NS; waited += BUSY_STEP_NS) {
        chi_task_sleep(BUSY_STEP_NS);
        rc = try_open(container, path, params, file);
    }
    return rc == -EBUSY
               ? bdev_fail(rc, "%s is in use by another pool, another daemon or the system", path)
               : rc;
}
