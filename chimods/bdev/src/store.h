/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where superblock and allocation log are kept: all that they do to the device goes through these
 * three functions, so that a test can put one between that fails, cuts and reorders. Offsets and
 * sizes are multiples of BDEV_PAGE, memory is aligned to it. Each returns 0 or a negative code, and
 * may park the calling fiber.
 */
#ifndef CHIMAERA_BDEV_STORE_H
#define CHIMAERA_BDEV_STORE_H

#include <stddef.h>
#include <stdint.h>

struct bdev_store {
    int (*read)(struct bdev_store *store, uint64_t offset, void *memory, size_t size);
    int (*write)(struct bdev_store *store, uint64_t offset, const void *memory, size_t size);
    /* What was written before, by anybody, is on stable storage afterwards. */
    int (*flush)(struct bdev_store *store);
};

#endif
