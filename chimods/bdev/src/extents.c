/* SPDX-License-Identifier: BSD-3-Clause */
/* Which parts of a file hold data, and lists of such parts. See extents.h. */
#include "extents.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SEEKS  64u /* pairs of lseek at a stretch */
#define UNSURE 4096u

int bdev_extents_init(struct bdev_extents *extents, uint64_t offset, uint64_t size, uint32_t most)
{
    uint32_t room =
        most == 0 || most > CHIMAERA_BDEV_EXTENTS_MAX ? CHIMAERA_BDEV_EXTENTS_MAX : most;
    *extents = (struct bdev_extents){.items = calloc(room, sizeof *extents->items),
                                     .room = room,
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

    to = bdev_least(to, extents->end);
    if (to <= extents->at || extents->full)
        return;
    if (last == NULL || last->flags != flags) {
        if (extents->count == extents->room) {
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

/* What `rc` of lseek makes of the rest: nothing is known of it, or its code. */
static int seek_failed(struct bdev_extents *extents, int rc)
{
    /* -EINVAL: a block device, or a file system that has no such call. -ENXIO: the file ends before
     * the device should; that is for whoever reads there to learn. */
    if (rc != -EINVAL && rc != -EOPNOTSUPP && rc != -ENXIO)
        return rc;
    add_data(extents, extents->end);
    return 0;
}

/* Where the next data begins; the file's end where there is none. */
static off_t next_data(int fd, uint64_t at)
{
    off_t data = lseek(fd, (off_t)at, SEEK_DATA);
    return data < 0 && errno == ENXIO ? lseek(fd, 0, SEEK_END) : data;
}

int bdev_extents_seek(struct bdev_extents *extents, int fd)
{
    for (uint32_t i = 0; i < SEEKS && !bdev_extents_done(extents); i++) {
        off_t data = next_data(fd, extents->at);
        if (data < 0)
            return seek_failed(extents, -errno);
        add_hole(extents, (uint64_t)data);
        if (bdev_extents_done(extents))
            break;
        off_t hole = lseek(fd, (off_t)extents->at, SEEK_HOLE);
        if (hole < 0)
            return seek_failed(extents, -errno);
        /* Where a hole has come since, the data that was there is data still. */
        add_data(extents, (uint64_t)hole > extents->at ? (uint64_t)hole : extents->at + UNSURE);
    }
    return 0;
}
