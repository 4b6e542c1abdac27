/* SPDX-License-Identifier: BSD-3-Clause */
/* `chimaera bdev put` and `get`: copy between a file and a pool of mode raw. */
#ifndef CHIMAERA_TOOL_BDEV_COPY_H
#define CHIMAERA_TOOL_BDEV_COPY_H

#include "bdev_pool.h"

/* Print the result to standard output. Return 0 or a code, recorded. */
int bdev_copy_in(const struct bdev_request *request);
int bdev_copy_out(const struct bdev_request *request);

#endif
