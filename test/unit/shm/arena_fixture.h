/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of the arena share: an arena over a segment of its own, whose units come from a
 * table of extents, and the check that all of them came back.
 */
#ifndef CHI_TEST_ARENA_FIXTURE_H
#define CHI_TEST_ARENA_FIXTURE_H

#include "shm_fixture.h"

#include "shm/arena.h"
#include "shm/extents.h"

#define UNIT  ((uint64_t)CHI_ARENA_UNIT)
#define MIB   (UINT64_C(1) << 20)
#define OWNER 9
#define TAG   77

struct room {
    struct chi_segment_map map;
    struct chi_extents *extents;
    struct chi_arena *arena;
    unsigned calls; /* of grant; under the arena's mutex */
    int fail_with;  /* what grant returns, if not 0 */
};

static inline int room_grant(void *ctx, uint32_t units, uint32_t *first)
{
    struct room *room = ctx;

    room->calls++;
    return room->fail_with ? room->fail_with
                           : chi_extents_grant(room->extents, OWNER, units, first);
}

static inline void room_release(void *ctx, uint32_t first, uint32_t units)
{
    struct room *room = ctx;

    if (!chi_extents_owns(room->extents, OWNER, first * UNIT, units * UNIT))
        abort(); /* on any thread, so no assertion */
    chi_extents_free(room->extents, first, units);
}

static inline void room_init(struct room *room, uint64_t size)
{
    struct chi_extent_source source = {room_grant, room_release, room};

    memset(room, 0, sizeof(*room));
    room->map = shm_segment(size);
    assert_int_equal(chi_extents_create(&room->map, 1, &room->extents), 0);
    assert_int_equal(chi_arena_create(&source, room->map.base, size, &room->arena), 0);
}

static inline void room_fini(struct room *room)
{
    chi_arena_destroy(room->arena);
    chi_extents_destroy(room->extents);
    chi_segment_close(&room->map);
}

/* Ends the room, and checks that all its memory came back before. */
static inline void room_fini_empty(struct room *room)
{
    struct chi_arena_stats stats;

    chi_arena_trim(room->arena);
    chi_arena_stats(room->arena, &stats);
    assert_int_equal(stats.blocks, 0);
    assert_int_equal(stats.used_bytes, 0);
    assert_int_equal(stats.granted_bytes, 0);
    assert_int_equal(chi_extents_owner_bytes(room->extents, OWNER), 0);
    room_fini(room);
}

static inline struct chi_arena_cache *cache_of(struct room *room)
{
    struct chi_arena_cache *cache;
    assert_int_equal(chi_arena_cache_create(room->arena, &cache), 0);
    return cache;
}

static inline uint64_t alloc(struct chi_arena_cache *cache, size_t size)
{
    uint64_t offset = UINT64_MAX;
    assert_int_equal(chi_arena_alloc(cache, size, TAG, &offset), 0);
    return offset;
}

static inline uint64_t used_blocks(struct room *room)
{
    struct chi_arena_stats stats;
    chi_arena_stats(room->arena, &stats);
    return stats.blocks;
}

/* Mostly small, now and then several units. */
static inline size_t random_size(unsigned *seed)
{
    unsigned kind = (unsigned)rand_r(seed) % 100;
    unsigned value = (unsigned)rand_r(seed);

    return 1 + (kind < 70 ? value % 1024 : kind < 97 ? value % 40000 : value % 400000);
}

#endif
