/* SPDX-License-Identifier: BSD-3-Clause */
/* The superblock: what says that a file is ours, and which region of it holds the map. */
#ifndef CHIMAERA_BDEV_SUPERBLOCK_H
#define CHIMAERA_BDEV_SUPERBLOCK_H

#include "ondisk.h"
#include "store.h"
#include <stdbool.h>

#define BDEV_UNIT_SHIFT_MIN 9u
#define BDEV_UNIT_SHIFT_MAX 30u

/* Fills in the checksum of a page, whose checksum member is at byte `at`; or says whether it is
 * right. */
void bdev_page_seal(void *page, uint32_t at);
int bdev_page_sealed(const void *page, uint32_t at);

/* Lays out a device of `size` bytes. 0, or -ENOSPC where that is too small for a single unit. */
int bdev_super_lay_out(struct bdev_superblock *super, uint64_t size, uint32_t unit_shift,
                       uint64_t device);

/* Where the region of an epoch begins. */
uint64_t bdev_super_region(const struct bdev_superblock *super, uint64_t epoch);

/*
 * Reads the superblock that counts. `size`: bytes of the file. 0; -ENOENT (there is none, or a map
 * was begun and not finished); -EUCLEAN (there was one, and it is damaged); -ENOTSUP (of another
 * version); -ENOSPC (of a larger file); the store's codes.
 */
int bdev_super_read(struct bdev_store *store, uint64_t size, struct bdev_superblock *super);

/*
 * The first thing that making a map writes, flushed: no superblock, and, where the device was
 * `empty`, a mark in page 0. The superblock of epoch 2 takes the mark's place before anybody is
 * told that there is a map. So where the mark is, and no superblock, there was never anything to
 * lose. Of what was not empty no mark says so: it may still be there when making the map is cut
 * short. -ENOMEM, the store's codes.
 */
int bdev_super_begin(struct bdev_store *store, bool empty);

/* Whether pages 0 and 1 are those of a map that was begun on an empty device and not finished. */
bool bdev_super_unfinished(const struct bdev_superblock pages[2]);

/* Whether a page behind those may be one of a snapshot or log of ours, or is all zeros. */
bool bdev_super_is_region(const void *page);

/* Writes it to the place of its epoch and flushes. The store's codes. */
int bdev_super_write(struct bdev_store *store, const struct bdev_superblock *super);

#endif
