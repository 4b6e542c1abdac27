/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Storage of superblock and allocation log: an interface, so that tests can substitute one that
 * fails, cuts off and reorders writes. Offsets and sizes are multiples of BDEV_PAGE bytes; memory
 * is aligned to it. Each function returns 0 or a negative code and may park the calling fiber.
 */
#ifndef CHIMAERA_BDEV_STORE_H
#define CHIMAERA_BDEV_STORE_H

#include <stddef.h>
#include <stdint.h>

struct bdev_store {
    int (*read)(struct bdev_store *store, uint64_t offset, void *memory, size_t size);
    int (*write)(struct bdev_store *store, uint64_t offset, const void *memory, size_t size);
    /* Puts all earlier writes to the device on stable storage. */
    int (*flush)(struct bdev_store *store);
};

#endif
