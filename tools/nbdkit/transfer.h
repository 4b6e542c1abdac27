/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests to a device. */
#ifndef CHIMAERA_NBDKIT_TRANSFER_H
#define CHIMAERA_NBDKIT_TRANSFER_H

#include "device.h"

/* Requests. Sizes and offsets in bytes. Block the calling thread. Return 0, or a code with
 * chi_last_error(). */
int device_read(const struct device *device, void *bytes, uint64_t size, uint64_t offset);
int device_write(const struct device *device, const void *bytes, uint64_t size, uint64_t offset);
int device_flush(const struct device *device);
int device_trim(const struct device *device, uint64_t size, uint64_t offset);
int device_zero(const struct device *device, uint64_t size, uint64_t offset);

/*
 * Lists data and holes in `size` bytes from `offset` on, at most `*count` extents; sets `*count` to
 * their number. Returns 0, or a code with chi_last_error().
 */
int device_extents(const struct device *device, uint64_t size, uint64_t offset,
                   struct chimaera_bdev_extent *extents, size_t *count);

#endif
