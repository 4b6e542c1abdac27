/* SPDX-License-Identifier: BSD-3-Clause */
/* CRC-32C of on-disk pages. Any thread. */
#ifndef CHIMAERA_BDEV_CHECKSUM_H
#define CHIMAERA_BDEV_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Returns `crc`, which starts as 0, extended by `size` bytes. */
uint32_t bdev_crc32c(uint32_t crc, const void *bytes, size_t size);

#endif
