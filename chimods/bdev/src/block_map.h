/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Block map: which parts of a device are allocated, and as which blocks. Blocks are made and freed
 * on one lane (the "owner"); bdev_map_check() is for any thread at any time, since it reads one
 * atomic bit per unit of alignment and nothing else that changes.
 */
#ifndef CHIMAERA_BDEV_BLOCK_MAP_H
#define CHIMAERA_BDEV_BLOCK_MAP_H

#include <chimaera/bdev/bdev_tasks.h>

/* Zeroed: a device without a byte. */
struct bdev_map {
    uint64_t size; /* bytes, whole units; does not change, as the next three */
    uint64_t units;
    uint64_t words;             /* of each of the bit maps */
    uint32_t unit_shift;        /* log2 of a unit's bytes */
    CHI_ATOMIC(uint64_t) *used; /* a bit per unit; the owner writes, all read */
    uint64_t *starts;           /* a bit per unit: a block begins here; stays set when it is freed,
                                   until the unit is allocated anew; the owner's */
};

/* A map of `size` bytes, all free, in units of 2^unit_shift bytes; a last part of a unit is not
 * used. 0, -ENOMEM. */
int bdev_map_init(struct bdev_map *map, uint64_t size, uint32_t unit_shift);
void bdev_map_fini(struct bdev_map *map);

/* Makes these units one block, or frees them. Owner; the units must exist. */
void bdev_map_set(struct bdev_map *map, uint64_t first, uint64_t count);
void bdev_map_clear(struct bdev_map *map, uint64_t first, uint64_t count);

/* The first unit from `from` on that is used, or is not; map->units where there is none. Owner. */
uint64_t bdev_map_next_used(const struct bdev_map *map, uint64_t from, bool used);

/* How many blocks there are. Looks at all of the map. Owner. */
uint64_t bdev_map_blocks(const struct bdev_map *map);

/* Whether units in use exist and belong to blocks, as they do unless somebody else wrote the map.
 * Looks at all of it. Owner. */
bool bdev_map_is_sound(const struct bdev_map *map);

/* Whether these units, which must exist, are free; or are one whole block. Owner. */
bool bdev_map_is_free(const struct bdev_map *map, uint64_t first, uint64_t count);
bool bdev_map_is_block(const struct bdev_map *map, uint64_t first, uint64_t count);

/*
 * Whether this is a block as it was allocated. Owner. 0; -ERANGE (beyond the device); -EALREADY
 * (such a block was freed before); -EINVAL (no block that is allocated).
 */
int bdev_map_check_block(const struct bdev_map *map, struct chimaera_bdev_block block);

/*
 * Whether a range of bytes lies in allocated space, whatever blocks that is made of. Any thread.
 * 0, -ERANGE (beyond the device), -EINVAL (not allocated).
 */
int bdev_map_check(const struct bdev_map *map, uint64_t offset, uint64_t size);

#endif
