/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Block map: which units of a device are allocated, and as which blocks. Blocks are allocated and
 * freed on one lane, the owner. bdev_map_check() may run on any thread, since it reads only one
 * atomic bit per unit.
 */
#ifndef CHIMAERA_BDEV_BLOCK_MAP_H
#define CHIMAERA_BDEV_BLOCK_MAP_H

#include <chimaera/bdev/bdev_tasks.h>

/* Zeroed: a device of 0 bytes. */
struct bdev_map {
    uint64_t size; /* bytes, whole units; constant, as the next three */
    uint64_t units;
    uint64_t words;             /* of each of the bit maps */
    uint32_t unit_shift;        /* log2 of the bytes of a unit */
    CHI_ATOMIC(uint64_t) *used; /* a bit per unit; the owner writes, all read */
    uint64_t *starts;           /* a bit per unit: a block begins here; stays set when it is freed,
                                   until the unit is allocated again; owner only */
};

/* Makes a map of `size` bytes, all free, in units of 2^unit_shift bytes; an incomplete last unit is
 * not used. Returns 0 or -ENOMEM. */
int bdev_map_init(struct bdev_map *map, uint64_t size, uint32_t unit_shift);
void bdev_map_fini(struct bdev_map *map);

/* Marks these units as one block, or as free. Owner; the units must exist. */
void bdev_map_set(struct bdev_map *map, uint64_t first, uint64_t count);
void bdev_map_clear(struct bdev_map *map, uint64_t first, uint64_t count);

/* Returns the first unit from `from` on that is in use, or, with `used` false, free; map->units
 * where there is none. Owner. */
uint64_t bdev_map_next_used(const struct bdev_map *map, uint64_t from, bool used);

/* Returns the number of blocks. Reads the whole map. Owner. */
uint64_t bdev_map_blocks(const struct bdev_map *map);

/* Whether all units in use exist and belong to blocks; false only for a map that this module did
 * not write. Reads the whole map. Owner. */
bool bdev_map_is_sound(const struct bdev_map *map);

/* Whether these units, which must exist, are all free, or are exactly one block. Owner. */
bool bdev_map_is_free(const struct bdev_map *map, uint64_t first, uint64_t count);
bool bdev_map_is_block(const struct bdev_map *map, uint64_t first, uint64_t count);

/*
 * Checks that this is a block exactly as it was allocated. Owner.
 * Returns:
 *   0
 *   -ERANGE    beyond the end of the device
 *   -EALREADY  a block that began there was freed
 *   -EINVAL    not an allocated block
 */
int bdev_map_check_block(const struct bdev_map *map, struct chimaera_bdev_block block);

/*
 * Checks that a range of bytes is allocated, in one block or several. Any thread.
 * Returns:
 *   0
 *   -ERANGE  beyond the end of the device
 *   -EINVAL  a part is not allocated
 */
int bdev_map_check(const struct bdev_map *map, uint64_t offset, uint64_t size);

#endif
