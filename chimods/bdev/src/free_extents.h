/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Free extents: which runs of a device's units are free, merged where they touch. A treap in order
 * of position whose nodes know the longest run below them, so that taking, giving back and finding
 * a place all cost O(log n). Used by the block map, on one thread at a time.
 */
#ifndef CHIMAERA_BDEV_FREE_EXTENTS_H
#define CHIMAERA_BDEV_FREE_EXTENTS_H

#include <stdbool.h>
#include <stdint.h>

struct chimaera_bdev_extent {
    uint64_t first;
    uint64_t count;
    uint64_t longest;  /* of the tree that begins here */
    uint32_t left;     /* also links spare nodes */
    uint32_t right;    /* 0: none */
    uint32_t priority; /* random; a parent's is the higher */
};

/* Zeroed: nothing is free. */
struct chimaera_bdev_free_extents {
    struct chimaera_bdev_extent *nodes; /* [0] is the empty tree */
    uint32_t capacity;
    uint32_t root;
    uint32_t spare;
    uint32_t random;
    uint64_t units; /* free ones, in all */
};

/*
 * Makes room for `extents` extents in all. 0, -ENOMEM (as before). Between two free extents lies an
 * allocated block, so room for one more than there are blocks means that giving back cannot fail.
 */
int chimaera_bdev_free_extents_reserve(struct chimaera_bdev_free_extents *free_extents,
                                       uint64_t extents);

/*
 * Takes up to `wanted` units that lie together: the first place that holds them all, else the
 * longest there is. Returns how many, 0 where nothing is free.
 */
uint64_t chimaera_bdev_free_extents_take(struct chimaera_bdev_free_extents *free_extents,
                                         uint64_t wanted, uint64_t *first);

/* Gives back units that were taken. Room must have been reserved. */
void chimaera_bdev_free_extents_put(struct chimaera_bdev_free_extents *free_extents, uint64_t first,
                                    uint64_t count);

void chimaera_bdev_free_extents_fini(struct chimaera_bdev_free_extents *free_extents);

#endif
