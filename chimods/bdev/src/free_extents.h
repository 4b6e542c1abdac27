/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Free extents: which runs of a device's units are free, merged where they touch. Lists by size
 * class find one that is long enough, two hash tables by first unit and by end find the neighbours
 * of one that is given back; so taking and giving back cost the same whatever the number of
 * extents. Used by space.c, on one thread at a time.
 */
#ifndef CHIMAERA_BDEV_FREE_EXTENTS_H
#define CHIMAERA_BDEV_FREE_EXTENTS_H

#include <stdbool.h>
#include <stdint.h>

#define BDEV_EXTENT_CLASSES 512u /* exact up to 15 units, then eight to a doubling */

struct bdev_extent {
    uint64_t first;
    uint64_t count;
    uint32_t next; /* of its class; also links spare ones. 0: none */
    uint32_t previous;
};

/* Zeroed: nothing is free. */
struct bdev_free_extents {
    struct bdev_extent *extents; /* [0] is none */
    uint32_t capacity;           /* of extents, [0] included */
    uint32_t spare;
    uint32_t *by_first; /* hash tables of 2 * capacity places */
    uint32_t *by_end;
    uint32_t heads[BDEV_EXTENT_CLASSES];
    uint64_t filled[BDEV_EXTENT_CLASSES / 64]; /* a bit per class that is not empty */
    uint64_t units;                            /* free ones, in all */
};

/*
 * Makes room for `extents` extents in all. 0, -ENOMEM (as before). Between two free extents lies
 * something that is not free, so room for one more than there is of that means that giving back
 * cannot fail.
 */
int bdev_free_extents_reserve(struct bdev_free_extents *free_extents, uint64_t extents);

/*
 * Takes up to `wanted` units that lie together: all of them, or, where no extent is found that
 * holds them all, a whole extent of the longest class. Returns how many, 0 where nothing is free.
 */
uint64_t bdev_free_extents_take(struct bdev_free_extents *free_extents, uint64_t wanted,
                                uint64_t *first);

/* Gives back units that were taken. Room must have been reserved. */
void bdev_free_extents_put(struct bdev_free_extents *free_extents, uint64_t first, uint64_t count);

void bdev_free_extents_fini(struct bdev_free_extents *free_extents);

#endif
