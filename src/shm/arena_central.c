/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Units of an arena and the blocks carved from them. Called by arena.c with the arena's mutex held,
 * on any thread. Nothing here allocates private memory, so no operation fails halfway.
 */
#include "shm/arena_central.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "chimaera/status.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

#define GRANT_MAX       64u  /* units; also the longest run that is touched in one call */
#define IDLE_KEEP_LEAST 256u /* units */

static void set_kind(struct chi_arena *arena, uint32_t first, uint32_t units, uint8_t kind)
{
    for (uint32_t unit = first; unit < first + units; unit++)
        atomic_store_explicit(&arena->classes[unit], kind, memory_order_relaxed);
}

static uint8_t get_kind(const struct chi_arena *arena, uint32_t unit)
{
    return atomic_load_explicit(&arena->classes[unit], memory_order_relaxed);
}

void chi_arena_central_release(struct chi_arena *arena, uint32_t keep)
{
    uint32_t first, units;

    /* From the top of the segment, so that the units in use stay close together. */
    while (arena->idle.count > keep && chi_unit_map_last_run(&arena->idle, &first, &units)) {
        uint32_t excess = arena->idle.count - keep;
        if (units > excess) {
            first += units - excess;
            units = excess;
        }
        chi_unit_map_remove(&arena->idle, first, units);
        set_kind(arena, first, units, CHI_ARENA_UNIT_OTHER);
        arena->granted -= units;
        arena->source.release(arena->source.ctx, first, units);
    }
}

static void make_idle(struct chi_arena *arena, uint32_t first, uint32_t units)
{
    uint32_t keep;

    set_kind(arena, first, units, CHI_ARENA_UNIT_IDLE);
    chi_unit_map_add(&arena->idle, first, units);
    keep = (arena->granted - arena->idle.count) / 4;
    if (keep < IDLE_KEEP_LEAST)
        keep = IDLE_KEEP_LEAST;
    /* Releases a quarter at once: each release costs a message. */
    if (arena->idle.count > keep)
        chi_arena_central_release(arena, keep - keep / 4);
}

/* Whether the source may grant this run: it is inside the segment and not already granted. */
static int check_run(const struct chi_arena *arena, uint32_t first, uint32_t units)
{
    if (first >= arena->units || units > arena->units - first)
        return CHI_EPROTOCOL;
    for (uint32_t unit = first; unit < first + units; unit++)
        if (get_kind(arena, unit) != CHI_ARENA_UNIT_OTHER)
            return CHI_EPROTOCOL;
    return 0;
}

/* Requests `ask` units from the source, or fewer, but at least `need`; they become idle. */
static int grant(struct chi_arena *arena, uint32_t need, uint32_t ask)
{
    uint32_t first;
    int rc;

    for (;; ask = ask / 2 > need ? ask / 2 : need) {
        rc = arena->source.grant(arena->source.ctx, ask, &first);
        if (rc != -ENOMEM || ask == need)
            break;
    }
    if (rc == -ENOMEM)
        arena->next_grant = 1;
    if (rc < 0)
        return rc;
    rc = check_run(arena, first, ask);
    if (rc < 0)
        return rc;
    arena->granted += ask;
    set_kind(arena, first, ask, CHI_ARENA_UNIT_IDLE);
    chi_unit_map_add(&arena->idle, first, ask);
    /* The memory exists; this fills the page tables of the process in advance. Failure is harmless.
     */
    if (arena->base != NULL && ask <= GRANT_MAX)
        madvise(arena->base + (size_t)first * CHI_ARENA_UNIT, (size_t)ask * CHI_ARENA_UNIT,
                MADV_POPULATE_WRITE);
    return 0;
}

static void list_push(struct chi_arena *arena, unsigned class_index, uint32_t unit)
{
    uint32_t next = arena->partial[class_index];

    arena->table[unit].prev = CHI_ARENA_NO_UNIT;
    arena->table[unit].next = next;
    if (next != CHI_ARENA_NO_UNIT)
        arena->table[next].prev = unit;
    arena->partial[class_index] = unit;
}

static void list_remove(struct chi_arena *arena, unsigned class_index, uint32_t unit)
{
    uint32_t prev = arena->table[unit].prev;
    uint32_t next = arena->table[unit].next;

    if (prev != CHI_ARENA_NO_UNIT)
        arena->table[prev].next = next;
    else
        arena->partial[class_index] = next;
    if (next != CHI_ARENA_NO_UNIT)
        arena->table[next].prev = prev;
}

/* Divides an idle unit into free blocks of the class. Their tags are 0 already. */
static void carve(struct chi_arena *arena, unsigned class_index, uint32_t index)
{
    struct chi_arena_unit *unit = &arena->table[index];
    uint32_t granules = chi_arena_class_size(class_index) / CHI_ARENA_ALIGN;

    memset(unit->free, 0, sizeof(unit->free));
    unit->capacity = (uint16_t)(CHI_ARENA_UNIT_GRANULES / granules);
    unit->free_count = unit->capacity;
    for (uint32_t block = 0; block < unit->capacity; block++)
        unit->free[block * granules / 64] |= UINT64_C(1) << (block * granules % 64);
    set_kind(arena, index, 1, (uint8_t)class_index);
}

/* Finds a unit of the class with free blocks and adds it to the partial list. 0 or a code. */
static int find_unit(struct chi_arena *arena, unsigned class_index, bool may_grant, uint32_t *unit)
{
    int rc;

    *unit = arena->partial[class_index];
    if (*unit != CHI_ARENA_NO_UNIT)
        return 0;
    *unit = arena->spare[class_index];
    if (*unit != CHI_ARENA_NO_UNIT) {
        arena->spare[class_index] = CHI_ARENA_NO_UNIT;
        list_push(arena, class_index, *unit);
        return 0;
    }
    if (arena->idle.count == 0) {
        if (!may_grant)
            return -ENOMEM;
        rc = grant(arena, 1, arena->next_grant);
        if (rc < 0)
            return rc;
        arena->next_grant = arena->next_grant < CHI_ARENA_GRANT_FIRST ? CHI_ARENA_GRANT_FIRST
                            : arena->next_grant * 2 < GRANT_MAX       ? arena->next_grant * 2
                                                                      : GRANT_MAX;
    }
    chi_unit_map_best_fit(&arena->idle, 1, unit);
    chi_unit_map_remove(&arena->idle, *unit, 1);
    carve(arena, class_index, *unit);
    list_push(arena, class_index, *unit);
    return 0;
}

int chi_arena_central_take(struct chi_arena *arena, unsigned class_index, uint32_t want,
                           uint64_t *offsets)
{
    uint32_t count = 0, index;

    while (count < want) {
        struct chi_arena_unit *unit;
        int rc = find_unit(arena, class_index, count == 0, &index);
        if (rc < 0) {
            if (count > 0)
                break;
            return rc;
        }
        unit = &arena->table[index];
        for (uint32_t word = 0; word < CHI_ARENA_UNIT_GRANULES / 64 && count < want; word++) {
            while (unit->free[word] && count < want) {
                uint32_t granule = word * 64 + (uint32_t)__builtin_ctzll(unit->free[word]);
                unit->free[word] &= unit->free[word] - 1;
                unit->free_count--;
                offsets[count++] =
                    (uint64_t)index * CHI_ARENA_UNIT + (uint64_t)granule * CHI_ARENA_ALIGN;
            }
        }
        if (unit->free_count == 0)
            list_remove(arena, class_index, index);
    }
    arena->taken[class_index] += count;
    return (int)count;
}

void chi_arena_central_put(struct chi_arena *arena, uint64_t offset)
{
    uint32_t index = (uint32_t)(offset / CHI_ARENA_UNIT);
    uint32_t granule = (uint32_t)(offset % CHI_ARENA_UNIT / CHI_ARENA_ALIGN);
    struct chi_arena_unit *unit = &arena->table[index];
    unsigned class_index = get_kind(arena, index);

    unit->free[granule / 64] |= UINT64_C(1) << (granule % 64);
    if (unit->free_count++ == 0)
        list_push(arena, class_index, index);
    arena->taken[class_index]--;
    if (unit->free_count < unit->capacity)
        return;
    list_remove(arena, class_index, index);
    if (arena->spare[class_index] == CHI_ARENA_NO_UNIT)
        arena->spare[class_index] = index;
    else
        make_idle(arena, index, 1);
}

int chi_arena_central_take_long(struct chi_arena *arena, uint32_t units, uint64_t *offset)
{
    uint32_t first;
    int rc;

    if (!chi_unit_map_best_fit(&arena->idle, units, &first)) {
        rc = grant(arena, units, units);
        if (rc < 0)
            return rc;
        chi_unit_map_best_fit(&arena->idle, units, &first);
    }
    chi_unit_map_remove(&arena->idle, first, units);
    set_kind(arena, first, 1, CHI_ARENA_UNIT_LONG);
    set_kind(arena, first + 1, units - 1, CHI_ARENA_UNIT_BODY);
    atomic_store_explicit(&arena->table[first].length, units, memory_order_relaxed);
    arena->long_units += units;
    arena->long_blocks++;
    *offset = (uint64_t)first * CHI_ARENA_UNIT;
    return 0;
}

void chi_arena_central_put_long(struct chi_arena *arena, uint64_t offset)
{
    uint32_t first = (uint32_t)(offset / CHI_ARENA_UNIT);
    uint32_t units = atomic_load_explicit(&arena->table[first].length, memory_order_relaxed);

    arena->long_units -= units;
    arena->long_blocks--;
    make_idle(arena, first, units);
}

void chi_arena_central_squeeze(struct chi_arena *arena)
{
    for (unsigned class_index = 0; class_index < CHI_ARENA_CLASS_COUNT; class_index++) {
        uint32_t unit = arena->spare[class_index];
        if (unit != CHI_ARENA_NO_UNIT) {
            arena->spare[class_index] = CHI_ARENA_NO_UNIT;
            make_idle(arena, unit, 1);
        }
    }
}
