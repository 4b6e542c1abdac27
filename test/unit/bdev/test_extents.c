/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which parts of a file hold data: any range of it, lists that are full, files that have changed,
 * and the operation by which both engines ask.
 */
#define BDEV_IO_HOOK 1
#include "../../../chimods/bdev/src/device.h"
#include "extents_list.h"
#include "fake_park.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int sparse_file(void)
{
    char name[] = "/tmp/chi_extents_XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    assert_true(fd >= 0);
    unlink(name);
    assert_int_equal(ftruncate(fd, BYTES), 0);
    return fd;
}

static bool has_holes(int fd)
{
    bool yes = lseek(fd, 0, SEEK_HOLE) == 0;
    if (!yes)
        print_message("skipped: the file system of /tmp has no holes\n");
    return yes;
}

static void put(int fd, uint64_t offset, uint64_t size)
{
    char *bytes = malloc(size);
    assert_non_null(bytes);
    memset(bytes, 'x', size);
    assert_int_equal(pwrite(fd, bytes, size, (off_t)offset), size);
    free(bytes);
}

/* ---- a file, asked directly */

static void a_file_is_told_from_any_offset_on(void **state)
{
    (void)state;
    int fd = sparse_file();
    if (has_holes(fd)) {
        put(fd, MIB, MIB);
        put(fd, 3 * MIB, 65536);
        begin(0, BYTES, 0);
        assert_int_equal(bdev_extents_seek(&list, fd), 0);
        check_order(0);
        assert_int_equal(list.count, 5);
        is(0, 0, MIB, HOLE);
        is(1, MIB, MIB, 0);
        is(2, 2 * MIB, MIB, HOLE);
        is(3, 3 * MIB, 65536, 0);
        is(4, 3 * MIB + 65536, BYTES - 3 * MIB - 65536, HOLE);
        end();
        begin(MIB + 1, 2, 1);
        assert_int_equal(bdev_extents_seek(&list, fd), 0);
        is(0, MIB + 1, 2, 0);
        end();
        begin(2 * MIB - 3, MIB + 7, 0);
        assert_int_equal(bdev_extents_seek(&list, fd), 0);
        assert_int_equal(list.count, 3);
        is(0, 2 * MIB - 3, 3, 0);
        is(1, 2 * MIB, MIB, HOLE);
        is(2, 3 * MIB, 4, 0);
        end();
        begin(BYTES - 1, 1, 0);
        assert_int_equal(bdev_extents_seek(&list, fd), 0);
        is(0, BYTES - 1, 1, HOLE);
        end();
    }
    close(fd);
}

static void a_list_ends_where_its_room_does(void **state)
{
    (void)state;
    int fd = sparse_file();
    if (has_holes(fd)) {
        for (uint64_t i = 0; i < 8; i++)
            put(fd, (2 * i + 1) * MIB, MIB);
        uint32_t all = 0;
        for (uint64_t offset = 0; offset < 20 * MIB; offset = list.at) {
            end();
            begin(offset, 20 * MIB - offset, 3);
            assert_int_equal(bdev_extents_seek(&list, fd), 0);
            assert_true(bdev_extents_done(&list));
            check_order(offset);
            all += list.count;
        }
        assert_int_equal(all, 17);
        end();
        begin(0, BYTES, CHIMAERA_BDEV_EXTENTS_MAX + 1);
        assert_int_equal(list.capacity, CHIMAERA_BDEV_EXTENTS_MAX);
        end();
    }
    close(fd);
}

/* A read there reports that it is gone. */
static void what_a_file_has_lost_is_data(void **state)
{
    (void)state;
    int fd = sparse_file();
    bool holes = has_holes(fd);
    assert_int_equal(ftruncate(fd, 4 * MIB), 0);
    for (uint64_t offset = 3 * MIB; holes && offset <= 5 * MIB; offset += MIB) {
        begin(offset, 10 * MIB, 0);
        assert_int_equal(bdev_extents_seek(&list, fd), 0);
        check_order(offset);
        assert_int_equal(list.items[list.count - 1].flags, 0);
        assert_int_equal(list.count, offset < 4 * MIB ? 2 : 1);
        end();
    }
    close(fd);
}

static void what_cannot_be_asked_is_data(void **state)
{
    (void)state;
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC); /* -EINVAL for such questions */
    assert_true(fd >= 0);
    assert_true(lseek(fd, 0, SEEK_DATA) < 0);
    assert_int_equal(errno, EINVAL);
    begin(5, 10 * MIB, 0);
    assert_int_equal(bdev_extents_seek(&list, fd), 0);
    assert_int_equal(list.count, 1);
    is(0, 5, 10 * MIB, 0);
    end();
    close(fd);
    begin(0, MIB, 0);
    assert_int_equal(bdev_extents_seek(&list, -1), -EBADF);
    end();
}

/* ---- a file, asked through the engines */

static void ask_through(enum chimaera_bdev_engine engine)
{
    enum { PIECES = 200 }; /* more than are told at a stretch */
    struct bdev_device device;
    unsigned stretches = 0;
    int fd = sparse_file();
    bool holes = has_holes(fd);

    if (bdev_device_init_file(&device, fd, BYTES, 2, engine) < 0) {
        print_message("skipped: no io_uring here\n");
        close(fd);
        return;
    }
    for (uint64_t i = 0; i < PIECES; i++)
        put(fd, i * 131072, 65536);
    begin(0, BYTES, 0);
    for (; !bdev_extents_done(&list); stretches++) {
        struct bdev_op op = {.kind = BDEV_OP_EXTENTS, .extents = &list};
        assert_int_equal(bdev_op_run(&device, &op), 0);
    }
    check_order(0);
    assert_int_equal(list.count, holes ? 2 * PIECES : 1);
    assert_true(stretches > 1 || !holes);
    end();
    assert_int_equal(device.operations, stretches);
    assert_int_equal(device.queue_depth.in_flight, 0);
    assert_int_equal(device.queue_depth.max_in_flight, 1);
    bdev_device_fini(&device);
    park_pollers = NULL;
}

static void threads_of_either_engine_ask_a_bounded_part_at_a_time(void **state)
{
    (void)state;
    ask_through(CHIMAERA_BDEV_ENGINE_THREADS);
    ask_through(CHIMAERA_BDEV_ENGINE_URING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_told_from_any_offset_on),
        cmocka_unit_test(a_list_ends_where_its_room_does),
        cmocka_unit_test(what_a_file_has_lost_is_data),
        cmocka_unit_test(what_cannot_be_asked_is_data),
        cmocka_unit_test(threads_of_either_engine_ask_a_bounded_part_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
