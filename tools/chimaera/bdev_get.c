/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copies a device out: what holds data is read by several tasks in flight, whose buffers are
 * written to the descriptor in place; holes are neither read nor, where the file may be sparse,
 * written.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bdev.h"
#include "chimaera/chimaera.h"

#define PIECE ((uint64_t)1 << 20)
#define DEPTH 8u

/* Piece n is in slot n % DEPTH from when its task is sent until it is written. */
struct piece {
    uint64_t size;
    struct chi_task *task; /* NULL: a hole, of any size */
};

struct copy {
    const struct bdev_range *range;
    int fd;
    bool sparse;
    uint64_t asked; /* bytes of the range for which there were pieces */
    struct chi_buffer buffer;
    struct piece pieces[DEPTH];
    struct chimaera_bdev_extent extents[CHIMAERA_BDEV_EXTENTS_MAX];
    size_t extent, extent_count; /* which one `asked` is in, or behind */
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

/* The extent that the next piece is of. */
static int find_extent(struct copy *copy, const struct chimaera_bdev_extent **extent)
{
    const struct bdev_range *range = copy->range;
    uint64_t place = range->offset + copy->asked;
    const struct chimaera_bdev_extent *here = &copy->extents[copy->extent];

    if (copy->extent < copy->extent_count && here->offset + here->size == place)
        here = &copy->extents[++copy->extent];
    if (copy->extent == copy->extent_count) {
        copy->extent = 0;
        copy->extent_count = CHIMAERA_BDEV_EXTENTS_MAX;
        int rc =
            chimaera_bdev_raw_extents(range->client, range->query, place, range->size - copy->asked,
                                      copy->extents, &copy->extent_count);
        if (rc < 0)
            return rc;
        here = &copy->extents[0];
    }
    *extent = here;
    return 0;
}

static struct chi_buffer slot(const struct copy *copy, uint64_t number, uint64_t size)
{
    return chi_buffer_slice(&copy->buffer, number % DEPTH * PIECE, size);
}

static int start(struct copy *copy, uint64_t number)
{
    const struct chimaera_bdev_extent *extent;
    struct piece *piece = &copy->pieces[number % DEPTH];
    uint64_t place = copy->range->offset + copy->asked;
    int rc = find_extent(copy, &extent);
    if (rc < 0)
        return rc;
    *piece = (struct piece){.size = extent->offset + extent->size - place};
    if ((extent->flags & CHIMAERA_BDEV_EXTENT_HOLE) == 0) {
        if (piece->size > PIECE)
            piece->size = PIECE;
        struct chi_buffer buffer = slot(copy, number, piece->size);
        struct chimaera_bdev_raw_read_task *sent =
            chimaera_bdev_raw_read_async(copy->range->client, copy->range->query, place, &buffer);
        if (sent == NULL)
            return chi_last_error_code();
        piece->task = &sent->base;
    }
    copy->asked += piece->size;
    return 0;
}

static int finish(struct copy *copy, uint64_t number)
{
    struct piece *piece = &copy->pieces[number % DEPTH];
    if (piece->task == NULL)
        return write_hole(copy, piece->size);
    int rc = chi_task_wait(piece->task);
    chi_task_del(piece->task);
    piece->task = NULL;
    if (rc < 0)
        return chi_error(rc, "the device: %s", chi_strerror(rc));
    struct chi_buffer buffer = slot(copy, number, piece->size);
    return write_fully(copy->fd, chi_buffer_data(&buffer), piece->size);
}

static int get_pieces(struct copy *copy)
{
    uint64_t started = 0, finished = 0, size = copy->range->size;
    int rc = 0;
    while (rc == 0 && (copy->asked < size || finished < started)) {
        while (rc == 0 && copy->asked < size && started - finished < DEPTH)
            rc = start(copy, started++);
        if (rc == 0)
            rc = finish(copy, finished++);
    }
    /* A hole at the end makes a file no longer by itself. */
    if (rc == 0 && copy->sparse && ftruncate(copy->fd, (off_t)size) < 0)
        rc = cannot_write(errno);
    return rc;
}

int bdev_get(const struct bdev_range *range, int fd, bool sparse)
{
    static struct copy copy;
    copy = (struct copy){.range = range, .fd = fd, .sparse = sparse};
    int rc = chi_buffer_alloc(PIECE * DEPTH, &copy.buffer);
    if (rc < 0)
        return rc;
    rc = get_pieces(&copy);
    for (unsigned i = 0; i < DEPTH; i++) { /* those under way still use the buffer */
        if (copy.pieces[i].task != NULL)
            chi_task_wait(copy.pieces[i].task);
        chi_task_del(copy.pieces[i].task);
    }
    chi_buffer_free(&copy.buffer);
    return rc;
}
