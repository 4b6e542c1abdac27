/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs of units in a bitmap. Used by the table of extents and by arenas, under their locks. A
 * search checks 64 units at a time: a gigabyte is 256 words.
 */
#include "shm/unit_map.h"

#include <errno.h>
#include <stdlib.h>

int chi_unit_map_init(struct chi_unit_map *map, uint32_t units)
{
    if (units > CHI_UNIT_MAP_MAX)
        return -EINVAL;
    map->words = calloc(units / 64 + 1, sizeof(*map->words));
    if (map->words == NULL)
        return -ENOMEM;
    map->units = units;
    map->count = 0;
    return 0;
}

void chi_unit_map_fini(struct chi_unit_map *map)
{
    free(map->words);
    map->words = NULL;
}

/* The bits of [unit, end) in the word that contains `unit`. */
static uint64_t word_mask(uint32_t unit, uint32_t end)
{
    uint64_t mask = ~UINT64_C(0) << (unit % 64);
    uint32_t word_end = (unit | 63) + 1;

    if (end < word_end)
        mask &= ~UINT64_C(0) >> (word_end - end);
    return mask;
}

void chi_unit_map_add(struct chi_unit_map *map, uint32_t first, uint32_t units)
{
    uint32_t end = first + units;

    for (uint32_t unit = first; unit < end; unit = (unit | 63) + 1)
        map->words[unit / 64] |= word_mask(unit, end);
    map->count += units;
}

void chi_unit_map_remove(struct chi_unit_map *map, uint32_t first, uint32_t units)
{
    uint32_t end = first + units;

    for (uint32_t unit = first; unit < end; unit = (unit | 63) + 1)
        map->words[unit / 64] &= ~word_mask(unit, end);
    map->count -= units;
}

/* The first unit at or after `from` that is (flip 0) or is not (flip ~0) a member, or `units`. */
static uint32_t seek(const struct chi_unit_map *map, uint32_t from, uint64_t flip)
{
    while (from < map->units) {
        uint64_t word = (map->words[from / 64] ^ flip) >> (from % 64);
        if (word) {
            from += (uint32_t)__builtin_ctzll(word);
            return from < map->units ? from : map->units;
        }
        from = (from | 63) + 1;
    }
    return map->units;
}

bool chi_unit_map_next_run(const struct chi_unit_map *map, uint32_t from, uint32_t *first,
                           uint32_t *units)
{
    *first = seek(map, from, 0);
    if (*first == map->units)
        return false;
    *units = seek(map, *first, ~UINT64_C(0)) - *first;
    return true;
}

bool chi_unit_map_last_run(const struct chi_unit_map *map, uint32_t *first, uint32_t *units)
{
    uint32_t last, unit;
    uint32_t word = map->units / 64;

    if (map->count == 0)
        return false;
    while (map->words[word] == 0)
        word--;
    last = word * 64 + 63 - (uint32_t)__builtin_clzll(map->words[word]);
    unit = last;
    while (unit > 0 && chi_unit_map_has(map, unit - 1)) {
        if (unit % 64 == 0 && map->words[unit / 64 - 1] == ~UINT64_C(0))
            unit -= 64;
        else
            unit--;
    }
    *first = unit;
    *units = last - unit + 1;
    return true;
}

bool chi_unit_map_best_fit(const struct chi_unit_map *map, uint32_t units, uint32_t *first)
{
    uint32_t best = UINT32_MAX;
    uint32_t run = 0, length;

    if (units == 0 || units > map->count)
        return false;
    for (uint32_t from = 0; chi_unit_map_next_run(map, from, &run, &length); from = run + length) {
        if (length >= units && length < best) {
            best = length;
            *first = run;
            if (length == units)
                break;
        }
    }
    return best != UINT32_MAX;
}
