/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Block map: which parts of a device are allocated, and as which blocks. Blocks are made, freed and
 * counted on one lane (the "owner"); chimaera_bdev_map_check() is for any thread at any time, since
 * it reads one atomic bit per unit of alignment and nothing else that changes.
 */
#ifndef CHIMAERA_BDEV_BLOCK_MAP_H
#define CHIMAERA_BDEV_BLOCK_MAP_H

#include "free_extents.h"
#include <chimaera/bdev/bdev_tasks.h>

/* Zeroed: a device without a byte. */
struct chimaera_bdev_map {
    uint64_t size;              /* bytes, whole units; does not change */
    uint32_t unit_shift;        /* log2 of a unit's bytes; does not change */
    CHI_ATOMIC(uint64_t) *used; /* a bit per unit; the owner writes, all read */
    uint64_t *starts;           /* a bit per unit: a block begins here; stays set when it is freed,
                                   until the unit is allocated anew; the owner's, as all below */
    struct chimaera_bdev_free_extents free;
    uint64_t blocks; /* allocated */
};

/* A map of `size` bytes, all free, in units of 2^unit_shift bytes; a last part of a unit is not
 * used. 0, -ENOMEM. */
int chimaera_bdev_map_init(struct chimaera_bdev_map *map, uint64_t size, uint32_t unit_shift);
void chimaera_bdev_map_fini(struct chimaera_bdev_map *map);

/* Bytes that can be allocated. Owner. */
uint64_t chimaera_bdev_map_remaining(const struct chimaera_bdev_map *map);

/*
 * Allocates one block of `size` bytes, rounded up to whole units, or the longest there is where no
 * place holds so much. Owner. 0, -ENOSPC (nothing is free), -ENOMEM.
 */
int chimaera_bdev_map_allocate(struct chimaera_bdev_map *map, uint64_t size,
                               struct chimaera_bdev_block *block);

/*
 * Frees blocks as they were allocated: all of them, or none in case of an error. Owner. 0; -ERANGE
 * (beyond the device); -EALREADY (such a block was freed before, or stands here twice); -EINVAL (no
 * block that is allocated).
 */
int chimaera_bdev_map_free(struct chimaera_bdev_map *map, const struct chimaera_bdev_block *blocks,
                           size_t count);

/*
 * Whether a range of bytes lies in allocated space, whatever blocks that is made of. Any thread.
 * 0, -ERANGE (beyond the device), -EINVAL (not allocated).
 */
int chimaera_bdev_map_check(const struct chimaera_bdev_map *map, struct chimaera_bdev_block range);

#endif
