/* SPDX-License-Identifier: BSD-3-Clause */
/* A block device of the system, a loop device, as a bdev pool. Skipped where none may be made. */
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"

#define MIB  ((uint64_t)1 << 20)
#define HERE chi_pool_query_local()
#define SIZE (16 * MIB)

static struct chimaera_bdev_client disk;
static char path[32]; /* of the loop device */
static char backing[64];
static int loop = -1;

/* ---- the loop device */

static bool attach_loop(const char *folder)
{
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    int number = control >= 0 ? ioctl(control, LOOP_CTL_GET_FREE) : -1;
    snprintf(backing, sizeof backing, "%s/backing", folder);
    int fd = open(backing, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, SIZE), 0);
    snprintf(path, sizeof path, "/dev/loop%d", number);
    loop = number >= 0 ? open(path, O_RDWR | O_CLOEXEC) : -1;
    /* Gone by itself when this process is, however that ends. */
    const struct loop_config config = {.fd = (uint32_t)fd, .info.lo_flags = LO_FLAGS_AUTOCLEAR};
    bool there = loop >= 0 && ioctl(loop, LOOP_CONFIGURE, &config) == 0;
    if (!there) {
        print_message("skipped: no loop device available (%s)\n", strerror(errno));
        if (loop >= 0)
            close(loop);
        loop = -1;
    }
    close(fd);
    if (control >= 0)
        close(control);
    return there;
}

static int setup(void **state)
{
    int rc = chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS);
    const struct chi_test_daemon *daemon = *state;
    if (rc == 0 && attach_loop(daemon->dir))
        assert_int_equal(chi_client_init(), 0);
    return rc;
}

static int teardown(void **state)
{
    if (loop >= 0) {
        chi_client_fini();
        close(loop);
        loop = -1;
    }
    unlink(backing);
    return chi_test_daemon_teardown(state);
}

/* ---- helpers */

static int make(enum chimaera_bdev_mode mode, enum chimaera_bdev_engine engine, bool force,
                uint64_t total_size)
{
    const struct chimaera_bdev_options options = {.mode = mode, .engine = engine, .force = force};
    return chimaera_bdev_create(&disk, HERE, path, CHIMAERA_BDEV_TYPE_FILE, total_size, 0, 0,
                                &options);
}

static void done(void)
{
    assert_int_equal(chimaera_bdev_destroy(&disk, HERE), 0);
}

static struct chimaera_bdev_stats stats(void)
{
    struct chimaera_bdev_stats s;
    assert_int_equal(chimaera_bdev_get_stats(&disk, HERE, &s), 0);
    return s;
}

static struct chi_buffer buffer_of(size_t size, int value)
{
    struct chi_buffer buffer = {0};
    assert_int_equal(chi_buffer_alloc(size, &buffer), 0);
    memset(chi_buffer_data(&buffer), value, size);
    return buffer;
}

static void assert_all(const struct chi_buffer *buffer, int value)
{
    const uint8_t *bytes = chi_buffer_data(buffer);
    for (uint64_t i = 0; i < buffer->size; i++)
        assert_int_equal(bytes[i], value);
}

/* ---- tests */

static void blocks_of_one(enum chimaera_bdev_engine engine)
{
    struct chimaera_bdev_block block;
    size_t count = 1;

    assert_int_equal(make(CHIMAERA_BDEV_MODE_BLOCKS, engine, true, 0), 0);
    struct chimaera_bdev_stats before = stats();
    assert_true(before.total > 15 * MIB && before.total < SIZE);
    assert_int_equal(before.remaining, before.total);
    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, 3 * MIB + 5, &block, &count), 0);
    struct chi_buffer data = buffer_of(3 * MIB + 5, 0x5a);
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &block, 1, &data), 0);
    assert_int_equal(chimaera_bdev_flush(&disk, HERE), 0);
    done();

    assert_int_equal(make(CHIMAERA_BDEV_MODE_BLOCKS, engine, false, 0), 0); /* as it was */
    assert_int_equal(stats().allocated_blocks, 1);
    memset(chi_buffer_data(&data), 0, data.size);
    assert_int_equal(chimaera_bdev_read(&disk, HERE, &block, 1, &data), 0);
    assert_all(&data, 0x5a);
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, &block, 1), 0);
    assert_int_equal(stats().remaining, before.total);
    chi_buffer_free(&data);
    done();
}

static void a_block_device_has_blocks_that_last(void **state)
{
    (void)state;
    if (loop < 0)
        return;
    blocks_of_one(CHIMAERA_BDEV_ENGINE_AUTO);
    blocks_of_one(CHIMAERA_BDEV_ENGINE_THREADS);
}

static void raw_of_one(enum chimaera_bdev_engine engine)
{
    struct chimaera_bdev_extent extents[4];
    size_t count = 4;

    assert_int_equal(make(CHIMAERA_BDEV_MODE_RAW, engine, true, 0), 0);
    assert_int_equal(stats().total, SIZE);
    struct chi_buffer data = buffer_of(MIB, 0x33);
    struct chi_buffer seen = buffer_of(MIB, 0);
    assert_int_equal(chimaera_bdev_raw_write(&disk, HERE, SIZE - MIB, &data), 0);
    assert_int_equal(chimaera_bdev_raw_write(&disk, HERE, MIB + 7, &data), 0);
    assert_int_equal(chimaera_bdev_raw_read(&disk, HERE, MIB + 7, &seen), 0);
    assert_all(&seen, 0x33);
    assert_int_equal(chimaera_bdev_raw_zero(&disk, HERE, MIB + 7, MIB), 0);
    assert_int_equal(chimaera_bdev_raw_read(&disk, HERE, MIB + 7, &seen), 0);
    assert_all(&seen, 0);
    assert_int_equal(chimaera_bdev_raw_trim(&disk, HERE, 4 * MIB, MIB), 0);
    assert_int_equal(chimaera_bdev_raw_write(&disk, HERE, SIZE - MIB + 1, &data), -ERANGE);
    assert_int_equal(chimaera_bdev_raw_extents(&disk, HERE, 0, SIZE, extents, &count), 0);
    assert_int_equal(count, 1); /* nothing is known of holes */
    assert_int_equal(extents[0].size, SIZE);
    assert_int_equal(extents[0].flags, 0);
    assert_int_equal(chimaera_bdev_flush(&disk, HERE), 0);
    assert_int_equal(stats().errors, 1);
    done();

    int fd = open(backing, O_RDONLY | O_CLOEXEC);
    assert_int_equal(pread(fd, chi_buffer_data(&seen), MIB, (off_t)(SIZE - MIB)), MIB);
    assert_all(&seen, 0x33);
    close(fd);
    chi_buffer_free(&data);
    chi_buffer_free(&seen);
}

static void a_block_device_is_one_range_in_mode_raw(void **state)
{
    (void)state;
    if (loop < 0)
        return;
    raw_of_one(CHIMAERA_BDEV_ENGINE_AUTO);
    raw_of_one(CHIMAERA_BDEV_ENGINE_THREADS);
}

static void what_is_on_a_block_device_is_left_alone(void **state)
{
    (void)state;
    static const char text[] = "somebody's file system";
    if (loop < 0)
        return;
    assert_int_equal(pwrite(loop, text, sizeof text, (off_t)(SIZE - 4096)), sizeof text);
    assert_int_equal(make(CHIMAERA_BDEV_MODE_BLOCKS, CHIMAERA_BDEV_ENGINE_AUTO, false, 0), -EEXIST);
    assert_int_equal(make(CHIMAERA_BDEV_MODE_BLOCKS, CHIMAERA_BDEV_ENGINE_AUTO, false, 2 * SIZE),
                     -ENOSPC);
    int holder = open(path, O_RDWR | O_EXCL | O_CLOEXEC); /* as one that mounts it */
    assert_true(holder >= 0);
    assert_int_equal(make(CHIMAERA_BDEV_MODE_RAW, CHIMAERA_BDEV_ENGINE_AUTO, true, 0), -EBUSY);
    close(holder);
    char seen[sizeof text];
    assert_int_equal(pread(loop, seen, sizeof seen, (off_t)(SIZE - 4096)), sizeof seen);
    assert_string_equal(seen, text);
    assert_int_equal(make(CHIMAERA_BDEV_MODE_BLOCKS, CHIMAERA_BDEV_ENGINE_AUTO, true, 0), 0);
    done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_block_device_has_blocks_that_last, setup, teardown),
        cmocka_unit_test_setup_teardown(a_block_device_is_one_range_in_mode_raw, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_on_a_block_device_is_left_alone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
