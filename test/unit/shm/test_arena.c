/* SPDX-License-Identifier: BSD-3-Clause */
/* Blocks: sizes, contents, and what is no block. */
#include "arena_fixture.h"

static void every_size_has_the_least_class_that_holds_it(void **state)
{
    (void)state;
    for (size_t size = 1; size <= CHI_ARENA_CLASS_MAX; size++) {
        unsigned class_index = chi_arena_class_of(size);
        if (class_index >= CHI_ARENA_CLASS_COUNT || chi_arena_class_size(class_index) < size ||
            (class_index > 0 && chi_arena_class_size(class_index - 1) >= size))
            fail_msg("size %zu has class %u", size, class_index);
    }
    for (unsigned class_index = 0; class_index < CHI_ARENA_CLASS_COUNT; class_index++)
        assert_int_equal(chi_arena_class_size(class_index) % CHI_ARENA_ALIGN, 0);
    assert_int_equal(chi_arena_class_size(CHI_ARENA_CLASS_COUNT - 1), CHI_ARENA_CLASS_MAX);
}

static void blocks_of_every_size_are_aligned_granted_and_large_enough(void **state)
{
    struct room room;
    struct chi_arena_cache *cache;
    (void)state;

    room_init(&room, 512 * MIB);
    cache = cache_of(&room);
    for (uint64_t size = 1; size <= 300 * MIB; size += size / 7 + 1) {
        uint64_t offset = alloc(cache, size);
        uint64_t usable = chi_arena_block_size(room.arena, offset);
        assert_true(usable >= size);
        assert_int_equal(offset % (size > CHI_ARENA_CLASS_MAX ? UNIT : 64), 0);
        assert_true(chi_extents_owns(room.extents, OWNER, offset, usable));
        if (size <= CHI_ARENA_CLASS_MAX)
            assert_int_equal(offset / UNIT, (offset + usable - 1) / UNIT);
        memset((char *)room.map.base + offset, 0x5A, size < MIB ? size : MIB);
        ((char *)room.map.base)[offset + size - 1] = 1;
        assert_int_equal(chi_arena_free(cache, offset, TAG), 0);
        assert_int_equal(chi_arena_block_size(room.arena, offset), 0);
    }
    chi_arena_cache_destroy(cache);
    room_fini_empty(&room);
}

static void size_0_and_tag_0_are_refused(void **state)
{
    struct room room;
    struct chi_arena_cache *cache;
    uint64_t offset;
    (void)state;

    room_init(&room, 8 * MIB);
    cache = cache_of(&room);
    assert_int_equal(chi_arena_alloc(cache, 0, TAG, &offset), -EINVAL);
    assert_int_equal(chi_arena_alloc(cache, 64, 0, &offset), -EINVAL);
    assert_int_equal(chi_arena_alloc(cache, 8 * MIB, 0, &offset), -EINVAL);
    offset = alloc(cache, 64);
    assert_int_equal(chi_arena_alloc(cache, 64, 0, &offset), -EINVAL); /* also from a warm cache */
    assert_int_equal(chi_arena_free(cache, offset, 0), -EINVAL);
    assert_int_equal(chi_arena_reclaim_all(cache, 0), 0);
    assert_int_equal(chi_arena_free(cache, offset, TAG), 0);
    chi_arena_cache_destroy(cache);
    room_fini_empty(&room);
}

static void a_segment_without_a_unit_has_no_arena(void **state)
{
    struct chi_extent_source source = {room_grant, room_release, NULL};
    struct chi_arena *arena;
    (void)state;

    assert_int_equal(chi_arena_create(&source, NULL, UNIT - 1, &arena), -EINVAL);
    assert_int_equal(chi_arena_create(&source, NULL, UINT64_MAX, &arena), -EFBIG);
    chi_arena_destroy(NULL);
    chi_arena_cache_destroy(NULL);
}

static void the_block_freed_last_is_allocated_first(void **state)
{
    struct room room;
    struct chi_arena_cache *cache;
    uint64_t a, b;
    (void)state;

    room_init(&room, 8 * MIB);
    cache = cache_of(&room);
    a = alloc(cache, 200);
    b = alloc(cache, 200);
    chi_arena_free(cache, a, TAG);
    chi_arena_free(cache, b, TAG);
    assert_int_equal(alloc(cache, 250), b);
    assert_int_equal(alloc(cache, 250), a);
    assert_int_equal(chi_arena_reclaim_all(cache, TAG), 2);
    chi_arena_cache_destroy(cache);
    room_fini_empty(&room);
}

/* The first and last bytes of a block carry its number. */
static void mark(struct room *room, uint64_t offset, size_t size, uint32_t number)
{
    memset((char *)room->map.base + offset, (int)(number % 251), size);
}

static bool is_marked(struct room *room, uint64_t offset, size_t size, uint32_t number)
{
    const unsigned char *bytes = (unsigned char *)room->map.base + offset;
    return bytes[0] == number % 251 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static void blocks_do_not_overlap(void **state)
{
    enum { SLOTS = 400, ROUNDS = 20000 };
    static struct {
        uint64_t offset;
        size_t size;
        uint32_t number;
    } slots[SLOTS];
    struct room room;
    struct chi_arena_cache *cache;
    unsigned seed = 3;
    (void)state;

    memset(slots, 0, sizeof(slots));
    room_init(&room, 256 * MIB);
    cache = cache_of(&room);
    for (uint32_t round = 0; round < ROUNDS + SLOTS; round++) {
        unsigned i = round < ROUNDS ? (unsigned)rand_r(&seed) % SLOTS : round - ROUNDS;
        if (slots[i].size) {
            assert_true(is_marked(&room, slots[i].offset, slots[i].size, slots[i].number));
            assert_int_equal(chi_arena_free(cache, slots[i].offset, TAG), 0);
            slots[i].size = 0;
        }
        if (round < ROUNDS) {
            slots[i].size = random_size(&seed);
            slots[i].number = round;
            slots[i].offset = alloc(cache, slots[i].size);
            mark(&room, slots[i].offset, slots[i].size, round);
        }
    }
    chi_arena_cache_destroy(cache);
    room_fini_empty(&room);
}

static void garbage_offsets_and_wrong_tags_are_refused(void **state)
{
    struct room room;
    struct chi_arena_cache *cache;
    uint64_t small, large, freed;
    unsigned seed = 11;
    (void)state;

    room_init(&room, 16 * MIB);
    cache = cache_of(&room);
    small = alloc(cache, 1000);
    large = alloc(cache, 200000);
    freed = alloc(cache, 1000);
    assert_int_equal(chi_arena_free(cache, freed, TAG), 0);
    const uint64_t garbage[] = {
        freed,
        small + 1,
        small + 64,
        small + 512,
        large + 64,
        large + UNIT,
        0,
        64,
        small ^ 1 << 6,
        16 * MIB,
        16 * MIB - 64,
        16 * MIB + small,
        UINT64_MAX,
        UINT64_MAX - 63,
        small | UINT64_C(1) << 63,
        large | UINT64_C(1) << 32,
        large + 1,
        small - 64,
        UINT64_C(1) << 63,
    };
    for (unsigned i = 0; i < sizeof(garbage) / sizeof(*garbage); i++) {
        assert_int_equal(chi_arena_free(cache, garbage[i], TAG), -EINVAL);
        assert_int_equal(chi_arena_reclaim(cache, garbage[i], TAG), -EINVAL);
        assert_int_equal(chi_arena_block_size(room.arena, garbage[i]), 0);
    }
    for (int i = 0; i < 100000; i++) {
        uint64_t offset = (uint64_t)rand_r(&seed) << 33 ^ (uint64_t)rand_r(&seed) << 4;
        offset = i % 2 ? offset % (17 * MIB) : offset;
        if (offset != small && offset != large && chi_arena_reclaim(cache, offset, TAG) != -EINVAL)
            fail_msg("%lx was freed", (unsigned long)offset);
    }
    assert_int_equal(chi_arena_free(cache, small, TAG + 1), -EINVAL);
    assert_int_equal(chi_arena_reclaim(cache, large, TAG + 1), -EINVAL);
    assert_int_equal(used_blocks(&room), 2);
    assert_int_equal(chi_arena_free(cache, small, TAG), 0);
    assert_int_equal(chi_arena_free(cache, small, TAG), -EINVAL);
    assert_int_equal(chi_arena_reclaim(cache, large, TAG), 0);
    assert_int_equal(chi_arena_reclaim(cache, large, TAG), -EINVAL);
    chi_arena_cache_destroy(cache);
    room_fini_empty(&room);
}

static void reclaim_all_frees_one_tag_and_leaves_the_others(void **state)
{
    const size_t sizes[] = {64, 300, 5000, 32768, 40000, 200000};
    struct room room;
    struct chi_arena_cache *cache;
    uint64_t offset, kept[600];
    unsigned count = 0;
    (void)state;

    room_init(&room, 128 * MIB);
    cache = cache_of(&room);
    for (unsigned i = 0; i < 1200; i++) {
        uint16_t tag = (uint16_t)(1 + i % 2);
        assert_int_equal(chi_arena_alloc(cache, sizes[i % 6 * 5 % 6], tag, &offset), 0);
        if (tag == 2)
            kept[count++] = offset;
    }
    assert_int_equal(chi_arena_reclaim_all(cache, 1), 600);
    assert_int_equal(chi_arena_reclaim_all(cache, 1), 0);
    assert_int_equal(used_blocks(&room), 600);
    while (count > 0)
        assert_int_equal(chi_arena_free(cache, kept[--count], 2), 0);
    chi_arena_cache_destroy(cache);
    room_fini_empty(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHM_TEST(every_size_has_the_least_class_that_holds_it),
        SHM_TEST(blocks_of_every_size_are_aligned_granted_and_large_enough),
        SHM_TEST(size_0_and_tag_0_are_refused),
        SHM_TEST(a_segment_without_a_unit_has_no_arena),
        SHM_TEST(the_block_freed_last_is_allocated_first),
        SHM_TEST(blocks_do_not_overlap),
        SHM_TEST(garbage_offsets_and_wrong_tags_are_refused),
        SHM_TEST(reclaim_all_frees_one_tag_and_leaves_the_others),
    };

    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
