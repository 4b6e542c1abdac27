/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copies a file to a device. See bdev_put.h. The file is read into client buffers, which the device
 * writes in place. Pieces of zeros are zeroed instead, so that the device may have holes there.
 */
#include "bdev_put.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "chimaera/chimaera.h"

static bool all_zero(const struct chi_buffer *piece)
{
    const char *bytes = chi_buffer_data(piece);
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, piece->size - 1) == 0;
}

static struct chi_task *send_piece(const struct bdev_range *range, uint64_t offset,
                                   const struct chi_buffer *piece)
{
    if (all_zero(piece)) {
        struct chimaera_bdev_raw_zero_task *task =
            chimaera_bdev_raw_zero_async(range->client, range->query, offset, piece->size);
        return task != NULL ? &task->base : NULL;
    }
    struct chimaera_bdev_raw_write_task *task =
        chimaera_bdev_raw_write_async(range->client, range->query, offset, piece);
    return task != NULL ? &task->base : NULL;
}

/* Reads `size` bytes, fewer only at the end of the file. Returns their number or a code. */
static int64_t read_fully(int fd, const char *name, char *bytes, uint64_t size)
{
    uint64_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            int rc = -errno;
            return chi_error(rc, "cannot read %s: %s", name, strerror(-rc));
        }
        if (got == 0)
            break;
        done += (uint64_t)got;
    }
    return (int64_t)done;
}

static int put_pieces(struct bdev_slots *slots, const struct bdev_range *range, int fd,
                      const char *name, uint64_t *copied)
{
    int rc = 0;
    int64_t got = (int64_t)BDEV_SLOT_SIZE;
    for (uint64_t n = 0; rc == 0 && got == (int64_t)BDEV_SLOT_SIZE; n++) {
        struct chi_buffer piece = bdev_slots_buffer(slots, n, BDEV_SLOT_SIZE);
        rc = bdev_slots_wait(slots, n);
        if (rc < 0)
            break;
        got = read_fully(fd, name, chi_buffer_data(&piece), BDEV_SLOT_SIZE);
        if (got < 0)
            return (int)got;
        if ((uint64_t)got > range->size - *copied)
            return chi_error(-EFBIG, "%s is larger than the rest of the device", name);
        piece = bdev_slots_buffer(slots, n, (uint64_t)got);
        if (got > 0)
            rc = bdev_slots_put(slots, n, send_piece(range, range->offset + *copied, &piece));
        *copied += (uint64_t)got;
    }
    for (unsigned i = 0; i < BDEV_SLOTS && rc == 0; i++)
        rc = bdev_slots_wait(slots, i);
    return rc;
}

int bdev_put(const struct bdev_range *range, int fd, const char *name, uint64_t *copied)
{
    struct bdev_slots slots;
    *copied = 0;
    int rc = bdev_slots_init(&slots);
    if (rc < 0)
        return rc;
    rc = put_pieces(&slots, range, fd, name, copied);
    bdev_slots_fini(&slots);
    return rc == 0 ? chimaera_bdev_flush(range->client, range->query) : rc;
}
