/* SPDX-License-Identifier: BSD-3-Clause */
/* Hostile maps with correct checksums. See hostile_map.h. */
#include "hostile_map.h"

#include "fake_host.h"
#include "support/cmocka_all.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRIES 2000u
#else
#define TRIES 30000u
#endif

static uint64_t seed = 20260707;

static uint64_t pick(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

/* Something that may be of interest in a place that may be. */
static void make_edit(uint8_t *edit)
{
    static const uint64_t values[] = {0, 1, 2, 3, 5, 255, 256, 0x8000, 0xffff, UINT64_MAX};
    const unsigned pages[] = {0, 1, 1, 2, 4, 11, 11, 12, 13, 13, 14, 15};
    uint64_t value = pick(3) == 0 ? seed : values[pick(10)] << pick(64);
    unsigned place = (unsigned)(pick(8) == 0 ? pick(BDEV_PAGE) : pick(12) * 8);
    if (pick(3) == 0)
        place = 32 + (unsigned)pick(4) * 8; /* the first records */
    edit[0] = (uint8_t)pages[pick(12)];
    edit[1] = (uint8_t)pick(4);
    edit[2] = (uint8_t)place;
    edit[3] = (uint8_t)(place >> 8);
    memcpy(edit + 4, &value, sizeof value);
}

static void what_cannot_be_is_refused_and_what_can_is_used(void **state)
{
    (void)state;
    unsigned taken = 0;
    for (unsigned i = 0; i < TRIES; i++) {
        uint8_t edits[4 * HOSTILE_EDIT];
        unsigned count = 1 + (unsigned)pick(4);
        for (unsigned e = 0; e < count; e++)
            make_edit(edits + (size_t)e * HOSTILE_EDIT);
        taken += hostile_try(edits, (size_t)count * HOSTILE_EDIT);
    }
    assert_in_range(taken, TRIES / 10, TRIES - TRIES / 10);
}

/* One edit each, of which the map could not be used. */
static void each_lie_is_refused(void **state)
{
    (void)state;
    static const struct {
        uint8_t page;
        uint16_t place;
        uint64_t value;
    } lies[] = {
        {1, 8, 2},                             /* version, and checksum */
        {1, 16, UINT64_MAX},                   /* the last epoch */
        {1, 24, (uint64_t)1 << 32},            /* device whose lower half is 0 */
        {1, 32, HOSTILE_BYTES + 1},            /* size */
        {1, 40, 0},                            /* the data begin with the superblock */
        {1, 48, UINT64_MAX},                   /* size of the data */
        {1, 56, 64 | (uint64_t)1 << 32},       /* units, snapshot pages */
        {1, 64, UINT32_MAX},                   /* log pages */
        {11, 32, 0x300},                       /* in use, and no block begins there */
        {11, 32, (uint64_t)1 << 40},           /* in use, and beyond the end */
        {11, 32 + 254 * 8, (uint64_t)1 << 40}, /* a block begins beyond the end */
        {13, 16, (uint64_t)255 << 32 | 1},     /* more records than a page has */
        {13, 16, (uint64_t)2 << 48 | 1},       /* pages that must follow, and do not */
        {13, 32, 100},                         /* beyond the end */
        {13, 40, 0},                           /* no unit */
        {13, 40, UINT64_MAX},                  /* too many units */
        {13, 40, 100},                         /* likewise */
        {13, 48, 9},                           /* allocated, and so before */
        {13, 32, BDEV_FREED | 8},              /* freed, and free */
        {13, 64, BDEV_FREED | 9},              /* freed, and no block begins there */
        {13, 72, 1},                           /* freed a part */
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        uint8_t edit[HOSTILE_EDIT] = {lies[i].page, 3, (uint8_t)lies[i].place,
                                      (uint8_t)(lies[i].place >> 8)};
        memcpy(edit + 4, &lies[i].value, 8);
        if (hostile_try(edit, sizeof edit))
            fail_msg("lie %zu was taken", i);
    }
    assert_true(hostile_try(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_lie_is_refused),
        cmocka_unit_test(what_cannot_be_is_refused_and_what_can_is_used),
    };
    fake_host_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
