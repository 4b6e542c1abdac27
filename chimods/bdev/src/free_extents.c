/* SPDX-License-Identifier: BSD-3-Clause */
/* Free extents. See free_extents.h. */
#include "free_extents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SCAN_MAX 16u /* extents examined in a class where some may be too short */

/* ---- classes */

static uint32_t class_of(uint64_t count)
{
    if (count < 16)
        return (uint32_t)count;
    uint32_t bit = 63u - (uint32_t)__builtin_clzll(count);
    return 16 + (bit - 4) * 8 + (uint32_t)(count >> (bit - 3) & 7);
}

static void link_extent(struct bdev_free_extents *f, uint32_t e)
{
    uint32_t class = class_of(f->extents[e].count);
    f->extents[e].previous = 0;
    f->extents[e].next = f->heads[class];
    if (f->heads[class] != 0)
        f->extents[f->heads[class]].previous = e;
    f->heads[class] = e;
    f->filled[class / 64] |= (uint64_t)1 << class % 64;
}

static void unlink_extent(struct bdev_free_extents *f, uint32_t e)
{
    const struct bdev_extent *extent = &f->extents[e];
    uint32_t class = class_of(extent->count);
    if (extent->next != 0)
        f->extents[extent->next].previous = extent->previous;
    if (extent->previous != 0)
        f->extents[extent->previous].next = extent->next;
    else
        f->heads[class] = extent->next;
    if (f->heads[class] == 0)
        f->filled[class / 64] &= ~((uint64_t)1 << class % 64);
}

/* Returns the first non-empty class from `class` on; BDEV_EXTENT_CLASSES: none. */
static uint32_t filled_from(const struct bdev_free_extents *f, uint32_t class)
{
    for (uint32_t word = class / 64; word < BDEV_EXTENT_CLASSES / 64; word++) {
        uint64_t bits = f->filled[word];
        if (word == class / 64)
            bits &= UINT64_MAX << class % 64;
        if (bits != 0)
            return word * 64 + (uint32_t)__builtin_ctzll(bits);
    }
    return BDEV_EXTENT_CLASSES;
}

static uint32_t longest(const struct bdev_free_extents *f)
{
    for (uint32_t word = BDEV_EXTENT_CLASSES / 64; word-- > 0;)
        if (f->filled[word] != 0)
            return f->heads[word * 64 + 63 - (uint32_t)__builtin_clzll(f->filled[word])];
    return 0;
}

/* ---- hash tables with open addressing; the key is an extent's first unit, or its end */

static uint64_t key_of(const struct bdev_free_extents *f, const uint32_t *table, uint32_t e)
{
    const struct bdev_extent *extent = &f->extents[e];
    return table == f->by_first ? extent->first : extent->first + extent->count;
}

static uint32_t home_of(const struct bdev_free_extents *f, uint64_t key)
{
    return (uint32_t)(key * 0x9E3779B97F4A7C15u >> 32) & (2 * f->capacity - 1);
}

/* Returns the slot of `key`, or the empty slot where it would be inserted. */
static uint32_t find(const struct bdev_free_extents *f, const uint32_t *table, uint64_t key)
{
    uint32_t slot = home_of(f, key);
    while (table[slot] != 0 && key_of(f, table, table[slot]) != key)
        slot = (slot + 1) & (2 * f->capacity - 1);
    return slot;
}

static void erase(struct bdev_free_extents *f, uint32_t *table, uint64_t key)
{
    uint32_t mask = 2 * f->capacity - 1;
    uint32_t hole = find(f, table, key);
    for (uint32_t slot = (hole + 1) & mask; table[slot] != 0; slot = (slot + 1) & mask) {
        uint32_t home = home_of(f, key_of(f, table, table[slot]));
        if (((slot - home) & mask) >= ((slot - hole) & mask)) {
            table[hole] = table[slot];
            hole = slot;
        }
    }
    table[hole] = 0;
}

/* ---- extents */

static void insert(struct bdev_free_extents *f, uint64_t first, uint64_t count)
{
    uint32_t e = f->spare;
    f->spare = f->extents[e].next;
    f->extents[e].first = first;
    f->extents[e].count = count;
    f->by_first[find(f, f->by_first, first)] = e;
    f->by_end[find(f, f->by_end, first + count)] = e;
    link_extent(f, e);
    f->units += count;
}

static struct bdev_extent remove_extent(struct bdev_free_extents *f, uint32_t e)
{
    const struct bdev_extent extent = f->extents[e];
    unlink_extent(f, e);
    erase(f, f->by_first, extent.first);
    erase(f, f->by_end, extent.first + extent.count);
    f->extents[e].next = f->spare;
    f->spare = e;
    f->units -= extent.count;
    return extent;
}

static void rebuild_tables(struct bdev_free_extents *f)
{
    for (uint32_t class = 0; class < BDEV_EXTENT_CLASSES; class ++) {
        for (uint32_t e = f->heads[class]; e != 0; e = f->extents[e].next) {
            const struct bdev_extent *extent = &f->extents[e];
            f->by_first[find(f, f->by_first, extent->first)] = e;
            f->by_end[find(f, f->by_end, extent->first + extent->count)] = e;
        }
    }
}

int bdev_free_extents_reserve(struct bdev_free_extents *f, uint64_t extents)
{
    if (extents < f->capacity)
        return 0;
    uint64_t capacity = f->capacity != 0 ? f->capacity * (uint64_t)2 : 64;
    while (capacity <= extents)
        capacity *= 2;
    if (capacity > UINT32_MAX / 4)
        return -ENOMEM;
    uint32_t *by_first = calloc(2 * capacity, sizeof *by_first);
    uint32_t *by_end = calloc(2 * capacity, sizeof *by_end);
    void *grown = by_first != NULL && by_end != NULL
                      ? realloc(f->extents, capacity * sizeof *f->extents)
                      : NULL;
    if (grown == NULL) {
        free(by_first);
        free(by_end);
        return -ENOMEM;
    }
    f->extents = grown;
    free(f->by_first);
    free(f->by_end);
    f->by_first = by_first;
    f->by_end = by_end;
    for (uint32_t e = f->capacity != 0 ? f->capacity : 1; e < capacity; e++) {
        f->extents[e].next = f->spare;
        f->spare = e;
    }
    f->capacity = (uint32_t)capacity;
    rebuild_tables(f);
    return 0;
}

/* Returns an extent of at least `wanted` units; 0: none was found. */
static uint32_t long_enough(const struct bdev_free_extents *f, uint64_t wanted)
{
    uint32_t class = class_of(wanted);
    uint32_t e = f->heads[class];
    for (uint32_t i = 0; e != 0 && i < SCAN_MAX; i++, e = f->extents[e].next)
        if (f->extents[e].count >= wanted)
            return e;
    uint32_t next =
        class + 1 < BDEV_EXTENT_CLASSES ? filled_from(f, class + 1) : BDEV_EXTENT_CLASSES;
    return next < BDEV_EXTENT_CLASSES ? f->heads[next] : 0;
}

uint64_t bdev_free_extents_take(struct bdev_free_extents *f, uint64_t wanted, uint64_t *first)
{
    if (f->units == 0 || wanted == 0)
        return 0;
    uint32_t e = long_enough(f, wanted);
    if (e == 0)
        e = longest(f);
    const struct bdev_extent found = remove_extent(f, e);
    uint64_t taken = found.count < wanted ? found.count : wanted;
    if (found.count > taken)
        insert(f, found.first + taken, found.count - taken);
    *first = found.first;
    return taken;
}

void bdev_free_extents_put(struct bdev_free_extents *f, uint64_t first, uint64_t count)
{
    uint32_t after = f->by_first[find(f, f->by_first, first + count)];
    if (after != 0)
        count += remove_extent(f, after).count;
    uint32_t before = f->by_end[find(f, f->by_end, first)];
    if (before != 0) {
        const struct bdev_extent extent = remove_extent(f, before);
        first = extent.first;
        count += extent.count;
    }
    insert(f, first, count);
}

void bdev_free_extents_fini(struct bdev_free_extents *f)
{
    free(f->extents);
    free(f->by_first);
    free(f->by_end);
    *f = (struct bdev_free_extents){0};
}
