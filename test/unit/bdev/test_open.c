/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening and closing a file device while others do something to its path, and what is flushed.
 * Calls of the system are stood in for; handlers are threads here.
 */
#include "../../../chimods/bdev/src/open.h"
#include "fake_host.h"
#include "fake_park.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE ((uint64_t)1 << 20)
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define KILL_STRIDE 6u /* a fork costs many times as much */
#else
#define KILL_STRIDE 1u
#endif

static char path[64];
static unsigned numbers, flushes;
static atomic_uint steps;  /* changes of the file that were asked for */
static unsigned last_step; /* the process is killed before it; 0: it is not */
static bool no_fallocate, full;
static void (*before_lock)(void); /* once */
static int rival;                 /* a descriptor of another process */

int flock(int fd, int operation)
{
    void (*step)(void) = before_lock;
    before_lock = NULL;
    if (step != NULL)
        step();
    return (int)syscall(SYS_flock, fd, operation);
}

static void step(void)
{
    if (atomic_fetch_add(&steps, 1) + 1 == last_step)
        (void)kill(getpid(), SIGKILL);
}

ssize_t pwrite(int fd, const void *memory, size_t size, off_t offset)
{
    step();
    return (ssize_t)syscall(SYS_pwrite64, fd, memory, size, offset);
}

int ftruncate(int fd, off_t size)
{
    step();
    return (int)syscall(SYS_ftruncate, fd, size);
}

/* Where the file system is full, it has taken what there was. */
int fallocate(int fd, int mode, off_t offset, off_t size)
{
    step();
    errno = EOPNOTSUPP;
    if (no_fallocate)
        return -1;
    int rc = (int)syscall(SYS_fallocate, fd, mode, offset, full ? size / 2 : size);
    if (rc == 0 && full)
        errno = ENOSPC;
    return full ? -1 : rc;
}

int fdatasync(int fd)
{
    flushes++;
    step();
    return (int)syscall(SYS_fdatasync, fd);
}

int chi_task_sleep(uint64_t duration_ns)
{
    (void)duration_ns;
    return 0;
}

int chi_container_open_file(struct chi_container *container, const char *at, int flags,
                            uint32_t mode)
{
    (void)container;
    int fd = open(at, flags, (mode_t)mode);
    return fd < 0 ? -errno : fd;
}

static void lock_as_another_process(void)
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
    before_lock = lock_as_another_process; /* between making the file and locking it */
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
    assert_int_equal(fstat(device.device.fd, &used), 0);
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

/* Opens the device in a process that is killed before its step `n`; false where it took fewer. */
static bool open_and_die(unsigned n, uint32_t force)
{
    int status = 0;
    (void)fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct chimaera_bdev device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
        device.params.force = force;
        atomic_store(&steps, 0);
        last_step = n;
        _exit(bdev_open(&device) == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return WIFSIGNALED(status);
}

static void put_nothing(void)
{
}

static void put_an_empty_file(void)
{
    close(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

/* Without data, and in the page cache. */
static void put_reserved_space(void)
{
    static uint8_t bytes[SIZE];
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(syscall(SYS_fallocate, fd, 0, 0, SIZE), 0);
    assert_int_equal(pread(fd, bytes, SIZE, 0), SIZE);
    close(fd);
}

/* Whichever writes were done when it was killed, Create succeeds without force. */
static void a_device_whose_making_was_cut_short_can_be_made(void **state)
{
    (void)state;
    void (*const before[])(void) = {put_nothing, put_an_empty_file, put_reserved_space};
    for (unsigned i = 0; i < 4; i++) {
        unsigned n = 1;
        bool killed = true;
        no_fallocate = i == 3;
        for (; killed; n += KILL_STRIDE) {
            unlink(path);
            before[i % 3]();
            killed = open_and_die(n, 0);
            if (n % 4 == 0)
                (void)open_and_die(n > 4 ? n - 4 : n + 1, 0); /* and if that is cut short as well */
            struct chimaera_bdev device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
            assert_int_equal(bdev_open(&device), 0);
            assert_int_equal(device.space.blocks, 0);
            assert_int_equal(device.size, bdev_space_remaining(&device.space));
            assert_int_equal(bdev_close(&device), 0);
        }
        assert_true(n > 10);
    }
    no_fallocate = false;
}

/* Data from before a forced format, or after an interrupted one, is not taken for the marker. */
static void what_is_there_is_not_taken_for_a_device_cut_short(void **state)
{
    (void)state;
    static const char text[BDEV_PAGE] = "somebody's";
    for (unsigned n = 1, killed = 1; killed;
         n += KILL_STRIDE) { /* forced over something, and cut short */
        int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        for (off_t at = 0; at < (off_t)SIZE; at += 4096)
            assert_int_equal(pwrite(fd, text, sizeof text, at), sizeof text);
        close(fd);
        killed = open_and_die(n, 1);
        struct chimaera_bdev device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
        int rc = bdev_open(&device);
        assert_true(rc == 0 || rc == -EEXIST || rc == -EUCLEAN);
        assert_true(rc == 0 || killed);
        assert_true(rc < 0 || n > 3);
        if (rc == 0)
            assert_int_equal(bdev_close(&device), 0);
    }
    /* Of what others write; as Linux's RAID does behind the first page. */
    const off_t places[] = {0, 8, 510, 1024, 4095, 4096, 8191, 8192, 20480, SIZE / 2, SIZE - 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        unlink(path);
        assert_true(open_and_die(4, 0));
        int fd = open(path, O_RDWR | O_CLOEXEC);
        struct bdev_superblock pages[2];
        assert_int_equal(pread(fd, pages, sizeof pages, 0), sizeof pages);
        assert_true(bdev_super_is_interrupted(pages));
        assert_int_equal(pwrite(fd, text, 1, places[i]), 1);
        close(fd);
        struct chimaera_bdev device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
        assert_int_equal(bdev_open(&device), -EEXIST);
    }
}

static void a_raw_device_has_no_mark_of_a_map(void **state)
{
    (void)state;
    static const uint8_t zeros[2 * BDEV_PAGE];
    uint8_t bytes[sizeof zeros];
    assert_true(open_and_die(4, 0));
    struct chimaera_bdev device = device_of(CHIMAERA_BDEV_MODE_RAW);
    assert_int_equal(bdev_open(&device), 0);
    assert_int_equal(bdev_close(&device), 0);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(fd, bytes, sizeof bytes, 0), sizeof bytes);
    assert_memory_equal(bytes, zeros, sizeof bytes);
    close(fd);
    device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
    assert_int_equal(bdev_open(&device), -EEXIST);
}

static void a_full_file_system_is_as_full_as_before(void **state)
{
    (void)state;
    struct stat info;
    put_an_empty_file();
    struct chimaera_bdev device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
    full = true;
    assert_int_equal(bdev_open(&device), -ENOSPC);
    full = false;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 0);
    assert_int_equal(info.st_blocks, 0);
}

/* All ways to lose both superblocks; the blocks still hold data. */
static void a_device_without_superblocks_is_not_formatted(void **state)
{
    (void)state;
    for (unsigned used = 0; used < 2; used++) {
        struct chimaera_bdev device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
        static const uint8_t zeros[2 * BDEV_PAGE];
        assert_int_equal(bdev_open(&device), 0);
        for (unsigned i = 0; i < used; i++)
            assert_int_equal(bdev_flush(&device), 0);
        assert_int_equal(bdev_close(&device), 0);
        int fd = open(path, O_RDWR | O_CLOEXEC);
        assert_int_equal(pwrite(fd, zeros, sizeof zeros, 0), sizeof zeros);
        close(fd);
        device = device_of(CHIMAERA_BDEV_MODE_BLOCKS);
        assert_int_equal(bdev_open(&device), -EEXIST);
        unlink(path);
    }
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
        TEST(a_device_whose_making_was_cut_short_can_be_made),
        TEST(what_is_there_is_not_taken_for_a_device_cut_short),
        TEST(a_raw_device_has_no_mark_of_a_map),
        TEST(a_full_file_system_is_as_full_as_before),
        TEST(a_device_without_superblocks_is_not_formatted),
    };
    fake_host_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
