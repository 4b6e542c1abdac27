/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Moving the bytes of a task between a caller's buffer and a device, file or memory, after checking
 * what the task names. Handlers, on any worker's lane; all of it may park.
 */
#ifndef CHIMAERA_BDEV_MOVE_H
#define CHIMAERA_BDEV_MOVE_H

#include "bdev_runtime.h"
#include "extents.h"

/* All of `buffer` to or from ranges of allocated space, one behind the other. The codes of
 * chimaera_bdev_write() and chimaera_bdev_read(). */
int bdev_move_blocks(struct chimaera_bdev *self, const struct chimaera_bdev_block *blocks,
                     size_t count, const struct chi_buffer *buffer, bool write);

/* The same for one range of a raw device. */
int bdev_move_raw(struct chimaera_bdev *self, uint64_t offset, const struct chi_buffer *buffer,
                  bool write);

/* Makes a range of a raw device zeros, or only says that nobody needs it. */
int bdev_move_clear(struct chimaera_bdev *self, uint64_t offset, uint64_t size, bool zero);

/*
 * What in a range of a raw device is data and what holes, in `*extents`, whose items are the
 * caller's to free, whatever is returned. The codes of chimaera_bdev_raw_extents().
 */
int bdev_move_extents(struct chimaera_bdev *self, uint64_t offset, uint64_t size, uint32_t most,
                      struct bdev_extents *extents);

#endif
