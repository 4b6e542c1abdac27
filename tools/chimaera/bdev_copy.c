/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands put and get. See bdev_copy.h. */
#include "bdev_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bdev_get.h"
#include "bdev_put.h"
#include "chimaera/chimaera.h"

/* Opens the pool and finds the range to copy. -ERANGE: the device ends before it. */
static int find_range(const struct bdev_request *request, struct chimaera_bdev_client *client,
                      struct bdev_range *range)
{
    struct chimaera_bdev_stats stats;
    *range = (struct bdev_range){.client = client, .offset = request->offset};
    int rc = bdev_pool_open(request, client, &range->query, &stats);
    if (rc < 0)
        return rc;
    if (stats.mode != CHIMAERA_BDEV_MODE_RAW)
        return chi_error(-ENOTSUP, "the mode of pool %s is blocks; put and get need mode raw",
                         request->pool);
    if (request->offset > stats.total ||
        (request->size != UINT64_MAX && request->size > stats.total - request->offset))
        return chi_error(-ERANGE, "pool %s ends at %" PRIu64 " bytes", request->pool, stats.total);
    range->size = request->size != UINT64_MAX ? request->size : stats.total - request->offset;
    return 0;
}

/* Opens the file. One to be written is truncated, unless it is locked: a pool may use it. */
static int open_file(const char *name, bool write, int *fd)
{
    struct stat file;
    bool standard = strcmp(name, "-") == 0;
    if (standard)
        *fd = dup(write ? STDOUT_FILENO : STDIN_FILENO);
    else
        *fd = open(name, write ? O_WRONLY | O_CREAT | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0666);
    int error = *fd < 0 ? errno : 0;
    if (error == 0 && write && !standard && fstat(*fd, &file) == 0 && S_ISREG(file.st_mode) &&
        (flock(*fd, LOCK_EX | LOCK_NB) < 0 || ftruncate(*fd, 0) < 0)) {
        error = errno;
        close(*fd);
    }
    if (error == EWOULDBLOCK)
        return chi_error(-EBUSY, "%s is in use, possibly by a pool", name);
    return error == 0 ? 0 : chi_error(-error, "cannot open %s: %s", name, strerror(error));
}

int bdev_copy_in(const struct bdev_request *request)
{
    struct chimaera_bdev_client client = {0};
    struct bdev_range range;
    struct stat file;
    uint64_t moved = 0;
    int fd = -1;
    int rc = find_range(request, &client, &range);
    if (rc == 0)
        rc = open_file(request->file, false, &fd);
    if (rc < 0)
        return rc;
    if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && (uint64_t)file.st_size > range.size)
        rc = chi_error(-EFBIG, "%s has %lld bytes; pool %s has only %" PRIu64 " from the offset on",
                       request->file, (long long)file.st_size, request->pool, range.size);
    if (rc == 0)
        rc = bdev_put(&range, fd, request->file, &moved);
    close(fd);
    if (rc == 0)
        printf("put %" PRIu64 " bytes at %" PRIu64 " of %s\n", moved, range.offset, request->pool);
    return rc;
}

int bdev_copy_out(const struct bdev_request *request)
{
    struct chimaera_bdev_client client = {0};
    struct bdev_range range;
    struct stat file;
    int fd = -1;
    int rc = find_range(request, &client, &range);
    if (rc == 0)
        rc = open_file(request->file, true, &fd);
    if (rc < 0)
        return rc;
    bool sparse = strcmp(request->file, "-") != 0 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode);
    rc = bdev_get(&range, fd, sparse);
    if (close(fd) < 0 && rc == 0) {
        rc = -errno;
        chi_error(rc, "cannot write %s: %s", request->file, strerror(-rc));
    }
    if (rc == 0 && strcmp(request->file, "-") != 0)
        printf("got %" PRIu64 " bytes at %" PRIu64 " of %s\n", range.size, range.offset,
               request->pool);
    return rc;
}
