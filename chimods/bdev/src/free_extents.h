/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Free extents: the free runs of units of a device, merged with their neighbours. Lists by size
 * class find an extent that is long enough; two hash tables, by first unit and by end, find the
 * neighbours of one that is returned. So both operations take constant time. Used by space.c, on
 * one thread at a time.
 */
#ifndef CHIMAERA_BDEV_FREE_EXTENTS_H
#define CHIMAERA_BDEV_FREE_EXTENTS_H

#include <stdbool.h>
#include <stdint.h>

#define BDEV_EXTENT_CLASSES 512u /* one per size up to 15 units, then eight per power of two */

struct bdev_extent {
    uint64_t first;
    uint64_t count;
    uint32_t next; /* in the list of its class, or of unused entries; 0: none */
    uint32_t previous;
};

/* Zeroed: nothing is free. */
struct bdev_free_extents {
    struct bdev_extent *extents; /* [0] is not used */
    uint32_t capacity;           /* entries in extents */
    uint32_t spare;              /* list of unused entries */
    uint32_t *by_first;          /* hash tables of 2 * capacity slots */
    uint32_t *by_end;
    uint32_t heads[BDEV_EXTENT_CLASSES];
    uint64_t filled[BDEV_EXTENT_CLASSES / 64]; /* a bit per class: not empty */
    uint64_t units;                            /* free, in total */
};

/*
 * Reserves memory for a total of `extents` extents. Two free extents have allocated units between
 * them, so with room for one extent more than there are blocks bdev_free_extents_put() cannot fail.
 * Returns 0, or -ENOMEM: unchanged.
 */
int bdev_free_extents_reserve(struct bdev_free_extents *free_extents, uint64_t extents);

/*
 * Takes up to `wanted` contiguous units: all of them, or, if no extent is found that is long
 * enough, an extent of the longest class. Returns their number; 0: nothing is free.
 */
uint64_t bdev_free_extents_take(struct bdev_free_extents *free_extents, uint64_t wanted,
                                uint64_t *first);

/* Returns units that were taken. Memory must have been reserved. */
void bdev_free_extents_put(struct bdev_free_extents *free_extents, uint64_t first, uint64_t count);

void bdev_free_extents_fini(struct bdev_free_extents *free_extents);

#endif
