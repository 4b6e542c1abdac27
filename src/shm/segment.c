/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Creating, mapping and removing shared-memory segments. Called by the daemon's control thread at
 * start and stop, and by a client while it attaches and detaches.
 */
#include "shm/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shm/own_file.h"

int chi_segment_create(const char *name, uint64_t size, struct chi_segment_map *map)
{
    int fd, rc;

    memset(map, 0, sizeof(*map));
    if (size == 0)
        return -EINVAL;
    if (size > INT64_MAX)
        return -EFBIG;
    fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return -errno;
    if (ftruncate(fd, (off_t)size) != 0) {
        rc = -errno;
        goto unlink_name;
    }
    rc = chi_segment_map_fd(fd, size, PROT_READ | PROT_WRITE, map);
    if (rc < 0)
        goto unlink_name;
    if (fchmod(fd, S_IRUSR | S_IWUSR) != 0) { /* the umask may have taken bits */
        rc = -errno;
        chi_segment_close(map);
        fd = -1;
        goto unlink_name;
    }
    return 0;

unlink_name:
    shm_unlink(name);
    if (fd >= 0)
        close(fd);
    return rc;
}

int chi_segment_map_fd(int fd, uint64_t size, int prot, struct chi_segment_map *map)
{
    struct stat status;
    void *base;

    memset(map, 0, sizeof(*map));
    if (size == 0 || size > SIZE_MAX)
        return -EINVAL;
    if (fstat(fd, &status) != 0)
        return -errno;
    if (status.st_size < 0 || (uint64_t)status.st_size < size)
        return -EINVAL;
    base = mmap(NULL, (size_t)size, prot, MAP_SHARED, fd, 0);
    if (base == MAP_FAILED)
        return -errno;
    map->fd = fd;
    map->base = base;
    map->size = size;
    return 0;
}

void chi_segment_close(struct chi_segment_map *map)
{
    if (map->base == NULL)
        return;
    munmap(map->base, (size_t)map->size);
    close(map->fd);
    map->fd = -1;
    map->base = NULL;
    map->size = 0;
}

int chi_segment_open_read_only(const char *name, const struct chi_segment_map *map)
{
    struct chi_file_id own = chi_file_of_fd(map->fd);
    int fd = shm_open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    struct chi_file_id now = chi_file_of_fd(fd);
    if (now.ino == own.ino && now.dev == own.dev)
        return fd;
    close(fd);
    return -ESTALE;
}

void chi_segment_unlink_own(const char *name, const struct chi_segment_map *map)
{
    int fd = chi_segment_open_read_only(name, map);
    if (fd >= 0) {
        shm_unlink(name);
        close(fd);
    }
}

int chi_segment_unlink(const char *name)
{
    if (shm_unlink(name) != 0 && errno != ENOENT)
        return -errno;
    return 0;
}
