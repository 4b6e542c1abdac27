/* SPDX-License-Identifier: BSD-3-Clause */
/* `chimaera bdev`: what a person asks of block devices. */
#ifndef CHIMAERA_TOOL_BDEV_H
#define CHIMAERA_TOOL_BDEV_H

#include "chimaera/bdev/bdev_client.h"

/* The command: exit status. */
int command_bdev(int argc, char **argv);

/* ---- Between a descriptor and a pool of mode raw. 0 or a code, recorded. */

/* A range of a device. */
struct bdev_range {
    const struct chimaera_bdev_client *client;
    chi_pool_query_t query;
    uint64_t offset;
    uint64_t size;
};

/* bdev_put.c: writes all that can be read from `fd`, at most the range, and flushes. Sets `moved`,
 * bytes. */
int bdev_put(const struct bdev_range *range, int fd, uint64_t *moved);

/* bdev_get.c: writes the range to `fd`. `sparse`: it is a regular file and empty, so what is a hole
 * of the device shall be one there. */
int bdev_get(const struct bdev_range *range, int fd, bool sparse);

#endif
