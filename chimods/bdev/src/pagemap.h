/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Extents of private anonymous memory, found in this process's page table (/proc/self/pagemap).
 * Does not block. Before Linux 6.7 pages that were only read may count as data.
 */
#ifndef CHIMAERA_BDEV_PAGEMAP_H
#define CHIMAERA_BDEV_PAGEMAP_H

#include "extents.h"

/* Opens the page table. Returns a descriptor, or -1 if it cannot be read or is not reliable. */
int bdev_pagemap_open(void);

/* Closes it; -1 is allowed. */
void bdev_pagemap_close(int pagemap);

/*
 * Adds extents for the next 64 MiB, or less, of the device at `memory`. With `pagemap` -1 the rest
 * of the range is data.
 */
void bdev_pagemap_fill(struct bdev_extents *extents, int pagemap, const uint8_t *memory);

/* The two ways to do it. Return false if the kernel does not support this one; what was added
 * until then is valid. */
bool bdev_pagemap_scan(struct bdev_extents *extents, int pagemap, const uint8_t *memory);
bool bdev_pagemap_read(struct bdev_extents *extents, int pagemap, const uint8_t *memory);

#endif
