/* SPDX-License-Identifier: BSD-3-Clause */
/* What a device refuses, and what it is made of. */
#include "integration/bdev_fixture.h"

/* ---- refusals */

static void expect_refusal(int rc, int wanted, const char *word)
{
    assert_int_equal(rc, wanted);
    if (strstr(chi_last_error(), word) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", chi_last_error(), word);
}

static void files_that_cannot_be_had_are_refused(void **state)
{
    struct fixture *f = *state;
    const enum chimaera_bdev_type file = CHIMAERA_BDEV_TYPE_FILE;
    char name[160];

    expect_refusal(make("relative", file, MIB, NULL), -EINVAL, "absolute path");
    snprintf(name, sizeof name, "%s/no/such/folder", f->folder);
    expect_refusal(make(name, file, MIB, NULL), -ENOENT, "cannot open");
    expect_refusal(make(fresh_path(f), file, 0, NULL), -ENOENT, "cannot open");
    expect_refusal(make("/dev/null", file, MIB, NULL), -EINVAL, "neither");
    expect_refusal(make(f->folder, file, MIB, NULL), -EISDIR, "cannot open");
    expect_refusal(make(fresh_path(f), file, 60000, NULL), -ENOSPC, "too small");
    assert_int_equal(access(path, F_OK), -1); /* what was made for it is gone */
    chi_test_write_file(fresh_path(f), "");
    expect_refusal(make(path, file, 0, NULL), -ENOSPC, "total_size");
    if (geteuid() != 0) {
        assert_int_equal(chmod(path, 0400), 0);
        expect_refusal(make(path, file, MIB, NULL), -EACCES, "cannot open");
    } else {
        print_message("skipped: root may open everything; no refusal with -EACCES\n");
    }
    assert_int_equal(chimaera_bdev_create(&disk, HERE, fresh_path(f), file, MIB, 5000, 0, NULL),
                     -EINVAL);
    assert_int_equal(chimaera_bdev_create(&disk, HERE, fresh_path(f), file, MIB, 0, 1000, NULL),
                     -EINVAL);
}

static void what_a_file_holds_is_not_overwritten(void **state)
{
    const enum chimaera_bdev_type file = CHIMAERA_BDEV_TYPE_FILE;
    const struct chimaera_bdev_options force = {.force = true};
    const struct chimaera_bdev_options raw = {.mode = CHIMAERA_BDEV_MODE_RAW};
    const struct chimaera_bdev_options raw_force = {.mode = CHIMAERA_BDEV_MODE_RAW, .force = true};
    const char *name = fresh_path(*state);
    char kept[8] = "";

    chi_test_write_file(name, "letters");
    assert_int_equal(truncate(name, 2 * MIB), 0);
    expect_refusal(make(name, file, 0, NULL), -EEXIST, "force");
    expect_refusal(make(name, file, 4 * MIB, NULL), -ENOSPC, "less than the total_size");
    int fd = open(name, O_RDONLY);
    assert_int_equal(read(fd, kept, 7), 7);
    close(fd);
    assert_string_equal(kept, "letters");
    assert_int_equal(make(name, file, 0, &raw), 0); /* raw changes nothing by itself */
    done();
    assert_int_equal(make(name, file, 0, &force), 0);
    allocate(4096);
    done();
    expect_refusal(make(name, file, 0, &raw), -EEXIST, "map");
    assert_int_equal(make(name, file, 0, NULL), 0); /* it is ours now */
    assert_int_equal(stats().allocated_blocks, 1);
    done();
    assert_int_equal(make(name, file, 0, &raw_force), 0);
    done();
    assert_int_equal(make(name, file, 0, &raw), 0); /* and no map is left that others may find */
    done();
    expect_refusal(make(name, file, 0, NULL), -EEXIST, "force");
}

static void a_file_is_opened_as_it_was_made(void **state)
{
    const enum chimaera_bdev_type file = CHIMAERA_BDEV_TYPE_FILE;
    const char *name = fresh_path(*state);
    char other[160];

    assert_int_equal(chimaera_bdev_create(&disk, HERE, name, file, 4 * MIB, 0, 8192, NULL), 0);
    struct chimaera_bdev_block block = allocate(1);
    assert_int_equal(block.size, 8192);
    snprintf(other, sizeof other, "%s.link", name);
    assert_int_equal(symlink(name, other), 0);
    struct chimaera_bdev_client mine = disk;
    expect_refusal(make(other, file, 0, NULL), -EBUSY, "in use");
    disk = mine;
    done();
    expect_refusal(chimaera_bdev_create(&disk, HERE, name, file, 0, 0, 4096, NULL), -EINVAL,
                   "8192");
    expect_refusal(make(name, file, 2 * MIB, NULL), -EINVAL, "was formatted with");
    assert_int_equal(make(name, file, 0, NULL), 0);
    assert_int_equal(stats().alignment, 8192);
    assert_int_equal(stats().device, block.device);
    write_then_read(block, 0, 5);
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, &block, 1), 0);
    done();
    assert_int_equal(truncate(name, 2 * MIB), 0);
    expect_refusal(make(name, file, 0, NULL), -ENOSPC, "is smaller than");
    assert_int_equal(truncate(name, 4 * MIB), 0);
    int fd = open(name, O_WRONLY);
    assert_int_equal(pwrite(fd, "x", 1, 100), 1);
    assert_int_equal(pwrite(fd, "x", 1, 4096 + 100), 1);
    close(fd);
    expect_refusal(make(name, file, 0, NULL), -EUCLEAN, "damaged");
}

static void ram_pools_are_held_against_the_memory_together(void **state)
{
    (void)state;
    uint64_t all = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t most = all / 5 * 3;
    assert_int_equal(make("half_a", CHIMAERA_BDEV_TYPE_RAM, most, NULL), 0);
    struct chimaera_bdev_client first = disk;
    expect_refusal(make("half_b", CHIMAERA_BDEV_TYPE_RAM, most, NULL), -ENOMEM, "other RAM pools");
    disk = first;
    done();
    assert_int_equal(make("half_b", CHIMAERA_BDEV_TYPE_RAM, most, NULL), 0);
    done();
    assert_int_equal(make("none", CHIMAERA_BDEV_TYPE_RAM, 0, NULL), -EINVAL);
}

static void given_figures_are_what_stats_say(void **state)
{
    (void)state;
    const struct chimaera_bdev_options options = {
        .perf = {.read_mb_per_s = 7000, .iops = 1000000, .write_latency_us = 12}};
    assert_int_equal(make("known", CHIMAERA_BDEV_TYPE_RAM, MIB, &options), 0);
    struct chimaera_bdev_block block = allocate(4096);
    write_then_read(block, 0, 1);
    assert_int_equal(stats().perf.read_mb_per_s, 7000);
    assert_int_equal(stats().perf.iops, 1000000);
    assert_int_equal(stats().perf.write_latency_us, 12);
    assert_true(stats().perf.read_latency_us > 0); /* seen */
    done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_that_cannot_be_had_are_refused),
        cmocka_unit_test(what_a_file_holds_is_not_overwritten),
        cmocka_unit_test(a_file_is_opened_as_it_was_made),
        cmocka_unit_test(ram_pools_are_held_against_the_memory_together),
        cmocka_unit_test(given_figures_are_what_stats_say),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
