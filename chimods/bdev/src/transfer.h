/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Moving bytes between a file and a caller's memory: in place where both lie as the system wants
 * it, else by a bounce buffer. Any offset and size; a write that does not cover its first or last
 * sector reads it and writes it back whole, and nobody else writes there meanwhile. Handlers, on
 * any worker; everything parks.
 */
#ifndef CHIMAERA_BDEV_TRANSFER_H
#define CHIMAERA_BDEV_TRANSFER_H

#include "device.h"

#define BDEV_SLOTS 16u

/* The operations of one task. On its handler's stack; end what was begun. */
struct bdev_transfer {
    struct bdev_device *device;
    bool write;
    bool batch_open;
    uint32_t used;
    struct bdev_batch batch;
    struct bdev_slot {
        struct bdev_op op;
        struct bdev_claim claim;
        bool claimed;
    } slots[BDEV_SLOTS];
};

void bdev_transfer_begin(struct bdev_transfer *transfer, struct bdev_device *device, bool write);

/*
 * Moves `size` bytes at `offset` of the file; may still be under way when it returns. 0 or the code
 * of what failed so far.
 */
int bdev_transfer_range(struct bdev_transfer *transfer, uint64_t offset, uint8_t *memory,
                        uint64_t size);

/* Waits for everything; 0, or the code of what failed since the last call that said so. */
int bdev_transfer_end(struct bdev_transfer *transfer);

/* Makes a range of the file zeros. */
int bdev_file_zero(struct bdev_device *device, uint64_t offset, uint64_t size);

/* Tells the system that nobody needs the content of a range; what it cannot give back it keeps. */
int bdev_file_trim(struct bdev_device *device, uint64_t offset, uint64_t size);

#endif
