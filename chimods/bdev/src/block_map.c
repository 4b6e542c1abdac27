/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The block map. See block_map.h. Accesses to `used` are relaxed: no other data depends on a bit,
 * and a client learns of a block through a task, which orders the allocation before its use.
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

static uint64_t used_word(const struct bdev_map *map, uint64_t word)
{
    return atomic_load_explicit(&map->used[word], memory_order_relaxed);
}

static bool is_used(const struct bdev_map *map, uint64_t unit)
{
    return used_word(map, unit / 64) >> unit % 64 & 1;
}

static bool is_start(const struct bdev_map *map, uint64_t unit)
{
    return map->starts[unit / 64] >> unit % 64 & 1;
}

/* Only the owner writes, so a load and a store need not be one atomic operation. */
static void set_used(struct bdev_map *map, uint64_t first, uint64_t end, bool used)
{
    for (uint64_t word = first / 64; word * 64 < end; word++) {
        uint64_t mask = word_mask(word, first, end), old = used_word(map, word);
        atomic_store_explicit(&map->used[word], used ? old | mask : old & ~mask,
                              memory_order_relaxed);
    }
}

static void set_start(struct bdev_map *map, uint64_t first, uint64_t end)
{
    for (uint64_t word = first / 64; word * 64 < end; word++)
        map->starts[word] &= ~word_mask(word, first, end);
    map->starts[first / 64] |= (uint64_t)1 << first % 64;
}

static bool all_used(const struct bdev_map *map, uint64_t first, uint64_t end)
{
    for (uint64_t word = first / 64; word * 64 < end; word++)
        if (~used_word(map, word) & word_mask(word, first, end))
            return false;
    return true;
}

static bool any_used(const struct bdev_map *map, uint64_t first, uint64_t end)
{
    for (uint64_t word = first / 64; word * 64 < end; word++)
        if (used_word(map, word) & word_mask(word, first, end))
            return true;
    return false;
}

static bool any_start(const struct bdev_map *map, uint64_t first, uint64_t end)
{
    for (uint64_t word = first / 64; word * 64 < end; word++)
        if (map->starts[word] & word_mask(word, first, end))
            return true;
    return false;
}

int bdev_map_init(struct bdev_map *map, uint64_t size, uint32_t unit_shift)
{
    *map = (struct bdev_map){.unit_shift = unit_shift, .units = size >> unit_shift};
    map->words = map->units / 64 + 1;
    map->used = calloc(map->words, sizeof *map->used);
    map->starts = calloc(map->words, sizeof *map->starts);
    if (map->used == NULL || map->starts == NULL) {
        bdev_map_fini(map);
        return -ENOMEM;
    }
    map->size = map->units << unit_shift;
    return 0;
}

void bdev_map_fini(struct bdev_map *map)
{
    free(map->used);
    free(map->starts);
    *map = (struct bdev_map){0};
}

void bdev_map_set(struct bdev_map *map, uint64_t first, uint64_t count)
{
    set_start(map, first, first + count);
    set_used(map, first, first + count, true);
}

void bdev_map_clear(struct bdev_map *map, uint64_t first, uint64_t count)
{
    set_used(map, first, first + count, false);
}

uint64_t bdev_map_next_used(const struct bdev_map *map, uint64_t from, bool used)
{
    for (uint64_t word = from / 64; word * 64 < map->units; word++) {
        uint64_t bits = used_word(map, word);
        bits = (used ? bits : ~bits) & word_mask(word, from, map->units);
        if (bits != 0)
            return word * 64 + (uint64_t)__builtin_ctzll(bits);
    }
    return map->units;
}

uint64_t bdev_map_blocks(const struct bdev_map *map)
{
    uint64_t blocks = 0;
    for (uint64_t word = 0; word < map->words; word++)
        blocks += (uint64_t)__builtin_popcountll(used_word(map, word) & map->starts[word]);
    return blocks;
}

bool bdev_map_is_sound(const struct bdev_map *map)
{
    uint64_t before = 0; /* 1: the last unit of the previous word is used */
    for (uint64_t word = 0; word < map->words; word++) {
        uint64_t used = used_word(map, word);
        if (used & ~(used << 1 | before) & ~map->starts[word])
            return false;
        before = used >> 63;
    }
    uint64_t last = map->units / 64; /* this word has at least one bit without a unit */
    return !((used_word(map, last) | map->starts[last]) & UINT64_MAX << map->units % 64);
}

bool bdev_map_is_free(const struct bdev_map *map, uint64_t first, uint64_t count)
{
    return !any_used(map, first, first + count);
}

bool bdev_map_is_block(const struct bdev_map *map, uint64_t first, uint64_t count)
{
    uint64_t end = first + count;
    bool ends_there = end == map->units || !is_used(map, end) || is_start(map, end);
    return is_start(map, first) && !any_start(map, first + 1, end) && ends_there &&
           all_used(map, first, end);
}

int bdev_map_check_block(const struct bdev_map *map, struct chimaera_bdev_block block)
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
    return bdev_map_is_block(map, first, end - first) ? 0 : -EINVAL;
}

int bdev_map_check(const struct bdev_map *map, uint64_t offset, uint64_t size)
{
    if (offset > map->size || size > map->size - offset)
        return -ERANGE;
    if (size == 0)
        return 0;
    uint64_t first = offset >> map->unit_shift;
    uint64_t end = ((offset + size - 1) >> map->unit_shift) + 1;
    return all_used(map, first, end) ? 0 : -EINVAL;
}
