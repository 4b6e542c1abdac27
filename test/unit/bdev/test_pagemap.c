/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which parts of memory hold data, by each way that the system has: held against what was written,
 * given back and read.
 */
#include "../../../chimods/bdev/src/pagemap.h"
#include "../../../chimods/bdev/src/ram.h"
#include "extents_list.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool (*way)(struct bdev_extents *extents, int pagemap, const uint8_t *memory);

static void look(struct bdev_ram *ram, uint64_t offset, uint64_t size, uint32_t most)
{
    int pagemap = bdev_pagemap_open();
    begin(offset, size, most);
    while (!bdev_extents_done(&list))
        assert_true(way(&list, pagemap, ram->memory));
    bdev_pagemap_close(pagemap);
    check_order(offset);
}

/* Once for each way that this system has. */
static void by_each_way(void (*test)(void))
{
    static const uint8_t _Alignas(65536) bytes[65536];
    int pagemap = bdev_pagemap_open();
    if (pagemap < 0)
        print_message("skipped: no /proc/self/pagemap here; memory is all data\n");
    begin(0, 1, 1);
    bool can_scan = pagemap >= 0 && bdev_pagemap_scan(&list, pagemap, bytes);
    end();
    if (pagemap >= 0 && !can_scan)
        print_message("skipped: no PAGEMAP_SCAN here; the page table is read\n");
    bdev_pagemap_close(pagemap);
    way = bdev_pagemap_read;
    if (pagemap >= 0)
        test();
    way = bdev_pagemap_scan;
    if (can_scan)
        test();
}

/* Pages of its own for each piece, whatever the machine's setting. */
static void open_memory(struct bdev_ram *ram, uint64_t size)
{
    assert_int_equal(bdev_ram_init(ram, size), 0);
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

static void write_and_look(void)
{
    struct bdev_ram ram;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), size = 1000 * page + 17;
    open_memory(&ram, size);
    look(&ram, 0, size, 0);
    assert_int_equal(list.count, 1);
    is(0, 0, size, HOLE);
    end();
    write_memory(&ram, 10 * page + 1, 1, 5);
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

static void pages_that_were_written_are_data(void **state)
{
    (void)state;
    by_each_way(write_and_look);
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
            /* Never zeros: the system may take pages of them back when it wants memory. */
            write_memory(&ram, first * page + 1, count * page - 2, (int)(round % 255) + 1);
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
        if (round % 20 == 0) {
#ifdef MADV_PAGEOUT /* to swap space, where there is some */
            (void)madvise(ram.memory, BYTES, MADV_PAGEOUT);
#endif
            check_model(&ram, written);
        }
    }
    check_model(&ram, written);
    for (uint64_t i = 0; i < pages; i++)
        if (!written[i])
            for (uint64_t n = 0; n < page; n += 64)
                assert_int_equal(ram.memory[i * page + n], 0);
    bdev_ram_fini(&ram);
    free(written);
}

static void use_small_and_huge_pages(void)
{
    use_at_random(MADV_NOHUGEPAGE);
    use_at_random(MADV_HUGEPAGE);
}

static void no_page_that_was_written_is_a_hole(void **state)
{
    (void)state;
    by_each_way(use_small_and_huge_pages);
}

/* ---- while others write and give back */

#define TURNS 3000u

static struct bdev_ram shared; /* 4 MiB: few huge pages, which are made and split all the time */
static atomic_bool over;
static atomic_uint lost;

/* Pages 8 n + number are this thread's. What it has written must be data at once. */
static void *write_pages(void *argument)
{
    unsigned number = (unsigned)(uintptr_t)argument, seed = number;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    int pagemap = bdev_pagemap_open();
    for (unsigned i = 0; i < TURNS; i++) {
        uint64_t at = ((uint64_t)rand_r(&seed) % (shared.size / page / 8) * 8 + number) * page;
        struct bdev_extents own;
        uint8_t byte = 1;
        if (bdev_extents_init(&own, at, page, 0) < 0)
            abort();
        bdev_ram_copy(&shared, at + 5, &byte, 1, true);
        if (!way(&own, pagemap, shared.memory) || own.count != 1 || own.items[0].flags != 0)
            atomic_fetch_add(&lost, 1);
        free(own.items);
        if (i % 3 == 0)
            bdev_ram_zero(&shared, at, page);
    }
    bdev_pagemap_close(pagemap);
    return NULL;
}

/* All pages 8 n + 7: so huge pages are split, and come again where whole ones are free. */
static void *give_back(void *argument)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    while (!atomic_load(&over))
        for (uint64_t at = 7 * page; at < shared.size; at += 8 * page)
            bdev_ram_zero(&shared, at, page);
    return argument;
}

static void use_by_threads(void)
{
    pthread_t writers[3], other;
    assert_int_equal(bdev_ram_init(&shared, 4 * MIB), 0);
    atomic_store(&over, false);
    assert_int_equal(pthread_create(&other, NULL, give_back, NULL), 0);
    for (uintptr_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, write_pages, (void *)i), 0);
    for (unsigned i = 0; i < 3; i++)
        pthread_join(writers[i], NULL);
    atomic_store(&over, true);
    pthread_join(other, NULL);
    assert_int_equal(atomic_load(&lost), 0);
    bdev_ram_fini(&shared);
}

static void what_was_just_written_is_data_whatever_others_do(void **state)
{
    (void)state;
    by_each_way(use_by_threads);
}

static void read_and_look(void)
{
    struct bdev_ram ram;
    uint8_t *bytes = malloc(MIB);
    assert_non_null(bytes);
    open_memory(&ram, BYTES);
    bdev_ram_copy(&ram, MIB, bytes, MIB, false);
    look(&ram, 0, BYTES, 0);
    bool told = list.count == 1;
    is(0, 0, told ? BYTES : MIB, HOLE);
    if (way == bdev_pagemap_read)
        assert_false(told); /* it has a page, and no more is known */
    else if (!told)
        print_message("skipped: this system gives pages of their own to those who only read\n");
    end();
    write_memory(&ram, MIB + 4096, 1, 1);
    look(&ram, MIB + 4096, 1, 0);
    is(0, MIB + 4096, 1, 0);
    end();
    bdev_ram_fini(&ram);
    free(bytes);
}

static void reading_makes_no_data_where_the_system_can_tell(void **state)
{
    (void)state;
    by_each_way(read_and_look);
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
        bdev_pagemap_fill(&list, tables[i], ram.memory);
        assert_true(bdev_extents_done(&list));
        assert_int_equal(list.count, 1);
        is(0, 1, BYTES - 1, 0);
        end();
    }
    close(null);
    bdev_ram_fini(&ram);
}

static void look_in_parts(void)
{
    struct bdev_ram ram;
    unsigned stretches = 0;
    int pagemap = bdev_pagemap_open();
    open_memory(&ram, 256 * MIB);
    begin(1, ram.size - 1, 1);
    for (; !bdev_extents_done(&list); stretches++)
        assert_true(way(&list, pagemap, ram.memory));
    assert_true(stretches >= 4);
    is(0, 1, ram.size - 1, HOLE);
    end();
    bdev_pagemap_close(pagemap);
    bdev_ram_fini(&ram);
}

static void memory_is_looked_at_a_bounded_part_at_a_time(void **state)
{
    (void)state;
    by_each_way(look_in_parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_that_were_written_are_data),
        cmocka_unit_test(no_page_that_was_written_is_a_hole),
        cmocka_unit_test(what_was_just_written_is_data_whatever_others_do),
        cmocka_unit_test(reading_makes_no_data_where_the_system_can_tell),
        cmocka_unit_test(memory_is_data_where_there_is_no_page_table),
        cmocka_unit_test(memory_is_looked_at_a_bounded_part_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
