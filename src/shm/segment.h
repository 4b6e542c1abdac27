/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A POSIX shared-memory object and its mapping in this process. The daemon creates segments; a
 * client maps the descriptors that it receives. A map belongs to its creator; no locking.
 */
#ifndef CHI_SHM_SEGMENT_H
#define CHI_SHM_SEGMENT_H

#include <stdint.h>
#include <sys/types.h>

/* Zeroed: none. */
struct chi_segment_map {
    int fd;        /* owned; undefined if base is NULL */
    void *base;    /* page aligned; NULL: not mapped */
    uint64_t size; /* bytes */
};

/*
 * Creates the object `name` ("/...") with `size` bytes, without backing memory, and maps it for
 * reading and writing. Its mode is 0600 whatever the umask is: clients get descriptors, and need no
 * name. Leaves nothing behind on failure.
 * Returns 0, or
 *   -EEXIST        the object exists
 *   -EINVAL        size is 0
 *   -EFBIG         size is too large
 *   other -errno   of a system call
 */
int chi_segment_create(const char *name, uint64_t size, struct chi_segment_map *map);

/*
 * Maps `size` bytes of `fd`. On success the map owns the descriptor; on failure the caller keeps
 * it.
 *   prot   PROT_READ, or PROT_READ | PROT_WRITE
 * Returns 0, or
 *   -EINVAL        size is 0, or the object is smaller
 *   other -errno   of a system call
 */
int chi_segment_map_fd(int fd, uint64_t size, int prot, struct chi_segment_map *map);

/* Unmaps and closes. Does nothing for a zeroed or closed map. */
void chi_segment_close(struct chi_segment_map *map);

/*
 * Opens the segment once more, by its name. Returns a descriptor (close-on-exec) that cannot be
 * mapped for writing, -ESTALE if the name stands for another file, or another -errno.
 */
int chi_segment_open_read_only(const char *name, const struct chi_segment_map *map);

/* Removes the name if it still stands for that segment, which is mapped; mappings stay. */
void chi_segment_unlink_own(const char *name, const struct chi_segment_map *map);

/* Removes the name; mappings stay. Returns 0, also if the name does not exist, or -errno. */
int chi_segment_unlink(const char *name);

#endif
