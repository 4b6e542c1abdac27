/* SPDX-License-Identifier: BSD-3-Clause */
/* A device: opened with an engine, with a cache of bounce buffers. Used by open.c and transfer.c.
 */
#ifndef CHIMAERA_BDEV_DEVICE_H
#define CHIMAERA_BDEV_DEVICE_H

#include "engine.h"
#include "operation.h"

#define BDEV_BOUNCE_SIZE ((uint64_t)256 << 10) /* bytes of a bounce buffer */

/*
 * Initialises a file device of `size` bytes and takes ownership of the descriptor `fd`. `engine`
 * may be AUTO: the first in the table that works. Runs in Create. On failure the caller still owns
 * `fd`.
 * Returns:
 *   0
 *   -ENOSYS, -EPERM, other codes of io_uring_setup()  `engine` is URING and it cannot be used
 *   -ENOMEM                                           no memory
 */
int bdev_device_init_file(struct bdev_device *device, int fd, uint64_t size, uint32_t io_depth,
                          enum chimaera_bdev_engine engine);

/* Initialises a RAM device of `size` bytes. Runs in Create. The codes of bdev_ram_init(). */
int bdev_device_init_ram(struct bdev_device *device, uint64_t size, uint32_t io_depth);

/* Stops the engines and closes the descriptor. No operation may be in flight. Parks. */
void bdev_device_fini(struct bdev_device *device);

/* Whether the engine copies on the calling thread, without an operation: see bdev_engine.copy. */
bool bdev_device_copies(const struct bdev_device *device);

/* Fills in what GetStats reports of operations, engines and queue depth. Any thread. */
void bdev_device_get_stats(struct bdev_device *device, struct chimaera_bdev_stats *stats);

/* A bounce buffer of BDEV_BOUNCE_SIZE bytes, page-aligned; NULL: no memory. Any thread. */
void *bdev_bounce_acquire(struct bdev_device *device);
void bdev_bounce_release(struct bdev_device *device, void *bounce);

#endif
