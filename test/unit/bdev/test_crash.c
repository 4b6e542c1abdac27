/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Crashes of a device with an allocation log: a history of allocations, writes, frees and flushes
 * is recorded, the power goes after each operation on the disk, and what is left is opened. It must
 * be the state of one of the commits, no older than the last that was said to be durable; whoever
 * owns a block then finds in it what was flushed.
 */
#include "../../../chimods/bdev/src/space.h"
#include "fake_disk.h"
#include "fake_host.h"
#include <malloc.h>

#define DISK_BYTES ((uint64_t)384 << 10)
#define SHIFT      12u
#define UNIT       (1u << SHIFT)
#define UNITS_MAX  256u
#define WORDS      (UNITS_MAX / 64 + 1)
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STEPS  130u /* each image costs many times as much */
#define SEEDS  1u
#define STRIDE 29u
#else
#define STEPS  400u
#define SEEDS  3u
#define STRIDE 7u
#endif
#define VARIANTS 6u

/* The map when a commit began, and what the blocks' first units had been written with. */
struct moment {
    uint64_t used[WORDS];
    uint64_t starts[WORDS];
    uint64_t stamps[UNITS_MAX];
    size_t begun; /* operations of the disk before it */
    size_t ended; /* and after it; SIZE_MAX where it failed or never ended */
};

struct history {
    struct fake_disk disk;
    struct bdev_superblock super;
    struct bdev_log log;
    struct bdev_space space;
    uint64_t stamps[UNITS_MAX]; /* 0: not written */
    struct chimaera_bdev_block owned[UNITS_MAX];
    size_t owned_count;
    struct moment *moments;
    size_t moment_count;
    uint64_t seed, next_stamp;
};

static void take_moment(struct history *h)
{
    h->moments = realloc(h->moments, (h->moment_count + 1) * sizeof *h->moments);
    assert_non_null(h->moments);
    struct moment *m = &h->moments[h->moment_count++];
    *m = (struct moment){.begun = h->disk.count, .ended = SIZE_MAX};
    for (uint64_t w = 0; w < h->space.map.words; w++) {
        m->used[w] = h->space.map.used[w];
        m->starts[w] = h->space.map.starts[w];
    }
    memcpy(m->stamps, h->stamps, sizeof m->stamps);
}

/* Every commit goes through here, also those that allocating makes: the flush of the store is the
 * only way to one. */
static int flush(struct history *h)
{
    take_moment(h);
    size_t moment = h->moment_count - 1;
    int rc = bdev_space_flush(&h->space);
    if (rc == 0)
        h->moments[moment].ended = h->disk.count;
    return rc;
}

static void begin(struct history *h, uint64_t seed, unsigned fail_one_in)
{
    struct bdev_map map;
    *h = (struct history){.seed = seed, .next_stamp = 1};
    disk_init(&h->disk, DISK_BYTES, NULL, seed + 1);
    assert_int_equal(bdev_super_lay_out(&h->super, DISK_BYTES, SHIFT, 0x1234567), 0);
    assert_int_equal(bdev_map_init(&map, h->super.data_size, SHIFT), 0);
    assert_true(map.units <= UNITS_MAX);
    assert_int_equal(bdev_log_format(&h->log, &h->disk.base, &h->super, &map), 0);
    assert_int_equal(bdev_space_init(&h->space, &map, &h->log, 0x1234567), 0);
    h->disk.fail_one_in = fail_one_in;
    take_moment(h); /* the empty device */
    h->moments[0].begun = h->moments[0].ended = h->disk.count;
}

static void end(struct history *h)
{
    bdev_space_fini(&h->space);
    bdev_log_fini(&h->log);
    disk_fini(&h->disk);
    free(h->moments);
}

static void stamp_block(struct history *h, const struct chimaera_bdev_block *block)
{
    uint64_t *page = aligned_alloc(UNIT, UNIT);
    uint64_t stamp = h->next_stamp++;
    assert_non_null(page);
    for (unsigned i = 0; i < UNIT / 8; i++)
        page[i] = stamp;
    if (h->disk.base.write(&h->disk.base, h->super.data_offset + block->offset, page, UNIT) == 0)
        h->stamps[block->offset >> SHIFT] = stamp;
    free(page);
}

static void allocate(struct history *h)
{
    struct chi_bytes bytes = {0};
    uint64_t size = (1 + disk_random(&h->seed) % 12) * UNIT;
    size_t held = h->space.held_count;
    size_t commits = h->log.commits;

    /* Where it must flush first, that is a commit like others. */
    if (held > 0 && size > h->space.free.units * UNIT && size <= bdev_space_remaining(&h->space) &&
        flush(h) < 0)
        return;
    commits = h->log.commits;
    int rc = bdev_space_allocate(&h->space, size, 0, &bytes);
    assert_true(rc == 0 || rc == -ENOSPC);
    if (rc == 0) {
        struct chi_view view = chi_bytes_view(&bytes);
        const struct chimaera_bdev_block *blocks = (const void *)view.data;
        for (size_t i = 0; i < view.size / sizeof *blocks; i++) {
            h->owned[h->owned_count++] = blocks[i];
            h->stamps[blocks[i].offset >> SHIFT] = 0;
            stamp_block(h, &blocks[i]);
        }
    }
    assert_int_equal(h->log.commits, commits);
    chi_bytes_fini(&bytes);
}

static void free_some(struct history *h)
{
    if (h->owned_count == 0)
        return;
    size_t which = disk_random(&h->seed) % h->owned_count;
    assert_int_equal(bdev_space_free(&h->space, &h->owned[which], 1), 0);
    h->owned[which] = h->owned[--h->owned_count];
}

static void live(struct history *h)
{
    for (unsigned step = 0; step < STEPS; step++) {
        uint64_t dice = disk_random(&h->seed) % 10;
        if (dice < 4)
            allocate(h);
        else if (dice < 7)
            free_some(h);
        else
            flush(h);
    }
}

/* ---- after the crash */

static bool same_map(const struct moment *m, const struct bdev_map *map)
{
    for (uint64_t w = 0; w < map->words; w++)
        if (m->used[w] != map->used[w] || m->starts[w] != map->starts[w])
            return false;
    return true;
}

/* The commit that the opened map is of: the latest that fits and had begun. */
static const struct moment *find_moment(const struct history *h, size_t crash,
                                        const struct bdev_map *map, const struct moment *oldest)
{
    for (size_t i = h->moment_count; i-- > 0;) {
        const struct moment *m = &h->moments[i];
        if (m->begun <= crash && same_map(m, map))
            return m >= oldest ? m : NULL;
    }
    return NULL;
}

/* The last commit that was said to be durable before the crash. */
static const struct moment *last_durable(const struct history *h, size_t crash)
{
    for (size_t i = h->moment_count; i-- > 0;)
        if (h->moments[i].ended <= crash)
            return &h->moments[i];
    return NULL;
}

static void check_data(const struct history *h, const struct moment *durable,
                       const struct bdev_map *map, const uint8_t *image)
{
    for (uint64_t unit = 0; unit < map->units; unit++) {
        bool starts = map->starts[unit / 64] >> unit % 64 & map->used[unit / 64] >> unit % 64 & 1;
        bool there =
            durable->starts[unit / 64] >> unit % 64 & durable->used[unit / 64] >> unit % 64 & 1;
        if (!starts || !there || durable->stamps[unit] == 0)
            continue;
        const uint64_t *page = (const void *)(image + h->super.data_offset + unit * UNIT);
        for (unsigned i = 0; i < UNIT / 8; i++)
            assert_int_equal(page[i], durable->stamps[unit]);
    }
}

/* Opens what a crash has left, with all checks. */
static void check_image(const struct history *h, size_t crash, const uint8_t *image,
                        struct fake_disk *after)
{
    struct bdev_superblock super;
    struct bdev_log log;
    struct bdev_map map;
    const struct moment *durable = last_durable(h, crash);

    assert_int_equal(bdev_super_read(&after->base, DISK_BYTES, &super), 0);
    assert_int_equal(bdev_map_init(&map, super.data_size, super.unit_shift), 0);
    assert_int_equal(bdev_log_open(&log, &after->base, &super, &map), 0);
    const struct moment *found = find_moment(h, crash, &map, durable);
    assert_non_null(found);
    check_data(h, durable, &map, image);
    bdev_log_fini(&log);
    bdev_map_fini(&map);
}

static size_t crash_everywhere(struct history *h)
{
    size_t crashes = 0;
    for (size_t crash = h->moments[0].ended; crash <= h->disk.count; crash++) {
        for (unsigned variant = 0; variant < VARIANTS; variant++, crashes++) {
            uint8_t *image = disk_after_crash(&h->disk, crash, variant, &h->seed);
            struct fake_disk after;
            disk_init(&after, DISK_BYTES, image, 7);
            check_image(h, crash, image, &after);
            disk_fini(&after);
            free(image);
        }
    }
    return crashes;
}

static void a_crash_after_any_write_leaves_a_committed_state(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct history h;
        begin(&h, seed * 77777, 0);
        live(&h);
        assert_true(h.log.compactions > STEPS / 80);
        assert_true(h.log.pages > STEPS / 8);
        assert_true(crash_everywhere(&h) > STEPS * 2);
        end(&h);
    }
}

static void a_disk_that_fails_now_and_then_loses_nothing_either(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct history h;
        begin(&h, seed * 99991, 6);
        live(&h);
        assert_true(h.disk.failed > STEPS / 20);
        crash_everywhere(&h);
        end(&h);
    }
}

static void a_crash_while_opening_changes_nothing(void **state)
{
    (void)state;
    struct history h;
    begin(&h, 31337, 0);
    live(&h);
    for (size_t crash = h.moments[0].ended; crash <= h.disk.count; crash += STRIDE) {
        uint8_t *image = disk_after_crash(&h.disk, crash, 2 + crash % 5, &h.seed);
        struct fake_disk opened;
        disk_init(&opened, DISK_BYTES, image, 7);
        check_image(&h, crash, image, &opened);
        for (size_t second = 0; second <= opened.count; second++) {
            uint8_t *again = disk_after_crash(&opened, second, 3, &h.seed);
            struct fake_disk after;
            disk_init(&after, DISK_BYTES, again, 7);
            check_image(&h, crash, again, &after);
            disk_fini(&after);
            free(again);
        }
        disk_fini(&opened);
        free(image);
    }
    end(&h);
}

/* A page that got to the disk before one that should precede it must not count later on. */
static void a_page_behind_a_gap_never_counts(void **state)
{
    (void)state;
    struct history h;
    struct chi_bytes bytes = {0};
    begin(&h, 5, 0);
    size_t before = h.disk.count;
    assert_int_equal(bdev_space_allocate(&h.space, UNIT, 0, &bytes), 0);
    assert_int_equal(flush(&h), 0);
    chi_bytes_fini(&bytes);
    assert_int_equal(bdev_space_allocate(&h.space, UNIT, 0, &bytes), 0);
    assert_int_equal(flush(&h), 0);
    chi_bytes_fini(&bytes);
    /* Of two commits only the second's page is there. */
    uint8_t *image = disk_after_crash(&h.disk, before, 0, &h.seed);
    const struct disk_op *second = &h.disk.ops[before + 2];
    assert_false(second->flush);
    memcpy(image + second->offset, second->bytes, second->size);
    struct fake_disk after;
    disk_init(&after, DISK_BYTES, image, 7);
    struct bdev_superblock super;
    struct bdev_log log;
    struct bdev_map map;
    for (int open = 0; open < 2; open++) { /* and not after another commit filled the gap */
        assert_int_equal(bdev_super_read(&after.base, DISK_BYTES, &super), 0);
        assert_int_equal(bdev_map_init(&map, super.data_size, SHIFT), 0);
        assert_int_equal(bdev_log_open(&log, &after.base, &super, &map), 0);
        assert_int_equal(bdev_map_blocks(&map), (uint64_t)open);
        assert_int_equal(bdev_log_reserve(&log, 1), 0);
        bdev_map_set(&map, 50, 1);
        bdev_log_append(&log, 50, 1, false);
        assert_int_equal(bdev_log_commit(&log, &map), 0);
        bdev_log_fini(&log);
        bdev_map_fini(&map);
    }
    disk_fini(&after);
    free(image);
    end(&h);
}

/* More records than a page holds, and one of the pages is lost. */
static void a_commit_of_several_pages_counts_as_a_whole(void **state)
{
    (void)state;
    const uint64_t size = (uint64_t)16 << 20;
    const uint64_t blocks = 3 * BDEV_PAGE_RECORDS;
    struct fake_disk disk;
    struct bdev_superblock super;
    struct bdev_log log;
    struct bdev_map map;
    uint64_t seed = 3;
    disk_init(&disk, size, NULL, 1);
    assert_int_equal(bdev_super_lay_out(&super, size, SHIFT, 1), 0);
    assert_int_equal(bdev_map_init(&map, super.data_size, SHIFT), 0);
    assert_int_equal(bdev_log_format(&log, &disk.base, &super, &map), 0);
    assert_int_equal(bdev_log_reserve(&log, blocks), 0);
    for (uint64_t i = 0; i < blocks; i++) {
        bdev_map_set(&map, i, 1);
        bdev_log_append(&log, i, 1, false);
    }
    assert_int_equal(bdev_log_commit(&log, &map), 0);
    assert_int_equal(log.pages, 3);
    bdev_log_fini(&log);
    bdev_map_fini(&map);
    const struct disk_op *written = &disk.ops[disk.count - 2];
    assert_int_equal(written->size, 3 * BDEV_PAGE);
    for (unsigned arrived = 0; arrived < 8; arrived++) { /* a bit for each page */
        uint8_t *image = disk_after_crash(&disk, disk.count - 1, 0, &seed);
        struct fake_disk after;
        for (unsigned page = 0; page < 3; page++)
            if (arrived >> page & 1)
                memcpy(image + written->offset + page * BDEV_PAGE,
                       written->bytes + page * BDEV_PAGE, BDEV_PAGE);
        disk_init(&after, size, image, 7);
        assert_int_equal(bdev_super_read(&after.base, size, &super), 0);
        assert_int_equal(bdev_map_init(&map, super.data_size, SHIFT), 0);
        assert_int_equal(bdev_log_open(&log, &after.base, &super, &map), 0);
        uint64_t there = bdev_map_blocks(&map);
        assert_int_equal(there, arrived == 7 ? blocks : 0);
        bdev_log_fini(&log);
        bdev_map_fini(&map);
        disk_fini(&after);
        free(image);
    }
    disk_fini(&disk);
}

static void damage_is_found(void **state)
{
    (void)state;
    struct history h;
    begin(&h, 9, 0);
    live(&h);
    assert_int_equal(flush(&h), 0);
    const struct bdev_superblock *counts = &h.log.super;
    const uint64_t places[] = {bdev_super_region(counts, counts->epoch) + 40,
                               counts->epoch % 2 * BDEV_PAGE + 24};
    for (size_t i = 0; i < 2; i++) {
        struct fake_disk damaged;
        struct bdev_superblock super;
        struct bdev_log log = {0};
        struct bdev_map map;
        disk_init(&damaged, DISK_BYTES, h.disk.now, 7);
        damaged.now[places[i]] ^= 1;
        int rc = bdev_super_read(&damaged.base, DISK_BYTES, &super);
        if (i == 1) { /* the other superblock is still right, and an epoch older */
            assert_int_equal(rc, 0);
            assert_int_equal(super.epoch, counts->epoch - 1);
            damaged.now[(1 - counts->epoch % 2) * BDEV_PAGE + 24] ^= 1;
            assert_int_equal(bdev_super_read(&damaged.base, DISK_BYTES, &super), -EUCLEAN);
        } else {
            assert_int_equal(rc, 0);
            assert_int_equal(bdev_map_init(&map, super.data_size, SHIFT), 0);
            assert_int_equal(bdev_log_open(&log, &damaged.base, &super, &map), -EUCLEAN);
            bdev_log_fini(&log);
            bdev_map_fini(&map);
        }
        disk_fini(&damaged);
    }
    end(&h);
}

/* Every checksum is right; only what it says cannot be. */
static void units_in_use_that_are_no_block_are_damage(void **state)
{
    (void)state;
    struct fake_disk disk;
    struct bdev_superblock super;
    struct bdev_log log;
    struct bdev_map map;
    disk_init(&disk, DISK_BYTES, NULL, 7);
    assert_int_equal(bdev_super_lay_out(&super, DISK_BYTES, SHIFT, 0x1234567), 0);
    assert_int_equal(bdev_map_init(&map, super.data_size, SHIFT), 0);
    for (uint64_t unit = 0; unit < map.units; unit += 2)
        map.used[unit / 64] |= (uint64_t)1 << unit % 64;
    assert_int_equal(bdev_log_format(&log, &disk.base, &super, &map), 0);
    bdev_log_fini(&log);
    assert_int_equal(bdev_super_read(&disk.base, DISK_BYTES, &super), 0);
    assert_int_equal(bdev_log_open(&log, &disk.base, &super, &map), -EUCLEAN);
    bdev_log_fini(&log);
    bdev_map_fini(&map);
    disk_fini(&disk);
}

static void a_superblock_of_another_size_or_version_is_told_apart(void **state)
{
    (void)state;
    struct history h;
    struct bdev_superblock super;
    begin(&h, 9, 0);
    assert_int_equal(bdev_super_read(&h.disk.base, DISK_BYTES - UNIT, &super), -ENOSPC);
    assert_int_equal(bdev_super_read(&h.disk.base, BDEV_PAGE, &super), -ENOENT);
    super = h.log.super;
    super.version++;
    super.epoch++;
    assert_int_equal(bdev_super_write(&h.disk.base, &super), 0);
    assert_int_equal(bdev_super_read(&h.disk.base, DISK_BYTES, &super), -ENOTSUP);
    end(&h);
    assert_int_equal(bdev_super_lay_out(&super, 20 * BDEV_PAGE, SHIFT, 1), -ENOSPC);
    assert_int_equal(bdev_super_lay_out(&super, 21 * BDEV_PAGE, SHIFT, 1), 0);
}

/* A second device on the same place starts at the same epochs as the first. */
static void pages_of_an_earlier_device_do_not_count(void **state)
{
    (void)state;
    struct history h;
    struct bdev_superblock super = {0};
    struct bdev_log log;
    struct bdev_map map;
    begin(&h, 21, 0);
    allocate(&h);
    assert_int_equal(flush(&h), 0); /* a page in the log of epoch 1 */
    assert_int_equal(h.log.pages, 1);
    assert_int_equal(bdev_super_lay_out(&super, DISK_BYTES, SHIFT, 0x7654321), 0);
    assert_int_equal(bdev_map_init(&map, super.data_size, SHIFT), 0);
    assert_int_equal(bdev_log_format(&log, &h.disk.base, &super, &map), 0);
    bdev_log_fini(&log);
    assert_int_equal(bdev_super_read(&h.disk.base, DISK_BYTES, &super), 0);
    assert_int_equal(bdev_log_open(&log, &h.disk.base, &super, &map), 0);
    assert_int_equal(bdev_map_blocks(&map), 0);
    bdev_log_fini(&log);
    bdev_map_fini(&map);
    end(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_after_any_write_leaves_a_committed_state),
        cmocka_unit_test(a_disk_that_fails_now_and_then_loses_nothing_either),
        cmocka_unit_test(a_crash_while_opening_changes_nothing),
        cmocka_unit_test(a_page_behind_a_gap_never_counts),
        cmocka_unit_test(a_commit_of_several_pages_counts_as_a_whole),
        cmocka_unit_test(damage_is_found),
        cmocka_unit_test(units_in_use_that_are_no_block_are_damage),
        cmocka_unit_test(a_superblock_of_another_size_or_version_is_told_apart),
        cmocka_unit_test(pages_of_an_earlier_device_do_not_count),
    };
    fake_host_begin();
    mallopt(M_MMAP_THRESHOLD, 64 << 20); /* images come and go */
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
