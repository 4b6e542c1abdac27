/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A set of units (64 KiB pieces of a segment) as a bitmap in private memory, with searches for runs
 * of adjacent units. Adjacent runs are one run without further work. The caller locks.
 */
#ifndef CHI_SHM_UNIT_MAP_H
#define CHI_SHM_UNIT_MAP_H

#include <stdbool.h>
#include <stdint.h>

#define CHI_UNIT_MAP_MAX (UINT32_C(1) << 31) /* units */

struct chi_unit_map {
    uint64_t *words;
    uint32_t units; /* the set holds numbers below this */
    uint32_t count; /* members */
};

/*
 * Initialises an empty set of numbers below `units`. Returns 0, -EINVAL above CHI_UNIT_MAP_MAX, or
 * -ENOMEM.
 */
int chi_unit_map_init(struct chi_unit_map *map, uint32_t units);
void chi_unit_map_fini(struct chi_unit_map *map);

static inline bool chi_unit_map_has(const struct chi_unit_map *map, uint32_t unit)
{
    return map->words[unit / 64] >> (unit % 64) & 1;
}

/* For add, no unit of [first, first + units) may be a member; for remove, all must be. */
void chi_unit_map_add(struct chi_unit_map *map, uint32_t first, uint32_t units);
void chi_unit_map_remove(struct chi_unit_map *map, uint32_t first, uint32_t units);

/* Finds the lowest run of members at or after `from`. Returns false if there is none. */
bool chi_unit_map_next_run(const struct chi_unit_map *map, uint32_t from, uint32_t *first,
                           uint32_t *units);

/* Finds the highest run of members. Returns false for the empty set. */
bool chi_unit_map_last_run(const struct chi_unit_map *map, uint32_t *first, uint32_t *units);

/*
 * Finds the shortest run with at least `units` members, the lowest of several. Returns false if
 * there is none.
 */
bool chi_unit_map_best_fit(const struct chi_unit_map *map, uint32_t units, uint32_t *first);

#endif
