/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Crashes of a device with an allocation log. A history of allocations, writes, frees and flushes
 * is recorded; power is lost after each operation on the disk, and the remaining content is opened.
 * It must be the state of a commit, no older than the last one reported as durable, and each
 * allocated block must hold its owner's flushed data.
 */
#include "fake_host.h"
#include "history.h"

static size_t crash_everywhere(struct history *h)
{
    size_t crashes = 0;
    for (size_t crash = h->moments[0].ended; crash <= h->disk.count; crash++) {
        for (unsigned variant = 0; variant < VARIANTS; variant++, crashes++) {
            uint8_t *image = disk_after_crash(&h->disk, crash, variant, &h->seed);
            struct fake_disk after;
            disk_init_last(&after, DISK_BYTES, image);
            check_image(h, crash, image, &after);
            disk_fini(&after);
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
        assert_true(h.meanwhile > STEPS / 8);
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
            disk_init_last(&after, DISK_BYTES, again);
            check_image(&h, crash, again, &after);
            disk_fini(&after);
        }
        disk_fini(&opened);
        disk_image_put(image);
    }
    end(&h);
}

/* Of a device that was empty: it may be made again by who may not overwrite anything. */
static void a_crash_while_making_a_map_leaves_nothing_or_an_empty_one(void **state)
{
    (void)state;
    struct history h;
    begin(&h, 8, 0);
    for (size_t crash = 0; crash <= h.disk.count; crash++) {
        for (unsigned variant = 0; variant < VARIANTS * 10; variant++) {
            uint8_t *image = disk_after_crash(&h.disk, crash, variant, &h.seed);
            static const uint8_t zeros[DISK_BYTES];
            struct bdev_superblock super;
            struct fake_disk after;
            disk_init_last(&after, DISK_BYTES, image);
            int rc = bdev_super_read(&after.base, DISK_BYTES, &super);
            if (rc == -ENOENT)
                assert_true(bdev_super_is_interrupted((const void *)image) ||
                            memcmp(image, zeros, DISK_BYTES) == 0);
            else
                check_image(&h, h.moments[0].ended, image, &after);
            assert_true(rc == 0 || crash < h.disk.count);
            disk_fini(&after);
        }
    }
    end(&h);
}

/* A larger device, whose last commit has this many blocks of one unit. */
#define LARGE_BYTES ((uint64_t)16 << 20)
struct large {
    struct fake_disk disk;
    uint64_t seed;
};

static void large_begin(struct large *l, uint64_t blocks)
{
    struct bdev_superblock super;
    struct bdev_log log;
    struct bdev_map map;
    l->seed = 3;
    disk_init(&l->disk, LARGE_BYTES, NULL, 1);
    assert_int_equal(bdev_super_lay_out(&super, LARGE_BYTES, SHIFT, 1), 0);
    assert_int_equal(bdev_map_init(&map, super.data_size, SHIFT), 0);
    assert_int_equal(bdev_log_format(&log, &l->disk.base, &super, &map, true), 0);
    assert_int_equal(bdev_log_reserve(&log, blocks), 0);
    for (uint64_t i = 0; i < blocks; i++) {
        bdev_map_set(&map, 100 + i, 1);
        bdev_log_append(&log, 100 + i, 1, false);
    }
    assert_int_equal(bdev_log_commit(&log, &map), 0);
    assert_int_equal(log.pages, 3);
    bdev_log_fini(&log);
    bdev_map_fini(&map);
}

static void large_open(struct fake_disk *disk, struct bdev_log *log, struct bdev_map *map)
{
    struct bdev_superblock super;
    assert_int_equal(bdev_super_read(&disk->base, LARGE_BYTES, &super), 0);
    assert_int_equal(bdev_map_init(map, super.data_size, SHIFT), 0);
    assert_int_equal(bdev_log_open(log, &disk->base, &super, map), 0);
}

/*
 * A process is killed in the middle of a commit and another opens the device at once: it reads what
 * the first has written and not flushed. Then the power goes.
 */
static void a_loss_of_power_soon_after_a_kill_changes_nothing(void **state)
{
    (void)state;
    struct history h;
    begin(&h, 4711, 0);
    live(&h);
    for (size_t kill = h.moments[0].ended; kill <= h.disk.count; kill++) {
        struct fake_disk second;
        size_t flushed = disk_flushed(&h.disk, kill);
        if (flushed == kill || kill % KILL_STRIDE != 0)
            continue;
        disk_init(&second, DISK_BYTES, disk_flushed_image(&h.disk, flushed), 7);
        for (size_t i = flushed; i < kill; i++)
            second.base.write(&second.base, h.disk.ops[i].offset, h.disk.ops[i].bytes,
                              h.disk.ops[i].size);
        check_image(&h, kill, second.now, &second);
        for (size_t c = 0; c <= second.count * VARIANTS; c++) {
            uint8_t *image = disk_after_crash(&second, c / VARIANTS, c % VARIANTS, &h.seed);
            struct fake_disk after;
            disk_init_last(&after, DISK_BYTES, image);
            check_image(&h, kill, image, &after);
            disk_fini(&after);
        }
        disk_fini(&second);
    }
    end(&h);
}

/* More than one commit after the last page of a torn one, whose end was written. */
static void a_page_behind_a_gap_never_counts(void **state)
{
    (void)state;
    const uint64_t blocks = 3 * BDEV_PAGE_RECORDS;
    struct large l;
    large_begin(&l, blocks);
    const struct disk_op *written = &l.disk.ops[l.disk.count - 2];
    uint8_t *image = disk_after_crash(&l.disk, l.disk.count - 1, 0, &l.seed);
    uint64_t last = 2 * BDEV_PAGE; /* of three pages only this one is there */
    memcpy(image + written->offset + last, written->bytes + last, BDEV_PAGE);
    struct fake_disk after;
    disk_init_last(&after, LARGE_BYTES, image);
    for (uint64_t open = 0; open < 4; open++) { /* nor once other commits have filled the gap */
        struct bdev_log log;
        struct bdev_map map;
        large_open(&after, &log, &map);
        assert_int_equal(bdev_map_blocks(&map), open);
        assert_int_equal(bdev_log_reserve(&log, 1), 0);
        bdev_map_set(&map, 50 + open, 1);
        bdev_log_append(&log, 50 + open, 1, false);
        assert_int_equal(bdev_log_commit(&log, &map), 0);
        bdev_log_fini(&log);
        bdev_map_fini(&map);
    }
    disk_fini(&after);
    disk_fini(&l.disk);
}

/* More records than a page holds, and some of the pages are lost. */
static void a_commit_of_several_pages_counts_as_a_whole(void **state)
{
    (void)state;
    const uint64_t blocks = 3 * BDEV_PAGE_RECORDS;
    struct large l;
    large_begin(&l, blocks);
    const struct disk_op *written = &l.disk.ops[l.disk.count - 2];
    assert_int_equal(written->size, 3 * BDEV_PAGE);
    for (unsigned arrived = 0; arrived < 8; arrived++) { /* a bit for each page */
        uint8_t *image = disk_after_crash(&l.disk, l.disk.count - 1, 0, &l.seed);
        struct fake_disk after;
        struct bdev_log log;
        struct bdev_map map;
        for (unsigned page = 0; page < 3; page++)
            if (arrived >> page & 1)
                memcpy(image + written->offset + page * BDEV_PAGE,
                       written->bytes + page * BDEV_PAGE, BDEV_PAGE);
        disk_init_last(&after, LARGE_BYTES, image);
        large_open(&after, &log, &map);
        assert_int_equal(bdev_map_blocks(&map), arrived == 7 ? blocks : 0);
        bdev_log_fini(&log);
        bdev_map_fini(&map);
        disk_fini(&after);
    }
    disk_fini(&l.disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_after_any_write_leaves_a_committed_state),
        cmocka_unit_test(a_disk_that_fails_now_and_then_loses_nothing_either),
        cmocka_unit_test(a_crash_while_opening_changes_nothing),
        cmocka_unit_test(a_loss_of_power_soon_after_a_kill_changes_nothing),
        cmocka_unit_test(a_crash_while_making_a_map_leaves_nothing_or_an_empty_one),
        cmocka_unit_test(a_page_behind_a_gap_never_counts),
        cmocka_unit_test(a_commit_of_several_pages_counts_as_a_whole),
    };
    fake_host_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
