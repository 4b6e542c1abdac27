/* SPDX-License-Identifier: BSD-3-Clause */
/* RawExtents through a daemon: files by both engines, memory, every code. */
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"

#define MIB  ((uint64_t)1 << 20)
#define HERE chi_pool_query_local()
#define MOST (64 * MIB + 1000)
#define HOLE CHIMAERA_BDEV_EXTENT_HOLE

struct fixture {
    struct chi_test_daemon daemon;
    char folder[64];
    char path[96];
};

static struct chimaera_bdev_client disk;
static uint64_t total; /* its size */
static uint8_t *model; /* what it must hold */

/* ---- helpers */

/* False, and says so, where there is no such engine here. */
static bool make(const char *name, enum chimaera_bdev_type type, enum chimaera_bdev_engine engine,
                 uint64_t size)
{
    const struct chimaera_bdev_options options = {.mode = CHIMAERA_BDEV_MODE_RAW, .engine = engine};
    int rc = chimaera_bdev_create(&disk, HERE, name, type, size, 0, 0, &options);
    total = size;
    if (rc != 0 && engine == CHIMAERA_BDEV_ENGINE_URING) {
        print_message("skipped: io_uring is not available\n");
        return false;
    }
    assert_int_equal(rc, 0);
    return true;
}

static void done(void)
{
    assert_int_equal(chimaera_bdev_destroy(&disk, HERE), 0);
}

static void put(uint64_t offset, size_t size, int byte)
{
    CHI_SCOPED_BUFFER(buffer);
    assert_int_equal(chi_buffer_alloc(size, &buffer), 0);
    memset(chi_buffer_data(&buffer), byte, size);
    assert_int_equal(chimaera_bdev_raw_write(&disk, HERE, offset, &buffer), 0);
    memset(model + offset, byte, size);
}

static bool all_zero(const uint8_t *bytes, uint64_t size)
{
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

/* Asks for so many extents at a time until the range is covered; holds each hole against the model.
 * Returns how many bytes are holes. */
static uint64_t holes(uint64_t offset, uint64_t size, size_t most)
{
    struct chimaera_bdev_extent *extents = calloc(most, sizeof *extents);
    uint64_t at = offset, sum = 0;
    assert_non_null(extents);
    while (at < offset + size) {
        size_t count = most;
        assert_int_equal(
            chimaera_bdev_raw_extents(&disk, HERE, at, offset + size - at, extents, &count), 0);
        assert_true(count > 0 && count <= most);
        for (size_t i = 0; i < count; i++) {
            const struct chimaera_bdev_extent *extent = &extents[i];
            assert_int_equal(extent->offset, at);
            assert_true(extent->size > 0 && extent->size <= offset + size - at);
            assert_true(i == 0 || extent->flags != extent[-1].flags);
            if (extent->flags == HOLE) {
                sum += extent->size;
                if (!all_zero(model + at, extent->size))
                    fail_msg("no hole: %zu bytes at %zu", (size_t)extent->size, (size_t)at);
            } else {
                assert_int_equal(extent->flags, 0);
            }
            at += extent->size;
        }
        assert_true(count == most || count == CHIMAERA_BDEV_EXTENTS_MAX || at == offset + size);
    }
    free(extents);
    return sum;
}

static bool is_hole(uint64_t offset, uint64_t size)
{
    return holes(offset, size, 1) == size;
}

static bool is_data(uint64_t offset, uint64_t size)
{
    return holes(offset, size, 1) == 0;
}

static void check_content(void)
{
    CHI_SCOPED_BUFFER(buffer);
    assert_int_equal(chi_buffer_alloc(MIB, &buffer), 0);
    for (uint64_t at = 0; at < total; at += MIB) {
        struct chi_buffer part = chi_buffer_slice(&buffer, 0, total - at < MIB ? total - at : MIB);
        assert_int_equal(chimaera_bdev_raw_read(&disk, HERE, at, &part), 0);
        assert_memory_equal(chi_buffer_data(&part), model + at, part.size);
    }
}

/* ---- what every kind of device says */

/*
 * Ranges expected to be holes are 2 MiB and more away from data, since the system may back memory
 * by pages of that size, and from the beginning, which Create has read: of a file whose storage is
 * reserved the system may call that data.
 */
static void use_holes(void)
{
    assert_true(is_hole(MIB, total - MIB));
    assert_true(is_hole(5 * MIB + 1, 3));
    holes(0, total, 1);
    put(100, 1, 7);
    put(20 * MIB, 3 * MIB, 1);
    put(30 * MIB, 4096, 0); /* of which it may say this or that */
    put(total - 5, 5, 9);
    assert_true(is_data(100, 1));
    assert_true(is_data(20 * MIB, 3 * MIB));
    assert_true(is_data(21 * MIB + 77, 12345));
    assert_true(is_data(total - 5, 5));
    assert_true(is_data(total - 1, 1));
    assert_true(is_hole(8 * MIB + 1, 4 * MIB));
    assert_true(is_hole(40 * MIB, 20 * MIB));
    uint64_t sum = holes(0, total, 1000);
    assert_true(sum > 40 * MIB && sum < total - 3 * MIB);
    for (size_t most = 1; most < 5; most++)
        assert_int_equal(holes(0, total, most), sum);
    assert_int_equal(holes(20 * MIB - 3, 3 * MIB + 6, 100), holes(20 * MIB - 3, 3 * MIB + 6, 1));
}

static void use_less(void)
{
    put(10 * MIB, 9 * MIB, 3);
    assert_true(is_data(10 * MIB, 9 * MIB));
    assert_int_equal(chimaera_bdev_raw_trim(&disk, HERE, 12 * MIB, 4 * MIB), 0);
    memset(model + 12 * MIB, 0, 4 * MIB); /* so it is on all that has holes */
    assert_true(is_hole(12 * MIB, 4 * MIB));
    assert_true(is_data(10 * MIB, 2 * MIB));
    assert_true(is_data(16 * MIB, 3 * MIB));
    assert_int_equal(chimaera_bdev_raw_zero(&disk, HERE, 20 * MIB - 100, 3 * MIB + 200), 0);
    memset(model + 20 * MIB - 100, 0, 3 * MIB + 200);
    assert_true(is_hole(20 * MIB, 2 * MIB));
    put(13 * MIB, 1, 4); /* again */
    assert_true(is_data(13 * MIB, 1));
}

/* Many tasks write and clear while others ask; each that has written finds data. */
static void use_at_once(void)
{
    enum { TASKS = 16 };
    struct chimaera_bdev_raw_extents_task *asked[TASKS];
    struct chimaera_bdev_raw_zero_task *cleared[TASKS];
    for (unsigned round = 0; round < 20; round++) {
        uint64_t place = 42 * MIB + round * 65536;
        put(place, 8192, (int)round + 1);
        for (unsigned i = 0; i < TASKS; i++) {
            cleared[i] = chimaera_bdev_raw_zero_async(&disk, HERE, 50 * MIB + i * MIB, MIB / 2);
            asked[i] = chimaera_bdev_raw_extents_async(&disk, HERE, place, 8192, i);
            assert_non_null(cleared[i]);
            assert_non_null(asked[i]);
        }
        for (unsigned i = 0; i < TASKS; i++) {
            assert_int_equal(chi_task_wait(&cleared[i]->base), i < 14 ? 0 : -ERANGE);
            assert_int_equal(chi_task_wait(&asked[i]->base), 0);
            assert_int_equal(chi_vector_count(&asked[i]->extents), 1);
            assert_int_equal(chi_vector_items(&asked[i]->extents)[0].flags, 0);
            chi_task_del(&cleared[i]->base);
            chi_task_del(&asked[i]->base);
        }
    }
}

static void use_wrongly(void)
{
    struct chimaera_bdev_extent extent;
    size_t count = 1;
    assert_int_equal(chimaera_bdev_raw_extents(&disk, HERE, 0, 0, &extent, &count), -EINVAL);
    assert_non_null(strstr(chi_last_error(), "the size is 0"));
    assert_int_equal(chimaera_bdev_raw_extents(&disk, HERE, total, 1, &extent, &count), -ERANGE);
    assert_int_equal(chimaera_bdev_raw_extents(&disk, HERE, 1, total, &extent, &count), -ERANGE);
    assert_int_equal(chimaera_bdev_raw_extents(&disk, HERE, 2, UINT64_MAX, &extent, &count),
                     -ERANGE);
    assert_int_equal(chimaera_bdev_raw_extents(&disk, HERE, UINT64_MAX, 1, &extent, &count),
                     -ERANGE);
    count = 0;
    assert_int_equal(chimaera_bdev_raw_extents(&disk, HERE, 0, 1, &extent, &count), -EINVAL);
}

static void use(void)
{
    use_holes();
    use_less();
    check_content();
    use_at_once();
    use_wrongly();
    check_content();
}

static bool has_holes(const struct fixture *f)
{
    char name[128];
    snprintf(name, sizeof name, "%s/probe", f->folder);
    int fd = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)MIB), 0);
    bool yes = lseek(fd, 0, SEEK_HOLE) == 0;
    close(fd);
    unlink(name);
    if (!yes)
        print_message("skipped: the file system of /tmp has no holes\n");
    return yes;
}

static void use_file(struct fixture *f, enum chimaera_bdev_engine engine)
{
    static const uint64_t sizes[] = {64 * MIB, MOST}; /* past the page cache, and through it */
    for (unsigned i = 0; has_holes(f) && i < 2; i++) {
        if (!make(f->path, CHIMAERA_BDEV_TYPE_FILE, engine, sizes[i]))
            return;
        use();
        done();
        unlink(f->path);
        memset(model, 0, MOST);
    }
}

static void a_file_served_by_uring_knows_its_holes(void **state)
{
    use_file(*state, CHIMAERA_BDEV_ENGINE_URING);
}

static void a_file_served_by_threads_knows_its_holes(void **state)
{
    use_file(*state, CHIMAERA_BDEV_ENGINE_THREADS);
}

static void memory_knows_its_holes(void **state)
{
    (void)state;
    if (access("/proc/self/pagemap", R_OK) < 0) {
        print_message("skipped: no /proc/self/pagemap here; memory is all data\n");
        return;
    }
    make("memory", CHIMAERA_BDEV_TYPE_RAM, CHIMAERA_BDEV_ENGINE_AUTO, MOST);
    use();
    done();
}

/* A truncated part is no hole: reads there must fail. */
static void a_file_that_was_cut_short_is_data_there(void **state)
{
    struct fixture *f = *state;
    if (!has_holes(f))
        return;
    make(f->path, CHIMAERA_BDEV_TYPE_FILE, CHIMAERA_BDEV_ENGINE_AUTO, MOST);
    assert_int_equal(truncate(f->path, (off_t)(8 * MIB)), 0);
    assert_true(is_hole(MIB, 7 * MIB));
    assert_true(is_data(8 * MIB, total - 8 * MIB));
    assert_int_equal(holes(7 * MIB, 2 * MIB, 1), MIB);
    done();
    unlink(f->path);
}

/* One call tells no more than there is room for in an answer, whatever is asked. */
static void an_answer_is_bounded(void **state)
{
    struct fixture *f = *state;
    static struct chimaera_bdev_extent extents[CHIMAERA_BDEV_EXTENTS_MAX + 10];
    size_t count = CHIMAERA_BDEV_EXTENTS_MAX + 10;
    if (!has_holes(f))
        return;
    make(f->path, CHIMAERA_BDEV_TYPE_FILE, CHIMAERA_BDEV_ENGINE_AUTO, MOST);
    for (uint64_t at = 0; at < 48 * MIB; at += 65536)
        put(at, 4096, 1);
    assert_int_equal(chimaera_bdev_raw_extents(&disk, HERE, 0, total, extents, &count), 0);
    assert_int_equal(count, CHIMAERA_BDEV_EXTENTS_MAX);
    assert_true(holes(0, total, 2000) > 0);
    done();
    unlink(f->path);
}

static void a_pool_of_blocks_has_no_extents(void **state)
{
    struct chimaera_bdev_extent extent;
    size_t count = 1;
    (void)state;
    assert_int_equal(
        chimaera_bdev_create(&disk, HERE, "blocks", CHIMAERA_BDEV_TYPE_RAM, MIB, 0, 0, NULL), 0);
    assert_int_equal(chimaera_bdev_raw_extents(&disk, HERE, 0, 1, &extent, &count), -ENOTSUP);
    assert_non_null(strstr(chi_last_error(), "mode"));
    done();
}

/* ---- frame */

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    chi_test_daemon_prepare(&f->daemon);
    chi_test_watchdog(110);
    chi_test_daemon_start(&f->daemon, CHI_TEST_TWO_WORKERS);
    snprintf(f->folder, sizeof f->folder, "/tmp/chi_bdev_XXXXXX");
    if (mkdtemp(f->folder) == NULL || chi_client_init() != 0)
        return -1;
    snprintf(f->path, sizeof f->path, "%s/file", f->folder);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    chi_client_fini();
    unlink(f->path);
    int rc = rmdir(f->folder);
    assert_int_equal(chi_test_daemon_stop(&f->daemon), 0);
    chi_test_daemon_finish(&f->daemon);
    free(f);
    return rc;
}

static int empty_model(void **state)
{
    (void)state;
    model = calloc(1, MOST);
    return model != NULL ? 0 : -1;
}

static int free_model(void **state)
{
    (void)state;
    free(model);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, empty_model, free_model)
    const struct CMUnitTest tests[] = {
        TEST(a_file_served_by_uring_knows_its_holes),
        TEST(a_file_served_by_threads_knows_its_holes),
        TEST(memory_knows_its_holes),
        TEST(a_file_that_was_cut_short_is_data_there),
        TEST(an_answer_is_bounded),
        TEST(a_pool_of_blocks_has_no_extents),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
