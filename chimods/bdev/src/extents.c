/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of extents, and the extents of a file. See extents.h. */
#include "extents.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SEEKS_PER_CALL 64u   /* pairs of lseek() */
#define RACED_SIZE     4096u /* bytes taken as data where a hole appeared after the first lseek() */

int bdev_extents_init(struct bdev_extents *extents, uint64_t offset, uint64_t size, uint32_t max)
{
    uint32_t capacity =
        max == 0 || max > CHIMAERA_BDEV_EXTENTS_MAX ? CHIMAERA_BDEV_EXTENTS_MAX : max;
    *extents = (struct bdev_extents){.items = calloc(capacity, sizeof *extents->items),
                                     .capacity = capacity,
                                     .at = offset,
                                     .end = offset + size};
    return extents->items != NULL ? 0 : -ENOMEM;
}

bool bdev_extents_done(const struct bdev_extents *extents)
{
    return extents->full || extents->at == extents->end;
}

void bdev_extents_add(struct bdev_extents *extents, uint64_t to, uint32_t flags)
{
    struct chimaera_bdev_extent *last =
        extents->count > 0 ? &extents->items[extents->count - 1] : NULL;

    to = bdev_min(to, extents->end);
    if (to <= extents->at || extents->full)
        return;
    if (last == NULL || last->flags != flags) {
        if (extents->count == extents->capacity) {
            extents->full = true;
            return;
        }
        last = &extents->items[extents->count++];
        *last = (struct chimaera_bdev_extent){.offset = extents->at, .flags = flags};
    }
    last->size += to - extents->at;
    extents->at = to;
}

static void add_data(struct bdev_extents *extents, uint64_t to)
{
    bdev_extents_add(extents, to, 0);
}

static void add_hole(struct bdev_extents *extents, uint64_t to)
{
    bdev_extents_add(extents, to, CHIMAERA_BDEV_EXTENT_HOLE);
}

/* ---- a file */

/* After an lseek() that failed: takes the rest as data where the error says no more. */
static int seek_failed(struct bdev_extents *extents, int rc)
{
    /* -EINVAL: a block device, or a file system without SEEK_DATA. -ENXIO: the file ends before the
     * device does; a read there reports it. */
    if (rc != -EINVAL && rc != -EOPNOTSUPP && rc != -ENXIO)
        return rc;
    add_data(extents, extents->end);
    return 0;
}

/* Offset of the next data; the end of the file where there is none. */
static off_t next_data(int fd, uint64_t at)
{
    off_t data = lseek(fd, (off_t)at, SEEK_DATA);
    return data < 0 && errno == ENXIO ? lseek(fd, 0, SEEK_END) : data;
}

int bdev_extents_seek(struct bdev_extents *extents, int fd)
{
    for (uint32_t i = 0; i < SEEKS_PER_CALL && !bdev_extents_done(extents); i++) {
        off_t data = next_data(fd, extents->at);
        if (data < 0)
            return seek_failed(extents, -errno);
        add_hole(extents, (uint64_t)data);
        if (bdev_extents_done(extents))
            break;
        off_t hole = lseek(fd, (off_t)extents->at, SEEK_HOLE);
        if (hole < 0)
            return seek_failed(extents, -errno);
        /* A hole that appeared at `at` in between was data when the task began. */
        add_data(extents, (uint64_t)hole > extents->at ? (uint64_t)hole : extents->at + RACED_SIZE);
    }
    return 0;
}
