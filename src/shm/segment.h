/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One POSIX shared-memory object and its mapping in this process. The daemon creates segments; a
 * client maps the descriptors that it is passed. A map belongs to whoever filled it in; no locking.
 */
#ifndef CHI_SHM_SEGMENT_H
#define CHI_SHM_SEGMENT_H

#include <stdint.h>
#include <sys/types.h>

#define CHI_SEGMENT_NO_GROUP ((gid_t)-1)

/* Zeroed is none. */
struct chi_segment_map {
    int fd;        /* owned; meaningless where base is NULL */
    void *base;    /* page aligned; NULL where nothing is mapped */
    uint64_t size; /* bytes */
};

/*
 * Creates the object `name` ("/…") with `size` bytes, none of them backed by memory yet, and maps
 * it for reading and writing. It ends up with exactly `mode` (the umask does not count) and, unless
 * `group` is CHI_SEGMENT_NO_GROUP, that group; nobody else can open it before that. Returns 0,
 * -EEXIST, -EINVAL for size 0, -EFBIG, -EPERM where the group is not ours, or -errno; where it
 * fails nothing stays behind.
 */
int chi_segment_create(const char *name, uint64_t size, mode_t mode, gid_t group,
                       struct chi_segment_map *map);

/*
 * Maps `size` bytes of `fd` with `prot` (PROT_READ, PROT_READ | PROT_WRITE). On success the map
 * owns the descriptor; on failure the caller keeps it. Returns 0, -EINVAL for size 0 or where the
 * object is smaller than `size`, or -errno.
 */
int chi_segment_map_fd(int fd, uint64_t size, int prot, struct chi_segment_map *map);

/* Unmaps and closes; a zeroed or closed map is left alone. */
void chi_segment_close(struct chi_segment_map *map);

/* Removes the name; mappings stay. Returns 0, also where there is no such name, or -errno. */
int chi_segment_unlink(const char *name);

#endif
