/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Transfers between a file and a caller's memory, at any offset and of any size: in place where
 * both are aligned as the system requires, else through a bounce buffer. A write of a part of a
 * sector reads the sector and writes it back, under an exclusive range lock. Handlers of any
 * worker; every function but begin parks.
 */
#ifndef CHIMAERA_BDEV_TRANSFER_H
#define CHIMAERA_BDEV_TRANSFER_H

#include "device.h"

#define BDEV_TRANSFER_SLOTS 16u

/* The operations of one task. On its handler's stack; must be ended once begun. */
struct bdev_transfer {
    struct bdev_device *device;
    bool write;
    bool batch_open;
    uint32_t used; /* slots */
    struct bdev_batch batch;
    struct bdev_transfer_slot {
        struct bdev_op op;
        struct bdev_range_lock lock;
        bool locked;
    } slots[BDEV_TRANSFER_SLOTS];
};

void bdev_transfer_begin(struct bdev_transfer *transfer, struct bdev_device *device, bool write);

/*
 * Transfers `size` bytes at `offset` of the file. Operations may still be in flight when it
 * returns. Returns 0 or the code of an operation that has failed so far.
 */
int bdev_transfer_range(struct bdev_transfer *transfer, uint64_t offset, uint8_t *memory,
                        uint64_t size);

/* Waits for all operations. Returns 0, or the code of a failure that was not returned before. */
int bdev_transfer_end(struct bdev_transfer *transfer);

/* Zeroes a range of the file. Returns 0 or a code. */
int bdev_transfer_zero(struct bdev_device *device, uint64_t offset, uint64_t size);

/* Deallocates a range of the file where the file system can. Returns 0 or a code. */
int bdev_transfer_trim(struct bdev_device *device, uint64_t offset, uint64_t size);

#endif
