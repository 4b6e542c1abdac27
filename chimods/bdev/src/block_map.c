/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The block map. See block_map.h. The bits of `used` need no ordering: they are the whole message,
 * and whoever was given a block got it through a task, which orders what came before it.
 */
#include "block_map.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

/* The bits of `word` that lie in [first, end). */
static uint64_t word_mask(uint64_t word, uint64_t first, uint64_t end)
{
    uint64_t mask = UINT64_MAX;
    if (first > word * 64)
        mask &= UINT64_MAX << (first - word * 64);
    if (end < (word + 1) * 64)
        mask &= UINT64_MAX >> ((word + 1) * 64 - end);
    return mask;
}

static uint64_t used_word(const struct chimaera_bdev_map *map, uint64_t word)
{
    return atomic_load_explicit(&map->used[word], memory_order_relaxed);
}

static bool is_used(const struct chimaera_bdev_map *map, uint64_t unit)
{
    return used_word(map, unit / 64) >> unit % 64 & 1;
}

static bool is_start(const struct chimaera_bdev_map *map, uint64_t unit)
{
    return map->starts[unit / 64] >> unit % 64 & 1;
}

/* Only the owner writes, so a load and a store make a change. */
static void set_used(struct chimaera_bdev_map *map, uint64_t first, uint64_t end, bool used)
{
    for (uint64_t word = first / 64; word * 64 < end; word++) {
        uint64_t mask = word_mask(word, first, end), old = used_word(map, word);
        atomic_store_explicit(&map->used[word], used ? old | mask : old & ~mask,
                              memory_order_relaxed);
    }
}

static void set_start(struct chimaera_bdev_map *map, uint64_t first, uint64_t end)
{
    for (uint64_t word = first / 64; word * 64 < end; word++)
        map->starts[word] &= ~word_mask(word, first, end);
    map->starts[first / 64] |= (uint64_t)1 << first % 64;
}

static bool all_used(const struct chimaera_bdev_map *map, uint64_t first, uint64_t end)
{
    for (uint64_t word = first / 64; word * 64 < end; word++)
        if (~used_word(map, word) & word_mask(word, first, end))
            return false;
    return true;
}

static bool any_start(const struct chimaera_bdev_map *map, uint64_t first, uint64_t end)
{
    for (uint64_t word = first / 64; word * 64 < end; word++)
        if (map->starts[word] & word_mask(word, first, end))
            return true;
    return false;
}

int chimaera_bdev_map_init(struct chimaera_bdev_map *map, uint64_t size, uint32_t unit_shift)
{
    *map = (struct chimaera_bdev_map){.unit_shift = unit_shift};
    uint64_t units = size >> unit_shift, words = units / 64 + 1;
    map->used = calloc(words, sizeof *map->used);
    map->starts = calloc(words, sizeof *map->starts);
    if (map->used == NULL || map->starts == NULL ||
        chimaera_bdev_free_extents_reserve(&map->free, 1) < 0) {
        chimaera_bdev_map_fini(map);
        return -ENOMEM;
    }
    map->size = units << unit_shift;
    if (units > 0)
        chimaera_bdev_free_extents_put(&map->free, 0, units);
    return 0;
}

void chimaera_bdev_map_fini(struct chimaera_bdev_map *map)
{
    free(map->used);
    free(map->starts);
    chimaera_bdev_free_extents_fini(&map->free);
    *map = (struct chimaera_bdev_map){0};
}

uint64_t chimaera_bdev_map_remaining(const struct chimaera_bdev_map *map)
{
    return map->free.units << map->unit_shift;
}

int chimaera_bdev_map_allocate(struct chimaera_bdev_map *map, uint64_t size,
                               struct chimaera_bdev_block *block)
{
    uint64_t unit = (uint64_t)1 << map->unit_shift, first;
    /* Room for the extents that there can be once this block is there as well. */
    if (chimaera_bdev_free_extents_reserve(&map->free, map->blocks + 2) < 0)
        return -ENOMEM;
    uint64_t wanted = (size >> map->unit_shift) + (size & (unit - 1) ? 1 : 0);
    uint64_t count = chimaera_bdev_free_extents_take(&map->free, wanted, &first);
    if (count == 0)
        return -ENOSPC;
    set_start(map, first, first + count);
    set_used(map, first, first + count, true);
    map->blocks++;
    block->offset = first << map->unit_shift;
    block->size = count << map->unit_shift;
    return 0;
}

/* Whether this is a block as it was allocated. */
static int check_block(const struct chimaera_bdev_map *map, struct chimaera_bdev_block block)
{
    uint64_t unit = (uint64_t)1 << map->unit_shift;
    if (block.offset > map->size || block.size > map->size - block.offset)
        return -ERANGE;
    if (block.size == 0 || (block.offset | block.size) & (unit - 1))
        return -EINVAL;
    uint64_t first = block.offset >> map->unit_shift;
    uint64_t end = first + (block.size >> map->unit_shift);
    if (!is_used(map, first))
        return is_start(map, first) ? -EALREADY : -EINVAL;
    bool ends_there =
        end == map->size >> map->unit_shift || !is_used(map, end) || is_start(map, end);
    if (!is_start(map, first) || any_start(map, first + 1, end) || !ends_there ||
        !all_used(map, first, end))
        return -EINVAL;
    return 0;
}

int chimaera_bdev_map_free(struct chimaera_bdev_map *map, const struct chimaera_bdev_block *blocks,
                           size_t count)
{
    int rc = 0;
    size_t i;
    for (i = 0; i < count && rc == 0; i++) {
        rc = check_block(map, blocks[i]);
        if (rc == 0) /* at once, so that the same block again is found */
            set_used(map, blocks[i].offset >> map->unit_shift,
                     (blocks[i].offset + blocks[i].size) >> map->unit_shift, false);
    }
    if (rc < 0) {
        for (i--; i-- > 0;)
            set_used(map, blocks[i].offset >> map->unit_shift,
                     (blocks[i].offset + blocks[i].size) >> map->unit_shift, true);
        return rc;
    }
    for (i = 0; i < count; i++)
        chimaera_bdev_free_extents_put(&map->free, blocks[i].offset >> map->unit_shift,
                                       blocks[i].size >> map->unit_shift);
    map->blocks -= count;
    return 0;
}

int chimaera_bdev_map_check(const struct chimaera_bdev_map *map, struct chimaera_bdev_block range)
{
    if (range.offset > map->size || range.size > map->size - range.offset)
        return -ERANGE;
    if (range.size == 0)
        return 0;
    uint64_t first = range.offset >> map->unit_shift;
    uint64_t end = ((range.offset + range.size - 1) >> map->unit_shift) + 1;
    return all_used(map, first, end) ? 0 : -EINVAL;
}
