/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which parts of a raw device hold data: of a file its file system is asked, of memory the page
 * table. A list is begun for a range and filled a bounded part at a time, until it is done; one
 * thread at a time. What is not surely a hole is data.
 */
#ifndef CHIMAERA_BDEV_EXTENTS_H
#define CHIMAERA_BDEV_EXTENTS_H

#include <chimaera/bdev/bdev_tasks.h>

static inline uint64_t bdev_least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

struct bdev_extents {
    struct chimaera_bdev_extent *items; /* from the beginning of the range to `at` */
    uint32_t count, room;
    bool full; /* the next one, at `at`, had no room */
    uint64_t at, end;
};

/* For at most `most` extents, 0 and what is too much: CHIMAERA_BDEV_EXTENTS_MAX. 0, -ENOMEM. The
 * items are the caller's to free. */
int bdev_extents_init(struct bdev_extents *extents, uint64_t offset, uint64_t size, uint32_t most);

/* Whether the range ends here, or the room. */
bool bdev_extents_done(const struct bdev_extents *extents);

/* What lies from `at` to `to`, or to the end of the range, is of this kind. */
void bdev_extents_add(struct bdev_extents *extents, uint64_t to, uint32_t flags);

/*
 * Asks the file system about a number of extents. Blocks; a helper thread's. Moves the descriptor's
 * own offset, which nothing else uses: whoever reads and writes says where. 0, -errno of lseek.
 */
int bdev_extents_seek(struct bdev_extents *extents, int fd);

/*
 * pagemap.c: looks at the page table for a part of the device at `memory`, which is private and
 * anonymous. `pagemap`: of bdev_pagemap_open(); -1: all is data. Never waits. What was only read
 * may count as data with Linux before 6.7, which cannot tell it from what was written.
 */
void bdev_extents_look(struct bdev_extents *extents, int pagemap, const uint8_t *memory);

/* The two ways to do so. False: the system does not have this one; what was added is true. */
bool bdev_pagemap_scan(struct bdev_extents *extents, int pagemap, const uint8_t *memory);
bool bdev_pagemap_read(struct bdev_extents *extents, int pagemap, const uint8_t *memory);

/* This process's page table; -1 where it cannot be had or is not to be believed. */
int bdev_pagemap_open(void);
void bdev_pagemap_close(int pagemap);

#endif
