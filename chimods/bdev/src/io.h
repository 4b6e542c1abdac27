/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The data path of the handlers: checks the blocks or the range that a task names, and transfers
 * between the caller's buffer and the device. Handlers of any data lane; every function may park.
 */
#ifndef CHIMAERA_BDEV_IO_H
#define CHIMAERA_BDEV_IO_H

#include "extents.h"
#include "state.h"

/* Transfers all of `buffer` to or from ranges of allocated space, in their order. Returns the codes
 * of chimaera_bdev_write() and chimaera_bdev_read(). */
int bdev_io_blocks(struct chimaera_bdev *self, const struct chimaera_bdev_block *blocks,
                   size_t count, const struct chi_buffer *buffer, bool write);

/* Transfers all of `buffer` to or from one range of a raw device, at `offset` bytes. Returns the
 * codes of chimaera_bdev_raw_write() and chimaera_bdev_raw_read(). */
int bdev_io_raw(struct chimaera_bdev *self, uint64_t offset, const struct chi_buffer *buffer,
                bool write);

/* Zeroes a range of a raw device, or, with `zero` false, deallocates it. Returns the codes of
 * chimaera_bdev_raw_zero() and chimaera_bdev_raw_trim(). */
int bdev_io_clear(struct chimaera_bdev *self, uint64_t offset, uint64_t size, bool zero);

/*
 * Lists the data and holes in a range of a raw device, at most `max` extents. The caller frees
 * extents->items, also after an error. Returns the codes of chimaera_bdev_raw_extents().
 */
int bdev_io_extents(struct chimaera_bdev *self, uint64_t offset, uint64_t size, uint32_t max,
                    struct bdev_extents *extents);

#endif
