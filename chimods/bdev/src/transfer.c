/* SPDX-License-Identifier: BSD-3-Clause */
/* Transfers between a file and memory. See transfer.h. */
#include "transfer.h"

#include <errno.h>
#include <string.h>

#define FALLOCATE_MAX ((uint64_t)1 << 30) /* bytes that one operation punches or zeroes */
#define TRIM_UNIT     4096u               /* bytes; smaller parts are not deallocated */

static uint64_t round_down(uint64_t value, uint64_t unit)
{
    return value - value % unit;
}

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return round_down(value + unit - 1, unit);
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
        if (transfer->slots[i].locked)
            bdev_range_lock_release(&transfer->device->range_locks, &transfer->slots[i].lock);
    transfer->used = 0;
    return rc;
}

/* Submits one operation on the caller's memory; with `lock`, under a shared range lock. */
static int submit_one(struct bdev_transfer *transfer, uint64_t offset, uint8_t *memory,
                      uint64_t size, bool lock)
{
    struct bdev_device *device = transfer->device;
    int rc = transfer->used == BDEV_TRANSFER_SLOTS ? bdev_transfer_end(transfer) : 0;
    if (rc < 0)
        return rc;
    struct bdev_transfer_slot *slot = &transfer->slots[transfer->used];
    slot->locked = lock;
    if (lock) {
        slot->lock = (struct bdev_range_lock){.first = offset, .end = offset + size};
        if (!bdev_range_lock_try(&device->range_locks, &slot->lock)) {
            const struct bdev_range_lock wanted = {.first = offset, .end = offset + size};
            rc = bdev_transfer_end(transfer); /* a waiter must hold no other lock */
            if (rc < 0)
                return rc;
            slot = &transfer->slots[0];
            slot->locked = true;
            slot->lock = wanted;
            bdev_range_lock_acquire(&device->range_locks, &slot->lock);
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
    bdev_op_submit(device, &slot->op, &transfer->batch);
    return 0;
}

static int transfer_in_place(struct bdev_transfer *transfer, uint64_t offset, uint8_t *memory,
                             uint64_t size, bool lock)
{
    int rc = 0;
    for (uint64_t done = 0; done < size && rc == 0; done += BDEV_OP_MAX)
        rc = submit_one(transfer, offset + done, memory + done, bdev_min(size - done, BDEV_OP_MAX),
                        lock);
    return rc;
}

/* ---- through a bounce buffer */

static int run(struct bdev_device *device, enum bdev_op_kind kind, uint64_t offset, void *memory,
               uint64_t size)
{
    struct bdev_op op = {.kind = kind, .offset = offset, .memory = memory, .size = size};
    return bdev_op_run(device, &op);
}

/* Reads the first and last sector into the bounce buffer, where only a part of them will be
 * overwritten. */
static int read_edges(struct bdev_device *device, uint8_t *bounce, uint64_t offset, uint64_t size)
{
    uint32_t unit = device->io_unit;
    uint64_t first = round_down(offset, unit), last = round_up(offset + size, unit) - unit;
    int rc = 0;

    if (first != offset)
        rc = run(device, BDEV_OP_READ, first, bounce, unit);
    if (rc == 0 && last + unit != offset + size && (last != first || first == offset))
        rc = run(device, BDEV_OP_READ, last, bounce + (last - first), unit);
    return rc;
}

/* Transfers a range through a bounce buffer. `memory` NULL: writes zeros. */
static int transfer_bounced(struct bdev_device *device, uint64_t offset, uint8_t *memory,
                            uint64_t size, bool write)
{
    uint32_t unit = device->io_unit;
    uint8_t *bounce = size > 0 ? bdev_bounce_acquire(device) : NULL;
    int rc = size > 0 && bounce == NULL ? -ENOMEM : 0;

    for (uint64_t done = 0, here; done < size && rc == 0; done += here) {
        uint64_t at = offset + done, first = round_down(at, unit);
        here = bdev_min(size - done, first + BDEV_BOUNCE_SIZE - at);
        uint64_t length = round_up(at + here, unit) - first;
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
        bdev_bounce_release(device, bounce);
    return rc;
}

/* The lock of a write: exclusive if it covers a sector only in part. */
static struct bdev_range_lock lock_of(const struct bdev_device *device, uint64_t offset,
                                      uint64_t size)
{
    struct bdev_range_lock lock = {.first = round_down(offset, device->io_unit),
                                   .end = round_up(offset + size, device->io_unit)};
    lock.exclusive = lock.first != offset || lock.end != offset + size;
    return lock;
}

/* Transfers the unaligned head through a bounce buffer, the aligned middle in place if the memory
 * allows it, then the unaligned tail. */
static int transfer_unaligned(struct bdev_transfer *transfer, uint64_t offset, uint8_t *memory,
                              uint64_t size)
{
    struct bdev_device *device = transfer->device;
    uint64_t end = offset + size;
    uint64_t middle = bdev_min(round_up(offset, device->io_unit), end);
    uint64_t rest =
        round_down(end, device->io_unit) > middle ? round_down(end, device->io_unit) : middle;
    uint8_t *there = memory + (middle - offset);

    int rc = transfer_bounced(device, offset, memory, middle - offset, transfer->write);
    if (rc == 0 && (uintptr_t)there % device->memory_unit == 0) {
        rc = transfer_in_place(transfer, middle, there, rest - middle, false);
        int ended = bdev_transfer_end(transfer);
        rc = rc < 0 ? rc : ended;
    } else if (rc == 0) {
        rc = transfer_bounced(device, middle, there, rest - middle, transfer->write);
    }
    return rc == 0 ? transfer_bounced(device, rest, memory + (rest - offset), end - rest,
                                      transfer->write)
                   : rc;
}

int bdev_transfer_range(struct bdev_transfer *transfer, uint64_t offset, uint8_t *memory,
                        uint64_t size)
{
    struct bdev_device *device = transfer->device;

    if (((offset | size) & (device->io_unit - 1)) == 0 &&
        ((uintptr_t)memory & (device->memory_unit - 1)) == 0)
        return transfer_in_place(transfer, offset, memory, size,
                                 transfer->write && device->io_unit > 1);
    int rc = bdev_transfer_end(transfer);
    if (rc < 0 || !transfer->write)
        return rc < 0 ? rc : transfer_unaligned(transfer, offset, memory, size);
    struct bdev_range_lock lock = lock_of(device, offset, size);
    bdev_range_lock_acquire(&device->range_locks, &lock);
    rc = transfer_unaligned(transfer, offset, memory, size);
    bdev_range_lock_release(&device->range_locks, &lock);
    return rc;
}

/* ---- zero and trim */

static int fallocate_range(struct bdev_device *device, enum bdev_op_kind kind, uint64_t offset,
                           uint64_t size)
{
    int rc = 0;
    for (uint64_t done = 0; done < size && rc == 0; done += FALLOCATE_MAX)
        rc = run(device, kind, offset + done, NULL, bdev_min(size - done, FALLOCATE_MAX));
    return rc;
}

int bdev_transfer_zero(struct bdev_device *device, uint64_t offset, uint64_t size)
{
    struct bdev_range_lock lock = lock_of(device, offset, size);
    uint64_t end = offset + size;
    uint64_t middle = bdev_min(round_up(offset, device->io_unit), end);
    uint64_t rest =
        round_down(end, device->io_unit) > middle ? round_down(end, device->io_unit) : middle;

    bdev_range_lock_acquire(&device->range_locks, &lock);
    int rc = transfer_bounced(device, offset, NULL, middle - offset, true);
    if (rc == 0 && rest > middle) {
        rc = fallocate_range(device, BDEV_OP_ZERO, middle, rest - middle);
        if (rc == -EOPNOTSUPP)
            rc = transfer_bounced(device, middle, NULL, rest - middle, true);
    }
    if (rc == 0)
        rc = transfer_bounced(device, rest, NULL, end - rest, true);
    bdev_range_lock_release(&device->range_locks, &lock);
    return rc;
}

int bdev_transfer_trim(struct bdev_device *device, uint64_t offset, uint64_t size)
{
    uint64_t first = round_up(offset, TRIM_UNIT), end = round_down(offset + size, TRIM_UNIT);
    if (first >= end)
        return 0;
    struct bdev_range_lock lock = lock_of(device, first, end - first);
    bdev_range_lock_acquire(&device->range_locks, &lock);
    int rc = fallocate_range(device, BDEV_OP_PUNCH, first, end - first);
    bdev_range_lock_release(&device->range_locks, &lock);
    return rc == -EOPNOTSUPP ? 0 : rc;
}
