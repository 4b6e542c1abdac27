/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A list of extents: which parts of a range of a raw device hold data, and which are holes. Filled
 * a bounded number at a time by bdev_extents_seek() for files and bdev_pagemap_fill() for RAM,
 * until it is done. One thread at a time. A part that is not known to be a hole counts as data.
 */
#ifndef CHIMAERA_BDEV_EXTENTS_H
#define CHIMAERA_BDEV_EXTENTS_H

#include <chimaera/bdev/bdev_tasks.h>

static inline uint64_t bdev_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

struct bdev_extents {
    struct chimaera_bdev_extent *items; /* from the start of the range to `at` */
    uint32_t count, capacity;
    bool full;        /* there was no room for the extent at `at` */
    uint64_t at, end; /* bytes of the device: next to be classified, end of the range */
};

/*
 * Starts a list for a range, of at most `max` extents; 0 or too large: CHIMAERA_BDEV_EXTENTS_MAX.
 * The caller frees `items`. Returns 0 or -ENOMEM.
 */
int bdev_extents_init(struct bdev_extents *extents, uint64_t offset, uint64_t size, uint32_t max);

/* Whether the list is full or has reached the end of the range. */
bool bdev_extents_done(const struct bdev_extents *extents);

/* Adds the part from `at` to `to`, or to the end of the range, with these flags. */
void bdev_extents_add(struct bdev_extents *extents, uint64_t to, uint32_t flags);

/*
 * Adds a number of extents of a file by lseek(). Blocks; runs on a helper thread. Moves the file
 * offset of `fd`, which nothing else uses. Returns 0 or -errno of lseek().
 */
int bdev_extents_seek(struct bdev_extents *extents, int fd);

#endif
