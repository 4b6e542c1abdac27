/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which parts of a device hold data: lists that are full, files by both engines, memory. What is
 * said is held against what was written and what is read.
 */
#define BDEV_IO_HOOK 1
#include "../../../chimods/bdev/src/device.h"
#include "../../../chimods/bdev/src/ram.h"
#include "fake_park.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB   ((uint64_t)1 << 20)
#define BYTES (32 * MIB)
#define HOLE  CHIMAERA_BDEV_EXTENT_HOLE

static struct bdev_extents list;

static void begin(uint64_t offset, uint64_t size, uint32_t most)
{
    assert_int_equal(bdev_extents_init(&list, offset, size, most), 0);
}

static void end(void)
{
    free(list.items);
    list = (struct bdev_extents){.items = NULL};
}

static void is(uint32_t index, uint64_t offset, uint64_t size, uint32_t flags)
{
    assert_true(index < list.count);
    assert_int_equal(list.items[index].offset, offset);
    assert_int_equal(list.items[index].size, size);
    assert_int_equal(list.items[index].flags, flags);
}

/* From the beginning to `at`, without gaps, each of another kind than the one before it. */
static void check_order(uint64_t offset)
{
    assert_true(list.count > 0 && list.count <= list.room);
    for (uint32_t i = 0; i < list.count; i++) {
        assert_int_equal(list.items[i].offset, offset);
        assert_true(list.items[i].size > 0);
        assert_int_equal(list.items[i].reserved, 0);
        assert_true(i == 0 || list.items[i].flags != list.items[i - 1].flags);
        offset += list.items[i].size;
    }
    assert_int_equal(offset, list.at);
    assert_true(list.full || list.at == list.end);
}

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
        assert_int_equal(list.room, CHIMAERA_BDEV_EXTENTS_MAX);
        end();
    }
    close(fd);
}

/* Whoever reads there shall learn that it is gone. */
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

    if (bdev_device_init(&device, fd, BYTES, 2, engine) < 0) {
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
    assert_int_equal(device.gate.inside, 0);
    assert_int_equal(device.gate.most_inside, 1);
    bdev_device_fini(&device);
    park_pollers = NULL;
}

static void threads_of_either_engine_ask_a_bounded_part_at_a_time(void **state)
{
    (void)state;
    ask_through(CHIMAERA_BDEV_ENGINE_THREADS);
    ask_through(CHIMAERA_BDEV_ENGINE_URING);
}

/* ---- memory */

static void look(struct bdev_ram *ram, uint64_t offset, uint64_t size, uint32_t most)
{
    int pagemap = bdev_pagemap_open();
    begin(offset, size, most);
    while (!bdev_extents_done(&list))
        bdev_extents_look(&list, pagemap, ram->memory);
    bdev_pagemap_close(pagemap);
    check_order(offset);
}

static bool have_pagemap(void)
{
    int pagemap = bdev_pagemap_open();
    if (pagemap < 0)
        print_message("skipped: no /proc/self/pagemap here; memory is all data\n");
    bdev_pagemap_close(pagemap);
    return pagemap >= 0;
}

/* Pages of its own for each piece, whatever the machine's setting. */
static void open_memory(struct bdev_ram *ram, uint64_t size)
{
    uint64_t left;
    assert_int_equal(bdev_ram_init(ram, size, &left), 0);
    (void)madvise(ram->memory, size, MADV_NOHUGEPAGE);
}

static void write_memory(struct bdev_ram *ram, uint64_t offset, uint64_t size, int byte)
{
    uint8_t *bytes = malloc(size);
    assert_non_null(bytes);
    memset(bytes, byte, size);
    bdev_ram_copy(ram, offset, bytes, size, true);
    free(bytes);
}

static void pages_that_were_written_are_data(void **state)
{
    (void)state;
    struct bdev_ram ram;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), size = 1000 * page + 17;
    if (!have_pagemap())
        return;
    open_memory(&ram, size);
    look(&ram, 0, size, 0);
    assert_int_equal(list.count, 1);
    is(0, 0, size, HOLE);
    end();
    write_memory(&ram, 10 * page + 1, 1, 0); /* that it is a zero does not matter */
    write_memory(&ram, 12 * page - 1, 2, 5); /* in two pages */
    write_memory(&ram, size - 1, 1, 5);
    look(&ram, 0, size, 0);
    assert_int_equal(list.count, 4);
    is(0, 0, 10 * page, HOLE);
    is(1, 10 * page, 3 * page, 0);
    is(2, 13 * page, 987 * page, HOLE);
    is(3, 1000 * page, 17, 0);
    end();
    look(&ram, 10 * page - 1, 2, 0);
    assert_int_equal(list.count, 2);
    is(0, 10 * page - 1, 1, HOLE);
    is(1, 10 * page, 1, 0);
    end();
    look(&ram, 0, size, 3);
    assert_true(list.full);
    assert_int_equal(list.at, 1000 * page);
    end();
    bdev_ram_zero(&ram, 11 * page, 2 * page - 1); /* a page, and a part of one */
    look(&ram, 10 * page, 4 * page, 0);
    assert_int_equal(list.count, 4);
    is(1, 11 * page, page, HOLE);
    is(2, 12 * page, page, 0);
    end();
    bdev_ram_fini(&ram);
}

/* Huge pages or not, many pieces: what is called a hole reads as zeros, all that was written is
 * data, and so it stays when pages are given back. */
static void check_model(struct bdev_ram *ram, const uint8_t *written)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), offset = 0;
    while (offset < ram->size) {
        look(ram, offset, ram->size - offset, 7);
        for (uint32_t i = 0; i < list.count; i++)
            if (list.items[i].flags == HOLE)
                for (uint64_t at = list.items[i].offset / page * page;
                     at < list.items[i].offset + list.items[i].size; at += page)
                    assert_int_equal(written[at / page], 0);
        offset = list.at;
        end();
    }
}

static void use_at_random(int advice)
{
    struct bdev_ram ram;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), pages = BYTES / page;
    uint8_t *written = calloc(pages, 1);
    assert_non_null(written);
    open_memory(&ram, BYTES);
    (void)madvise(ram.memory, BYTES, advice);
    srand(7);
    for (unsigned round = 0; round < 300; round++) {
        uint64_t first = (uint64_t)rand() % pages, count = (uint64_t)rand() % 40 + 1;
        if (count > pages - first)
            count = pages - first;
        if (rand() % 3 > 0) {
            write_memory(&ram, first * page + 1, count * page - 2, (int)round);
            memset(written + first, 1, count);
        } else {
            bdev_ram_zero(&ram, first * page, count * page);
            memset(written + first, 0, count);
            look(&ram, first * page, count * page, 0);
            if (advice ==
                MADV_NOHUGEPAGE) { /* else the system may join what it finds at any time */
                assert_int_equal(list.count, 1);
                assert_int_equal(list.items[0].flags, HOLE);
            }
            end();
        }
        if (round % 20 == 0)
            check_model(&ram, written);
    }
    check_model(&ram, written);
    for (uint64_t i = 0; i < pages; i++)
        if (!written[i])
            for (uint64_t n = 0; n < page; n += 64)
                assert_int_equal(ram.memory[i * page + n], 0);
    bdev_ram_fini(&ram);
    free(written);
}

static void no_page_that_was_written_is_a_hole(void **state)
{
    (void)state;
    if (!have_pagemap())
        return;
    use_at_random(MADV_NOHUGEPAGE);
    use_at_random(MADV_HUGEPAGE);
}

static void memory_is_data_where_there_is_no_page_table(void **state)
{
    (void)state;
    struct bdev_ram ram;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC); /* ends at once */
    const int tables[] = {-1, null};
    open_memory(&ram, BYTES);
    for (unsigned i = 0; i < 2; i++) {
        begin(1, BYTES - 1, 0);
        bdev_extents_look(&list, tables[i], ram.memory);
        assert_true(bdev_extents_done(&list));
        assert_int_equal(list.count, 1);
        is(0, 1, BYTES - 1, 0);
        end();
    }
    close(null);
    bdev_ram_fini(&ram);
}

static void memory_is_looked_at_a_bounded_part_at_a_time(void **state)
{
    (void)state;
    struct bdev_ram ram;
    unsigned stretches = 0;
    if (!have_pagemap())
        return;
    open_memory(&ram, 256 * MIB);
    int pagemap = bdev_pagemap_open();
    begin(0, ram.size, 1);
    for (; !bdev_extents_done(&list); stretches++)
        bdev_extents_look(&list, pagemap, ram.memory);
    assert_true(stretches >= 4);
    is(0, 0, ram.size, HOLE);
    end();
    bdev_pagemap_close(pagemap);
    bdev_ram_fini(&ram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_told_from_any_offset_on),
        cmocka_unit_test(a_list_ends_where_its_room_does),
        cmocka_unit_test(what_a_file_has_lost_is_data),
        cmocka_unit_test(what_cannot_be_asked_is_data),
        cmocka_unit_test(threads_of_either_engine_ask_a_bounded_part_at_a_time),
        cmocka_unit_test(pages_that_were_written_are_data),
        cmocka_unit_test(no_page_that_was_written_is_a_hole),
        cmocka_unit_test(memory_is_data_where_there_is_no_page_table),
        cmocka_unit_test(memory_is_looked_at_a_bounded_part_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
