/* SPDX-License-Identifier: BSD-3-Clause */
/* Free extents against a plain model, and space without a log. */
#include "../../../chimods/bdev/src/space.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_host.h"
#include "support/cmocka_all.h"

#define UNITS 5000u
#define SHIFT 12u

static uint64_t seed = 42;

static uint64_t pick(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

struct piece {
    uint64_t first, count;
};

/* Longest run of free units in the model. */
static uint64_t longest_run(const uint8_t *taken)
{
    uint64_t longest = 0, run = 0;
    for (unsigned i = 0; i < UNITS; i++) {
        run = taken[i] ? 0 : run + 1;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void extents_agree_with_a_plain_model(void **state)
{
    (void)state;
    struct bdev_free_extents f = {0};
    static uint8_t taken[UNITS];
    static struct piece pieces[UNITS];
    unsigned count = 0;
    uint64_t free_units = UNITS;
    assert_int_equal(bdev_free_extents_reserve(&f, UNITS + 1), 0);
    bdev_free_extents_put(&f, 0, UNITS);
    for (unsigned step = 0; step < 20000; step++) {
        uint64_t first, wanted = 1 + pick(pick(8) == 0 ? 3000 : 40);
        if (pick(100) < (step / 2000 % 2 ? 40u : 60u)) {
            uint64_t got = bdev_free_extents_take(&f, wanted, &first);
            uint64_t longest = free_units > 0 && got < wanted ? longest_run(taken) : wanted;
            assert_true(got <= wanted && (got > 0) == (free_units > 0));
            /* Less than wanted only where no run of that length was free, or nearly none: those of
             * the last class are not all looked at. */
            assert_true(free_units == 0 || got == wanted || longest < wanted ||
                        longest - got <= longest / 8);
            for (uint64_t u = first; got > 0 && u < first + got; u++) {
                assert_false(taken[u]);
                taken[u] = 1;
            }
            if (got > 0)
                pieces[count++] = (struct piece){first, got};
            free_units -= got;
        } else if (count > 0) {
            unsigned which = (unsigned)pick(count);
            struct piece piece = pieces[which];
            pieces[which] = pieces[--count];
            bdev_free_extents_put(&f, piece.first, piece.count);
            memset(taken + piece.first, 0, piece.count);
            free_units += piece.count;
        }
        assert_int_equal(f.units, free_units);
    }
    while (count > 0) {
        count--;
        bdev_free_extents_put(&f, pieces[count].first, pieces[count].count);
    }
    uint64_t first;
    assert_int_equal(bdev_free_extents_take(&f, UNITS, &first), UNITS); /* all one again */
    bdev_free_extents_fini(&f);
}

static size_t blocks_of(const struct chi_bytes *bytes, const struct chimaera_bdev_block **blocks)
{
    struct chi_view view = chi_bytes_view(bytes);
    *blocks = (const void *)view.data;
    return view.size / sizeof **blocks;
}

static void make(struct bdev_space *space, uint64_t units)
{
    struct bdev_map map;
    assert_int_equal(bdev_map_init(&map, units << SHIFT, SHIFT), 0);
    assert_int_equal(bdev_space_init(space, &map, NULL, 77), 0);
}

static void what_does_not_fit_takes_nothing(void **state)
{
    (void)state;
    struct bdev_space space;
    struct chi_bytes bytes[10] = {0}, more = {0};
    const struct chimaera_bdev_block *blocks;
    make(&space, 10);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(bdev_space_allocate(&space, 1, 1, &bytes[i]), 0);
    for (unsigned i = 0; i < 10; i += 2) { /* five holes */
        size_t count = blocks_of(&bytes[i], &blocks);
        assert_int_equal(bdev_space_free(&space, blocks, count), 0);
    }
    uint64_t remaining = bdev_space_remaining(&space);
    assert_int_equal(remaining, (uint64_t)5 << SHIFT);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(bdev_space_allocate(&space, remaining + 1, 0, &more), -ENOSPC);
        assert_int_equal(bdev_space_allocate(&space, UINT64_MAX, 0, &more), -ENOSPC);
        assert_int_equal(bdev_space_allocate(&space, remaining, 4, &more), -ENOBUFS);
        assert_int_equal(bdev_space_allocate(&space, 0, 0, &more), -EINVAL);
        assert_int_equal(bdev_space_remaining(&space), remaining);
        assert_int_equal(space.blocks, 5);
    }
    assert_int_equal(bdev_space_allocate(&space, remaining, 5, &more), 0);
    assert_int_equal(blocks_of(&more, &blocks), 5);
    assert_int_equal(bdev_space_remaining(&space), 0);
    assert_int_equal(bdev_space_flush(&space), 0); /* nothing is kept, nothing to flush */
    for (unsigned i = 0; i < 10; i++)
        chi_bytes_fini(&bytes[i]);
    chi_bytes_fini(&more);
    bdev_space_fini(&space);
}

static void freeing_is_all_or_nothing(void **state)
{
    (void)state;
    struct bdev_space space;
    struct chi_bytes bytes = {0};
    const struct chimaera_bdev_block *given;
    struct chimaera_bdev_block blocks[3];
    make(&space, 16);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(bdev_space_allocate(&space, 8192, 1, &bytes), 0);
        assert_int_equal(blocks_of(&bytes, &given), 1);
        blocks[i] = given[0];
        chi_bytes_fini(&bytes);
    }
    const struct chimaera_bdev_block wrong[][3] = {
        {blocks[0], blocks[1], blocks[0]},                                  /* twice */
        {blocks[0], blocks[1], {blocks[2].offset, 4096, 77}},               /* a part */
        {blocks[0], blocks[1], {blocks[2].offset, 8192, 78}},               /* another's */
        {blocks[0], blocks[1], {(uint64_t)1 << 40, 4096, 77}},              /* beyond */
        {blocks[0], {blocks[1].offset, blocks[1].size * 2, 77}, blocks[2]}, /* two as one */
        {blocks[0], blocks[1], {blocks[2].offset + 1, blocks[2].size, 77}}, /* unaligned */
        {blocks[0], blocks[1], {15 << SHIFT, 4096, 77}},                    /* free */
    };
    const int codes[] = {-EALREADY, -EINVAL, -EXDEV, -ERANGE, -EINVAL, -EINVAL, -EINVAL};
    for (unsigned i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_int_equal(bdev_space_free(&space, wrong[i], 3), codes[i]);
        assert_int_equal(space.blocks, 3);
        assert_int_equal(bdev_map_blocks(&space.map), 3);
    }
    assert_int_equal(bdev_space_free(&space, blocks, 3), 0);
    assert_int_equal(bdev_space_free(&space, blocks, 1), -EALREADY);
    assert_int_equal(bdev_space_remaining(&space), (uint64_t)16 << SHIFT);
    bdev_space_fini(&space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extents_agree_with_a_plain_model),
        cmocka_unit_test(what_does_not_fit_takes_nothing),
        cmocka_unit_test(freeing_is_all_or_nothing),
    };
    fake_host_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
