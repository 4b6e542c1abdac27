/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pages of the allocation map that change after they were durable, in every way that one page can:
 * opening brings back the map as it was last, or says that it is damaged. It never goes back to an
 * earlier one, whose blocks others may have by now.
 */
#include "fake_host.h"
#include "history.h"

enum rot { FLIPPED, ZEROED, GARBAGE, ROTS };

static void rot(uint8_t *page, enum rot how)
{
    uint64_t seed = 99;
    if (how == FLIPPED)
        page[24] ^= 1;
    for (unsigned i = 0; how == ZEROED && i < BDEV_PAGE; i++)
        page[i] = 0;
    for (unsigned i = 0; how == GARBAGE && i < BDEV_PAGE; i++)
        page[i] = (uint8_t)disk_random(&seed);
}

/* Opens what is on the disk; whether the map is that of the moment. */
static int open_again(struct fake_disk *disk, const struct moment *moment)
{
    struct bdev_superblock super;
    struct bdev_log log = {0};
    struct bdev_map map;
    int rc = bdev_super_read(&disk->base, DISK_BYTES, &super);
    if (rc < 0)
        return rc;
    assert_int_equal(bdev_map_init(&map, super.data_size, super.unit_shift), 0);
    rc = bdev_log_open(&log, &disk->base, &super, &map);
    assert_true(rc < 0 || same_map(moment, &map));
    bdev_log_fini(&log);
    bdev_map_fini(&map);
    return rc;
}

/* The device at the end of each commit of a history, and the map then. Calls `check` for each. */
static void at_each_commit(uint64_t seed, void (*check)(struct fake_disk *, const struct moment *))
{
    struct history h;
    begin(&h, seed, 0);
    live(&h);
    for (size_t i = 0; i < h.moment_count; i++) {
        const struct moment *m = &h.moments[i];
        if (m->ended == SIZE_MAX)
            continue;
        struct fake_disk disk;
        disk_init(&disk, DISK_BYTES, disk_flushed_image(&h.disk, m->ended), 7);
        check(&disk, m);
        disk_fini(&disk);
    }
    end(&h);
}

static void check_superblocks(struct fake_disk *disk, const struct moment *moment)
{
    for (unsigned page = 0; page < 2; page++) {
        for (enum rot how = FLIPPED; how < ROTS; how++) {
            struct fake_disk damaged;
            uint8_t *image = disk_image_get(DISK_BYTES);
            memcpy(image, disk->now, DISK_BYTES);
            disk_init_last(&damaged, DISK_BYTES, image);
            rot(damaged.now + (size_t)page * BDEV_PAGE, how);
            for (unsigned again = 0; again < 3; again++)
                assert_int_equal(open_again(&damaged, moment), 0);
            disk_fini(&damaged);
        }
    }
}

/* Of either epoch; and right after a commit as well as long after. */
static void a_superblock_that_rots_loses_nothing(void **state)
{
    (void)state;
    at_each_commit(5, check_superblocks);
}

static void check_both(struct fake_disk *disk, const struct moment *moment)
{
    struct bdev_superblock super;
    assert_int_equal(bdev_super_read(&disk->base, DISK_BYTES, &super), 0);
    uint64_t first =
        bdev_super_region(&super, super.epoch) + (uint64_t)super.snapshot_pages * BDEV_PAGE;
    const struct bdev_page_head *second = (const void *)(disk->now + first + BDEV_PAGE);
    if (second->magic != BDEV_LOG_MAGIC || second->epoch != super.epoch)
        return; /* nothing is left that knows of the epoch */
    rot(disk->now + super.epoch % 2 * BDEV_PAGE, GARBAGE);
    rot(disk->now + first, GARBAGE);
    assert_int_equal(open_again(disk, moment), -EUCLEAN);
}

static void a_superblock_that_rots_with_its_twin_is_damage(void **state)
{
    (void)state;
    at_each_commit(5, check_both);
}

/* What was written went nowhere: the one before is still there, and right. */
static void a_superblock_that_was_never_written_loses_nothing(void **state)
{
    (void)state;
    struct history h;
    begin(&h, 9, 0);
    live(&h);
    h.disk.during = NULL; /* so that the last is a commit of all */
    assert_int_equal(flush(&h), 0);
    size_t place = h.log.super.epoch % 2 * BDEV_PAGE, older = 0;
    for (size_t i = 0; i < h.disk.count; i++) /* the last but one there */
        if (!h.disk.ops[i].flush && h.disk.ops[i].offset == place) {
            memcpy(h.disk.now + place, h.disk.ops[older].bytes, BDEV_PAGE);
            older = i;
        }
    assert_int_equal(open_again(&h.disk, &h.moments[h.moment_count - 1]), 0);
    end(&h);
}

/* After a crash while the lost one is rewritten it is still lost, or valid. */
static void a_crash_while_a_superblock_is_mended_changes_nothing(void **state)
{
    (void)state;
    struct history h;
    begin(&h, 9, 0);
    live(&h);
    h.disk.during = NULL; /* so that the last is a commit of all */
    assert_int_equal(flush(&h), 0);
    const struct moment *last = &h.moments[h.moment_count - 1];
    struct fake_disk damaged;
    rot(h.disk.now + h.log.super.epoch % 2 * BDEV_PAGE, GARBAGE);
    disk_init(&damaged, DISK_BYTES, h.disk.now, 7);
    assert_int_equal(open_again(&damaged, last), 0);
    for (size_t c = 0; c <= damaged.count * 50; c++) {
        uint8_t *image = disk_after_crash(&damaged, c / 50, c % 50, &h.seed);
        struct fake_disk after;
        disk_init_last(&after, DISK_BYTES, image);
        assert_int_equal(open_again(&after, last), 0);
        disk_fini(&after);
    }
    disk_fini(&damaged);
    end(&h);
}

static void both_superblocks_lost_is_neither_empty_nor_unfinished(void **state)
{
    (void)state;
    for (enum rot how = FLIPPED; how < ROTS; how++) {
        struct history h;
        struct bdev_superblock super;
        unsigned magics = 0;
        begin(&h, 9, 0); /* just made; then used */
        for (unsigned used = 0; used < 2; used++) {
            rot(h.disk.now, how);
            rot(h.disk.now + BDEV_PAGE, how);
            assert_int_equal(bdev_super_read(&h.disk.base, DISK_BYTES, &super),
                             how == FLIPPED ? -EUCLEAN : -ENOENT);
            assert_false(bdev_super_is_interrupted((const void *)h.disk.now));
            /* What says so to who looks at the first MiB of a disk. */
            memcpy(&magics, h.disk.now + (size_t)2 * BDEV_PAGE, sizeof magics);
            assert_int_equal(magics, BDEV_SNAPSHOT_MAGIC);
            live(&h);
        }
        end(&h);
    }
}

static void check_snapshot_and_log(struct fake_disk *disk, const struct moment *moment)
{
    struct bdev_superblock super;
    assert_int_equal(bdev_super_read(&disk->base, DISK_BYTES, &super), 0);
    uint64_t region = bdev_super_region(&super, super.epoch);
    uint32_t pages = super.snapshot_pages, last = 0;
    for (uint32_t i = 0; i < super.log_pages; i++) {
        const struct bdev_page_head *head =
            (const void *)(disk->now + region + (pages + i) * (uint64_t)BDEV_PAGE);
        if (head->magic != BDEV_LOG_MAGIC || head->epoch != super.epoch)
            break;
        last = pages + i;
    }
    for (uint32_t i = 0; i < pages + super.log_pages; i++) {
        for (enum rot how = FLIPPED; how < ROTS; how++) {
            struct fake_disk damaged;
            uint8_t *image = disk_image_get(DISK_BYTES);
            memcpy(image, disk->now, DISK_BYTES);
            disk_init_last(&damaged, DISK_BYTES, image);
            rot(damaged.now + region + i * (uint64_t)BDEV_PAGE, how);
            /* The last page cannot be told from one torn by a crash; one without records is
             * not needed. */
            if (i == pages || i > last)
                assert_int_equal(open_again(&damaged, moment), 0);
            else if (i != last)
                assert_int_equal(open_again(&damaged, moment), -EUCLEAN);
            disk_fini(&damaged);
        }
    }
}

static void a_page_of_snapshot_or_log_that_rots_is_damage(void **state)
{
    (void)state;
    at_each_commit(5, check_snapshot_and_log);
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
    assert_int_equal(bdev_log_format(&log, &disk.base, &super, &map, true), 0);
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
    assert_int_equal(bdev_log_format(&log, &h.disk.base, &super, &map, false), 0);
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
        cmocka_unit_test(a_superblock_that_rots_loses_nothing),
        cmocka_unit_test(a_superblock_that_rots_with_its_twin_is_damage),
        cmocka_unit_test(a_superblock_that_was_never_written_loses_nothing),
        cmocka_unit_test(a_crash_while_a_superblock_is_mended_changes_nothing),
        cmocka_unit_test(both_superblocks_lost_is_neither_empty_nor_unfinished),
        cmocka_unit_test(a_page_of_snapshot_or_log_that_rots_is_damage),
        cmocka_unit_test(units_in_use_that_are_no_block_are_damage),
        cmocka_unit_test(a_superblock_of_another_size_or_version_is_told_apart),
        cmocka_unit_test(pages_of_an_earlier_device_do_not_count),
    };
    fake_host_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
