/* SPDX-License-Identifier: BSD-3-Clause */
/* CRC-32C of what the module writes for itself. Any thread. */
#ifndef CHIMAERA_BDEV_CHECKSUM_H
#define CHIMAERA_BDEV_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Continues `crc` (0 at the beginning) over `size` bytes. */
uint32_t bdev_crc32c(uint32_t crc, const void *bytes, size_t size);

#endif
