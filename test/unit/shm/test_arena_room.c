/* SPDX-License-Identifier: BSD-3-Clause */
/* Where an arena gets its units, when it gives them back, and what happens when there are none. */
#include "arena_fixture.h"

#define KEPT (16 * MIB) /* idle units that an arena does not give back by itself */

static void exhaust_and_recover(uint64_t segment_size, size_t size)
{
    struct room room;
    struct chi_arena_cache *cache, *other;
    uint64_t offset, kept;
    uint64_t counts[2];
    uint64_t *blocks = malloc(segment_size / size * sizeof(*blocks));

    assert_non_null(blocks);
    room_init(&room, segment_size);
    cache = cache_of(&room);
    other = cache_of(&room);
    kept = alloc(other, 100); /* and its cache keeps some more of the class */
    for (int round = 0; round < 2; round++) {
        uint64_t count = 0;
        unsigned calls;
        int rc;
        while ((rc = chi_arena_alloc(cache, size, TAG, &offset)) == 0)
            blocks[count++] = offset;
        assert_int_equal(rc, -ENOMEM);
        counts[round] = count;
        assert_true(count * chi_arena_block_size(room.arena, blocks[0]) >= segment_size / 2);
        calls = room.calls;
        assert_int_equal(chi_arena_alloc(cache, size, TAG, &offset), -ENOMEM);
        assert_true(room.calls <= calls + 3); /* it does not go on asking */
        assert_int_equal(chi_arena_free(other, alloc(other, 100), TAG), 0); /* others go on */
        assert_int_equal(chi_arena_free(cache, blocks[count / 2], TAG), 0);
        assert_int_equal(chi_arena_alloc(cache, size, TAG, &blocks[count / 2]), 0);
        while (count > 0)
            assert_int_equal(chi_arena_free(cache, blocks[--count], TAG), 0);
        assert_int_equal(used_blocks(&room), 1);
    }
    assert_int_equal(counts[0], counts[1]);
    assert_int_equal(chi_arena_free(other, kept, TAG), 0);
    chi_arena_cache_destroy(cache);
    chi_arena_cache_destroy(other);
    room_fini_empty(&room);
    free(blocks);
}

static void exhaustion_is_enomem_and_freeing_brings_all_back(void **state)
{
    const size_t sizes[] = {64, 100, 640, 5000, 32768, 32769, 65536, 300000, 3 * MIB};
    (void)state;

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        exhaust_and_recover(24 * MIB + 5 * UNIT, sizes[i]);
}

static void room_left_by_one_size_serves_all_others(void **state)
{
    const size_t sizes[] = {64, 32768, 9 * MIB, 256, 20 * MIB, 5000};
    struct room room;
    struct chi_arena_cache *cache;
    uint64_t offset;
    (void)state;

    room_init(&room, 24 * MIB);
    cache = cache_of(&room);
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        uint64_t bytes = 0;
        while (chi_arena_alloc(cache, sizes[i], TAG, &offset) == 0)
            bytes += sizes[i];
        assert_true(bytes >= 18 * MIB);
        assert_true(chi_arena_reclaim_all(cache, TAG) > 0);
    }
    chi_arena_cache_destroy(cache);
    room_fini_empty(&room);
}

static void sizes_beyond_the_segment_are_enomem(void **state)
{
    const size_t sizes[] = {8 * MIB, 8 * MIB + 1, SIZE_MAX, SIZE_MAX - UNIT, SIZE_MAX / 2};
    struct room room;
    struct chi_arena_cache *cache;
    uint64_t offset = 1234;
    (void)state;

    room_init(&room, 8 * MIB); /* of which one unit is reserved */
    cache = cache_of(&room);
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        assert_int_equal(chi_arena_alloc(cache, sizes[i], TAG, &offset), -ENOMEM);
    assert_int_equal(offset, 1234);
    assert_int_equal(chi_arena_free(cache, alloc(cache, 8 * MIB - UNIT), TAG), 0);
    chi_arena_cache_destroy(cache);
    room_fini_empty(&room);
}

static void errors_of_the_source_are_passed_on(void **state)
{
    struct room room;
    struct chi_arena_cache *cache;
    uint64_t offset;
    (void)state;

    room_init(&room, 8 * MIB);
    cache = cache_of(&room);
    room.fail_with = -EPIPE;
    assert_int_equal(chi_arena_alloc(cache, 64, TAG, &offset), -EPIPE);
    assert_int_equal(chi_arena_alloc(cache, MIB, TAG, &offset), -EPIPE);
    assert_int_equal(room.calls, 2);
    room.fail_with = 0;
    assert_int_equal(chi_arena_free(cache, alloc(cache, 64), TAG), 0);
    assert_int_equal(chi_arena_free(cache, alloc(cache, MIB), TAG), 0);
    chi_arena_cache_destroy(cache);
    room_fini_empty(&room);
}

static int foreign_grant(void *ctx, uint32_t units, uint32_t *first)
{
    (void)units;
    *first = *(uint32_t *)ctx;
    return 0;
}

static void a_grant_that_cannot_be_is_refused(void **state)
{
    uint32_t answer = 127;
    struct chi_extent_source source = {foreign_grant, NULL, &answer};
    struct chi_arena *arena;
    struct chi_arena_cache *cache;
    uint64_t offset;
    (void)state;

    assert_int_equal(chi_arena_create(&source, NULL, 128 * UNIT, &arena), 0);
    assert_int_equal(chi_arena_cache_create(arena, &cache), 0);
    assert_true(chi_arena_alloc(cache, 64, TAG, &offset) < 0); /* past the end */
    answer = UINT32_MAX;
    assert_true(chi_arena_alloc(cache, 64, TAG, &offset) < 0);
    answer = 8;
    assert_int_equal(chi_arena_alloc(cache, 2 * UNIT, TAG, &offset), 0);
    assert_true(chi_arena_alloc(cache, UNIT, TAG, &offset) < 0); /* what is ours already */
    chi_arena_destroy(arena);                                    /* with its cache */
}

static void many_small_blocks_take_few_grants(void **state)
{
    struct room room;
    struct chi_arena_cache *cache;
    (void)state;

    room_init(&room, 64 * MIB);
    cache = cache_of(&room);
    for (uint64_t i = 0; i < 32 * MIB / 256; i++)
        alloc(cache, 256);
    assert_true(room.calls <= 16);
    assert_int_equal(chi_arena_reclaim_all(cache, TAG), 32 * MIB / 256);
    chi_arena_cache_destroy(cache);
    room_fini_empty(&room);
}

static void freed_memory_beyond_what_is_kept_goes_back_by_itself(void **state)
{
    struct room room;
    struct chi_arena_cache *cache;
    struct chi_arena_stats stats;
    uint64_t large, other;
    (void)state;

    room_init(&room, 256 * MIB);
    cache = cache_of(&room);
    other = alloc(cache, 100);
    large = alloc(cache, 100 * MIB);
    chi_arena_stats(room.arena, &stats);
    assert_int_equal(stats.blocks, 2);
    assert_int_equal(stats.used_bytes, 128 + 100 * MIB);
    assert_int_equal(stats.granted_bytes, chi_extents_owner_bytes(room.extents, OWNER));
    assert_int_equal(chi_arena_free(cache, large, TAG), 0);
    assert_true(chi_extents_owner_bytes(room.extents, OWNER) <= KEPT + UNIT);
    for (int i = 0; i < 100000; i++)
        alloc(cache, 1024);
    assert_int_equal(chi_arena_reclaim_all(cache, TAG), 100001);
    assert_true(chi_extents_owner_bytes(room.extents, OWNER) <= KEPT + 8 * UNIT);
    (void)other;
    chi_arena_trim(room.arena);
    assert_true(chi_extents_owner_bytes(room.extents, OWNER) <= 8 * UNIT); /* cached blocks' */
    chi_arena_cache_destroy(cache);
    room_fini_empty(&room);
}

static void what_is_kept_serves_the_next_block_without_a_grant(void **state)
{
    struct room room;
    struct chi_arena_cache *cache;
    uint64_t first;
    (void)state;

    room_init(&room, 64 * MIB);
    cache = cache_of(&room);
    first = alloc(cache, 4 * MIB);
    assert_int_equal(chi_arena_free(cache, first, TAG), 0);
    for (int i = 0; i < 10; i++) {
        uint64_t again = alloc(cache, 4 * MIB);
        assert_int_equal(again, first);
        assert_int_equal(chi_arena_free(cache, again, TAG), 0);
    }
    assert_int_equal(room.calls, 1);
    chi_arena_cache_destroy(cache);
    room_fini_empty(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHM_TEST(exhaustion_is_enomem_and_freeing_brings_all_back),
        SHM_TEST(room_left_by_one_size_serves_all_others),
        SHM_TEST(sizes_beyond_the_segment_are_enomem),
        SHM_TEST(errors_of_the_source_are_passed_on),
        SHM_TEST(a_grant_that_cannot_be_is_refused),
        SHM_TEST(many_small_blocks_take_few_grants),
        SHM_TEST(freed_memory_beyond_what_is_kept_goes_back_by_itself),
        SHM_TEST(what_is_kept_serves_the_next_block_without_a_grant),
    };

    return cmocka_run_group_tests_name("arena_room", tests, NULL, NULL);
}
