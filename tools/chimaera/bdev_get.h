/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies a device to a file. */
#ifndef CHIMAERA_TOOL_BDEV_GET_H
#define CHIMAERA_TOOL_BDEV_GET_H

#include "bdev_slots.h"

/* Writes the range to `fd`. `sparse`: `fd` is an empty regular file, which gets holes where the
 * device has holes. Returns 0 or a code, recorded. */
int bdev_get(const struct bdev_range *range, int fd, bool sparse);

#endif
