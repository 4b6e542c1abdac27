/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copies a device to a file. See bdev_get.h. Data is read by several tasks in flight, whose buffers
 * are written to the descriptor. Holes are not read and, if the file may be sparse, not written.
 */
#include "bdev_get.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "chimaera/chimaera.h"

struct copy {
    const struct bdev_range *range;
    int fd;
    bool sparse;
    uint64_t sent; /* bytes of the range that pieces cover so far */
    struct bdev_slots slots;
    struct piece {
        uint64_t size; /* bytes */
        bool hole;     /* of any size; has no task */
    } pieces[BDEV_SLOTS];
    struct chimaera_bdev_extent extents[CHIMAERA_BDEV_EXTENTS_MAX];
    size_t extent, extent_count; /* `sent` is in extents[extent], or at its end */
};

/* ---- the file */

static int cannot_write(int error)
{
    return chi_error(-error, "cannot write the file: %s", strerror(error));
}

static int write_fully(int fd, const char *bytes, uint64_t size)
{
    for (uint64_t done = 0; done < size;) {
        ssize_t put = write(fd, bytes + done, size - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return cannot_write(errno);
        done += (uint64_t)put;
    }
    return 0;
}

static int write_hole(const struct copy *copy, uint64_t size)
{
    static const char zeros[65536];
    int rc = 0;
    if (copy->sparse)
        return lseek(copy->fd, (off_t)size, SEEK_CUR) < 0 ? cannot_write(errno) : 0;
    for (uint64_t done = 0; rc == 0 && done < size; done += sizeof(zeros))
        rc =
            write_fully(copy->fd, zeros, size - done < sizeof(zeros) ? size - done : sizeof(zeros));
    return rc;
}

/* ---- the device */

/* Finds the extent that contains the next piece. */
static int find_extent(struct copy *copy, const struct chimaera_bdev_extent **extent)
{
    const struct bdev_range *range = copy->range;
    uint64_t place = range->offset + copy->sent;
    const struct chimaera_bdev_extent *here = &copy->extents[copy->extent];

    if (copy->extent < copy->extent_count && here->offset + here->size == place)
        here = &copy->extents[++copy->extent];
    if (copy->extent == copy->extent_count) {
        copy->extent = 0;
        copy->extent_count = CHIMAERA_BDEV_EXTENTS_MAX;
        int rc =
            chimaera_bdev_raw_extents(range->client, range->query, place, range->size - copy->sent,
                                      copy->extents, &copy->extent_count);
        if (rc < 0)
            return rc;
        here = &copy->extents[0];
    }
    *extent = here;
    return 0;
}

static int start(struct copy *copy, uint64_t number)
{
    const struct chimaera_bdev_extent *extent;
    struct piece *piece = &copy->pieces[number % BDEV_SLOTS];
    uint64_t place = copy->range->offset + copy->sent;
    int rc = find_extent(copy, &extent);
    if (rc < 0)
        return rc;
    *piece = (struct piece){.size = extent->offset + extent->size - place,
                            .hole = (extent->flags & CHIMAERA_BDEV_EXTENT_HOLE) != 0};
    if (!piece->hole) {
        if (piece->size > BDEV_SLOT_SIZE)
            piece->size = BDEV_SLOT_SIZE;
        struct chi_buffer buffer = bdev_slots_buffer(&copy->slots, number, piece->size);
        struct chimaera_bdev_raw_read_task *task =
            chimaera_bdev_raw_read_async(copy->range->client, copy->range->query, place, &buffer);
        rc = bdev_slots_put(&copy->slots, number, task != NULL ? &task->base : NULL);
    }
    copy->sent += piece->size;
    return rc;
}

static int finish(struct copy *copy, uint64_t number)
{
    const struct piece *piece = &copy->pieces[number % BDEV_SLOTS];
    if (piece->hole)
        return write_hole(copy, piece->size);
    int rc = bdev_slots_wait(&copy->slots, number);
    if (rc < 0)
        return rc;
    struct chi_buffer buffer = bdev_slots_buffer(&copy->slots, number, piece->size);
    return write_fully(copy->fd, chi_buffer_data(&buffer), piece->size);
}

static int get_pieces(struct copy *copy)
{
    uint64_t started = 0, finished = 0, size = copy->range->size;
    int rc = 0;
    while (rc == 0 && (copy->sent < size || finished < started)) {
        while (rc == 0 && copy->sent < size && started - finished < BDEV_SLOTS)
            rc = start(copy, started++);
        if (rc == 0)
            rc = finish(copy, finished++);
    }
    /* Seeking over a hole at the end does not extend the file. */
    if (rc == 0 && copy->sparse && ftruncate(copy->fd, (off_t)size) < 0)
        rc = cannot_write(errno);
    return rc;
}

int bdev_get(const struct bdev_range *range, int fd, bool sparse)
{
    static struct copy copy;
    copy = (struct copy){.range = range, .fd = fd, .sparse = sparse};
    int rc = bdev_slots_init(&copy.slots);
    if (rc < 0)
        return rc;
    rc = get_pieces(&copy);
    bdev_slots_fini(&copy.slots);
    return rc;
}
