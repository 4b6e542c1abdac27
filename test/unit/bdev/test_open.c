/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening and closing a file device while others do something to its path, and what is flushed.
 * Calls of the system are stood in for; handlers are threads here.
 */
#include "../../../chimods/bdev/src/bdev_runtime.h"
#include "fake_host.h"
#include "fake_park.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIZE ((uint64_t)1 << 20)

static char path[64];
static unsigned numbers, flushes;
static void (*before_lock)(void); /* once */
static int rival;                 /* a descriptor of somebody else */

int flock(int fd, int operation)
{
    void (*step)(void) = before_lock;
    before_lock = NULL;
    if (step != NULL)
        step();
    return (int)syscall(SYS_flock, fd, operation);
}

int fdatasync(int fd)
{
    flushes++;
    return (int)syscall(SYS_fdatasync, fd);
}

int chi_task_sleep(uint64_t duration_ns)
{
    (void)duration_ns;
    return 0;
}

static void lock_as_somebody_else(void)
{
    rival = open(path, O_RDWR | O_CLOEXEC);
    assert_true(rival >= 0);
    assert_int_equal(syscall(SYS_flock, rival, LOCK_EX | LOCK_NB), 0);
}

static void remove_it(void)
{
    assert_int_equal(unlink(path), 0);
}

static struct chimaera_bdev device_of(enum chimaera_bdev_mode mode)
{
    return (struct chimaera_bdev){.base = {.pool_name = path},
                                  .params = {.type = CHIMAERA_BDEV_TYPE_FILE,
                                             .mode = mode,
                                             .engine = CHIMAERA_BDEV_ENGINE_THREADS,
                                             .total_size = SIZE}};
}

static int fresh_path(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/chi_open_%d_%u", (int)getpid(), numbers++);
    flushes = 0;
    return 0;
}

static int remove_path(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static void a_file_that_another_locked_first_is_not_removed(void **state)
{
    (void)state;
    struct chimaera_bdev device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
    before_lock = lock_as_somebody_else; /* between making the file and locking it */
    assert_int_equal(bdev_open(&device), -EBUSY);
    assert_int_equal(access(path, F_OK), 0);
    close(rival);
    assert_int_equal(bdev_open(&device), 0);
    assert_int_equal(bdev_close(&device), 0);
}

static void a_file_that_was_removed_before_the_lock_is_not_used(void **state)
{
    (void)state;
    struct chimaera_bdev device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
    struct stat there, used;
    close(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    before_lock = remove_it;
    assert_int_equal(bdev_open(&device), 0);
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(fstat(device.file.fd, &used), 0);
    assert_int_equal(there.st_ino, used.st_ino);
    assert_int_equal(bdev_close(&device), 0);
}

static void closing_flushes_in_both_modes(void **state)
{
    (void)state;
    for (int mode = CHIMAERA_BDEV_MODE_BLOCKS; mode <= CHIMAERA_BDEV_MODE_RAW; mode++) {
        struct chimaera_bdev device = device_of((enum chimaera_bdev_mode)mode);
        assert_int_equal(bdev_open(&device), 0);
        flushes = 0;
        assert_int_equal(bdev_close(&device), 0);
        assert_int_equal(flushes, 1);
        unlink(path);
    }
}

static void a_raw_device_is_no_larger_than_its_file(void **state)
{
    (void)state;
    struct chimaera_bdev device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
    assert_int_equal(bdev_open(&device), 0);
    assert_int_equal(bdev_close(&device), 0);
    device = device_of(CHIMAERA_BDEV_MODE_RAW);
    device.params.force = 1; /* there is a map */
    device.params.total_size = 2 * SIZE;
    assert_int_equal(bdev_open(&device), -ENOSPC);
}

static void force_takes_a_device_with_a_damaged_map(void **state)
{
    (void)state;
    struct chimaera_bdev device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
    struct chi_bytes blocks = {0};
    assert_int_equal(bdev_open(&device), 0);
    assert_int_equal(bdev_space_allocate(&device.space, 4096, 1, &blocks), 0);
    uint64_t snapshot = bdev_super_region(&device.log.super, device.log.super.epoch);
    chi_bytes_fini(&blocks);
    assert_int_equal(bdev_close(&device), 0);

    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "torn", 4, (off_t)snapshot + 100), 4);
    close(fd);
    device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
    assert_int_equal(bdev_open(&device), -EUCLEAN);
    device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
    device.params.force = 1;
    assert_int_equal(bdev_open(&device), 0);
    assert_int_equal(device.space.blocks, 0);
    assert_int_equal(bdev_close(&device), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh_path, remove_path)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_that_another_locked_first_is_not_removed),
        TEST(a_file_that_was_removed_before_the_lock_is_not_used),
        TEST(closing_flushes_in_both_modes),
        TEST(a_raw_device_is_no_larger_than_its_file),
        TEST(force_takes_a_device_with_a_damaged_map),
    };
    fake_host_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
