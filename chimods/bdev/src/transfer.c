/* SPDX-License-Identifier: BSD-3-Clause */
/* Moving bytes between a file and memory. See transfer.h. */
#include "transfer.h"

#include <errno.h>
#include <string.h>

#define FALLOCATE_PIECE ((uint64_t)1 << 30) /* that one operation punches or zeroes */
#define TRIM_UNIT       4096u               /* less is not worth a system call */

static uint64_t down(uint64_t value, uint64_t unit)
{
    return value - value % unit;
}

static uint64_t up(uint64_t value, uint64_t unit)
{
    return down(value + unit - 1, unit);
}

void bdev_transfer_begin(struct bdev_transfer *transfer, struct bdev_device *device, bool write)
{
    transfer->device = device;
    transfer->write = write;
    transfer->batch_open = false;
    transfer->used = 0;
}

int bdev_transfer_end(struct bdev_transfer *transfer)
{
    int rc = transfer->batch_open ? bdev_batch_wait(&transfer->batch) : 0;
    transfer->batch_open = false;
    for (uint32_t i = 0; i < transfer->used; i++)
        if (transfer->slots[i].claimed)
            bdev_claim_release(&transfer->device->claims, &transfer->slots[i].claim);
    transfer->used = 0;
    return rc;
}

/* Starts one operation in place; with `claim`, once nobody writes a part of a sector there. */
static int start_piece(struct bdev_transfer *transfer, uint64_t offset, uint8_t *memory,
                       uint64_t size, bool claim)
{
    struct bdev_device *device = transfer->device;
    int rc = transfer->used == BDEV_SLOTS ? bdev_transfer_end(transfer) : 0;
    if (rc < 0)
        return rc;
    struct bdev_slot *slot = &transfer->slots[transfer->used];
    slot->claimed = claim;
    if (claim) {
        slot->claim = (struct bdev_claim){.first = offset, .end = offset + size};
        if (!bdev_claim_try(&device->claims, &slot->claim)) {
            const struct bdev_claim wanted = {.first = offset, .end = offset + size};
            rc = bdev_transfer_end(transfer); /* who waits for a claim holds none */
            if (rc < 0)
                return rc;
            slot = &transfer->slots[0];
            slot->claimed = true;
            slot->claim = wanted;
            bdev_claim_take(&device->claims, &slot->claim);
        }
    }
    transfer->used++;
    slot->op = (struct bdev_op){.kind = transfer->write ? BDEV_OP_WRITE : BDEV_OP_READ,
                                .offset = offset,
                                .size = size,
                                .memory = memory};
    if (!transfer->batch_open)
        bdev_batch_begin(&transfer->batch);
    transfer->batch_open = true;
    atomic_fetch_add_explicit(&device->bytes_in_place, size, memory_order_relaxed);
    bdev_op_start(device, &slot->op, &transfer->batch);
    return 0;
}

static int in_place(struct bdev_transfer *transfer, uint64_t offset, uint8_t *memory, uint64_t size,
                    bool claim)
{
    int rc = 0;
    for (uint64_t done = 0; done < size && rc == 0; done += BDEV_PIECE)
        rc = start_piece(transfer, offset + done, memory + done,
                         bdev_least(size - done, BDEV_PIECE), claim);
    return rc;
}

/* ---- by way of a bounce buffer */

static int run(struct bdev_device *device, enum bdev_op_kind kind, uint64_t offset, void *memory,
               uint64_t size)
{
    struct bdev_op op = {.kind = kind, .offset = offset, .memory = memory, .size = size};
    return bdev_op_run(device, &op);
}

/* The sectors of which only a part will be overwritten, into their places in the buffer. */
static int read_edges(struct bdev_device *device, uint8_t *bounce, uint64_t offset, uint64_t size)
{
    uint32_t unit = device->io_unit;
    uint64_t first = down(offset, unit), last = up(offset + size, unit) - unit;
    int rc = 0;

    if (first != offset)
        rc = run(device, BDEV_OP_READ, first, bounce, unit);
    if (rc == 0 && last + unit != offset + size && (last != first || first == offset))
        rc = run(device, BDEV_OP_READ, last, bounce + (last - first), unit);
    return rc;
}

/* `memory` NULL: writes zeros. */
static int bounced(struct bdev_device *device, uint64_t offset, uint8_t *memory, uint64_t size,
                   bool write)
{
    uint32_t unit = device->io_unit;
    uint8_t *bounce = size > 0 ? bdev_bounce_get(device) : NULL;
    int rc = size > 0 && bounce == NULL ? -ENOMEM : 0;

    for (uint64_t done = 0, here; done < size && rc == 0; done += here) {
        uint64_t at = offset + done, first = down(at, unit);
        here = bdev_least(size - done, first + BDEV_BOUNCE - at);
        uint64_t length = up(at + here, unit) - first;
        uint8_t *bytes = bounce + (at - first);
        if (write) {
            rc = read_edges(device, bounce, at, here);
            if (memory != NULL)
                memcpy(bytes, memory + done, here);
            else
                memset(bytes, 0, here);
        }
        if (rc == 0)
            rc = run(device, write ? BDEV_OP_WRITE : BDEV_OP_READ, first, bounce, length);
        if (rc == 0 && !write)
            memcpy(memory + done, bytes, here);
        atomic_fetch_add_explicit(&device->bytes_bounced, here, memory_order_relaxed);
    }
    if (bounce != NULL)
        bdev_bounce_put(device, bounce);
    return rc;
}

static struct bdev_claim claim_of(const struct bdev_device *device, uint64_t offset, uint64_t size)
{
    struct bdev_claim claim = {.first = down(offset, device->io_unit),
                               .end = up(offset + size, device->io_unit)};
    claim.exclusive = claim.first != offset || claim.end != offset + size;
    return claim;
}

/* First what does not fill a sector, then what does, then the rest. */
static int in_parts(struct bdev_transfer *transfer, uint64_t offset, uint8_t *memory, uint64_t size)
{
    struct bdev_device *device = transfer->device;
    uint64_t end = offset + size;
    uint64_t middle = bdev_least(up(offset, device->io_unit), end);
    uint64_t rest = down(end, device->io_unit) > middle ? down(end, device->io_unit) : middle;
    uint8_t *there = memory + (middle - offset);

    int rc = bounced(device, offset, memory, middle - offset, transfer->write);
    if (rc == 0 && (uintptr_t)there % device->memory_unit == 0) {
        rc = in_place(transfer, middle, there, rest - middle, false);
        int ended = bdev_transfer_end(transfer);
        rc = rc < 0 ? rc : ended;
    } else if (rc == 0) {
        rc = bounced(device, middle, there, rest - middle, transfer->write);
    }
    return rc == 0 ? bounced(device, rest, memory + (rest - offset), end - rest, transfer->write)
                   : rc;
}

int bdev_transfer_range(struct bdev_transfer *transfer, uint64_t offset, uint8_t *memory,
                        uint64_t size)
{
    struct bdev_device *device = transfer->device;

    if (((offset | size) & (device->io_unit - 1)) == 0 &&
        ((uintptr_t)memory & (device->memory_unit - 1)) == 0)
        return in_place(transfer, offset, memory, size, transfer->write && device->io_unit > 1);
    int rc = bdev_transfer_end(transfer);
    if (rc < 0 || !transfer->write)
        return rc < 0 ? rc : in_parts(transfer, offset, memory, size);
    struct bdev_claim claim = claim_of(device, offset, size);
    bdev_claim_take(&device->claims, &claim);
    rc = in_parts(transfer, offset, memory, size);
    bdev_claim_release(&device->claims, &claim);
    return rc;
}

/* ---- zeroing and trimming */

static int fallocate_range(struct bdev_device *device, enum bdev_op_kind kind, uint64_t offset,
                           uint64_t size)
{
    int rc = 0;
    for (uint64_t done = 0; done < size && rc == 0; done += FALLOCATE_PIECE)
        rc = run(device, kind, offset + done, NULL, bdev_least(size - done, FALLOCATE_PIECE));
    return rc;
}

int bdev_file_zero(struct bdev_device *device, uint64_t offset, uint64_t size)
{
    struct bdev_claim claim = claim_of(device, offset, size);
    uint64_t end = offset + size;
    uint64_t middle = bdev_least(up(offset, device->io_unit), end);
    uint64_t rest = down(end, device->io_unit) > middle ? down(end, device->io_unit) : middle;

    bdev_claim_take(&device->claims, &claim);
    int rc = bounced(device, offset, NULL, middle - offset, true);
    if (rc == 0 && rest > middle) {
        rc = fallocate_range(device, BDEV_OP_ZERO, middle, rest - middle);
        if (rc == -EOPNOTSUPP)
            rc = bounced(device, middle, NULL, rest - middle, true);
    }
    if (rc == 0)
        rc = bounced(device, rest, NULL, end - rest, true);
    bdev_claim_release(&device->claims, &claim);
    return rc;
}

int bdev_file_trim(struct bdev_device *device, uint64_t offset, uint64_t size)
{
    uint64_t first = up(offset, TRIM_UNIT), end = down(offset + size, TRIM_UNIT);
    if (first >= end)
        return 0;
    struct bdev_claim claim = claim_of(device, first, end - first);
    bdev_claim_take(&device->claims, &claim);
    int rc = fallocate_range(device, BDEV_OP_PUNCH, first, end - first);
    bdev_claim_release(&device->claims, &claim);
    return rc == -EOPNOTSUPP ? 0 : rc;
}
