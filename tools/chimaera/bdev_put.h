/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies a file to a device. */
#ifndef CHIMAERA_TOOL_BDEV_PUT_H
#define CHIMAERA_TOOL_BDEV_PUT_H

#include "bdev_slots.h"

/* Writes all that can be read from `fd`, at most the range, and flushes. Sets `*copied` to the
 * number of bytes. Returns 0 or a code, recorded. */
int bdev_put(const struct bdev_range *range, int fd, const char *name, uint64_t *copied);

#endif
