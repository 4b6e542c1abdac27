/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copies a device in: several tasks in flight, their buffers read from the descriptor in place.
 * What is all zeros is zeroed instead, so that the device may have holes there.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bdev.h"
#include "chimaera/chimaera.h"

#define PIECE ((uint64_t)1 << 20)
#define DEPTH 8u

/* Piece n is in slot n % DEPTH while its task is under way. */
struct copy {
    const struct bdev_range *range;
    struct chi_buffer buffer;
    struct chi_task *tasks[DEPTH];
};

static int begin(struct copy *copy, const struct bdev_range *range)
{
    *copy = (struct copy){.range = range};
    return chi_buffer_alloc(PIECE * DEPTH, &copy->buffer);
}

/* Tasks that are under way still use the buffer, so they are waited for. */
static void end(struct copy *copy)
{
    for (unsigned i = 0; i < DEPTH; i++) {
        if (copy->tasks[i] != NULL)
            chi_task_wait(copy->tasks[i]);
        chi_task_del(copy->tasks[i]);
    }
    chi_buffer_free(&copy->buffer);
}

static struct chi_buffer slot(const struct copy *copy, uint64_t place, uint64_t size)
{
    return chi_buffer_slice(&copy->buffer, place / PIECE % DEPTH * PIECE, size);
}

static bool all_zero(const struct chi_buffer *piece)
{
    const char *bytes = chi_buffer_data(piece);
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, piece->size - 1) == 0;
}

static int start(struct copy *copy, uint64_t place, uint64_t size)
{
    const struct bdev_range *range = copy->range;
    struct chi_buffer piece = slot(copy, place, size);
    struct chi_task **task = &copy->tasks[place / PIECE % DEPTH];
    if (all_zero(&piece)) {
        struct chimaera_bdev_raw_zero_task *sent =
            chimaera_bdev_raw_zero_async(range->client, range->query, range->offset + place, size);
        *task = sent != NULL ? &sent->base : NULL;
    } else {
        struct chimaera_bdev_raw_write_task *sent = chimaera_bdev_raw_write_async(
            range->client, range->query, range->offset + place, &piece);
        *task = sent != NULL ? &sent->base : NULL;
    }
    return *task != NULL ? 0 : chi_last_error_code();
}

/* Waits for whatever is in the slot of that place. */
static int finish(struct copy *copy, uint64_t place)
{
    struct chi_task **task = &copy->tasks[place / PIECE % DEPTH];
    if (*task == NULL)
        return 0;
    int rc = chi_task_wait(*task);
    chi_task_del(*task);
    *task = NULL;
    return rc < 0 ? chi_error(rc, "the device: %s", chi_strerror(rc)) : 0;
}

/* Up to `size` bytes, fewer only at the end of the file. */
static int64_t read_fully(int fd, char *bytes, uint64_t size)
{
    uint64_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            int rc = -errno;
            return chi_error(rc, "cannot read the file: %s", strerror(-rc));
        }
        if (got == 0)
            break;
        done += (uint64_t)got;
    }
    return (int64_t)done;
}

static int put_pieces(struct copy *copy, int fd, uint64_t *moved)
{
    int rc = 0;
    for (int64_t got = (int64_t)PIECE; rc == 0 && got == (int64_t)PIECE;) {
        struct chi_buffer piece = slot(copy, *moved, PIECE);
        rc = finish(copy, *moved);
        if (rc < 0)
            break;
        got = read_fully(fd, chi_buffer_data(&piece), PIECE);
        if (got < 0)
            return (int)got;
        if ((uint64_t)got > copy->range->size - *moved)
            return chi_error(-EFBIG, "there is more than the device has room for");
        if (got > 0)
            rc = start(copy, *moved, (uint64_t)got);
        *moved += (uint64_t)got;
    }
    for (unsigned i = 0; i < DEPTH && rc == 0; i++)
        rc = finish(copy, i * PIECE);
    return rc;
}

int bdev_put(const struct bdev_range *range, int fd, uint64_t *moved)
{
    struct copy copy;
    *moved = 0;
    int rc = begin(&copy, range);
    if (rc < 0)
        return rc;
    rc = put_pieces(&copy, fd, moved);
    end(&copy);
    return rc == 0 ? chimaera_bdev_flush(range->client, range->query) : rc;
}
