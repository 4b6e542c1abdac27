/* SPDX-License-Identifier: BSD-3-Clause */
/* `chimaera bdev ls` and `stat`. */
#ifndef CHIMAERA_TOOL_BDEV_SHOW_H
#define CHIMAERA_TOOL_BDEV_SHOW_H

#include "bdev_pool.h"

/* Print to standard output. Return 0 or a code, recorded. */
int bdev_ls(const struct bdev_request *request);
int bdev_stat(const struct bdev_request *request);

#endif
