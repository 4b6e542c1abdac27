/* SPDX-License-Identifier: BSD-3-Clause */
/* The superblock: identifies a file as a device with a map, and its current region. */
#ifndef CHIMAERA_BDEV_SUPERBLOCK_H
#define CHIMAERA_BDEV_SUPERBLOCK_H

#include "ondisk.h"
#include "store.h"
#include <stdbool.h>

#define BDEV_UNIT_SHIFT_MIN 9u
#define BDEV_UNIT_SHIFT_MAX 30u

/* Computes the checksum of a page and stores it at byte `at`, where the checksum member is. */
void bdev_page_seal(void *page, uint32_t at);

/* Whether the checksum of a page is correct. */
int bdev_page_sealed(const void *page, uint32_t at);

/* Computes the layout of a device of `size` bytes. Returns:
 *   0
 *   -ENOSPC  too small for one unit
 *   -EFBIG   too large for units of this size */
int bdev_super_lay_out(struct bdev_superblock *super, uint64_t size, uint32_t unit_shift,
                       uint64_t device);

/* Returns the byte offset of an epoch's region. */
uint64_t bdev_super_region(const struct bdev_superblock *super, uint64_t epoch);

/*
 * Reads the current superblock of a file of `size` bytes. Parks.
 * Returns:
 *   0
 *   -ENOENT   there is none, or a format was interrupted
 *   -EUCLEAN  it is damaged
 *   -ENOTSUP  of another format version
 *   -ENOSPC   of a larger file
 *   -ENOMEM   no memory
 *   codes of the store
 */
int bdev_super_read(struct bdev_store *store, uint64_t size, struct bdev_superblock *super);

/*
 * First step of a format: erases both superblocks and, if the device is `empty`, writes a marker to
 * page 0; flushes. The superblock of epoch 2 replaces the marker before Create returns. So a device
 * with the marker and without a superblock holds no data that could be lost. A device that was not
 * empty gets no marker, since its data may still be there after an interrupted format. Parks.
 * Returns 0, -ENOMEM or codes of the store.
 */
int bdev_super_begin_format(struct bdev_store *store, bool empty);

/* Whether pages 0 and 1 are those of an interrupted format of an empty device. */
bool bdev_super_is_interrupted(const struct bdev_superblock pages[2]);

/* Whether a page behind those may belong to a snapshot or log, or is all zeros. */
bool bdev_super_is_region(const void *page);

/* Writes a superblock to the page of its epoch, and flushes. Parks. Returns 0, -ENOMEM or codes of
 * the store. */
int bdev_super_write(struct bdev_store *store, const struct bdev_superblock *super);

#endif
