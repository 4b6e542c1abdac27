/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Transfers between a file and memory by both engines: the addresses that the kernel is given,
 * concurrent writes to one sector, range locks, and queue depth. Handlers are threads here.
 */
#define BDEV_IO_HOOK 1
#include "../../../chimods/bdev/src/transfer.h"
#include "fake_park.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES ((uint64_t)8 << 20)

static struct bdev_device device;
static bool skipped;

/* What the hook saw. */
static const uint8_t *from, *to;
static unsigned inside, outside;

static void look(const void *memory, uint64_t offset, uint64_t size)
{
    (void)offset;
    if ((const uint8_t *)memory >= from && (const uint8_t *)memory + size <= to)
        inside++;
    else
        outside++;
}

static void open_device(enum chimaera_bdev_engine engine, uint32_t io_depth, bool direct)
{
    char name[] = "/tmp/chi_transfer_XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    assert_true(fd >= 0);
    unlink(name);
    assert_int_equal(ftruncate(fd, FILE_BYTES), 0);
    if (direct && fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_DIRECT) < 0)
        print_message("skipped: no O_DIRECT here\n");
    int rc = bdev_device_init_file(&device, fd, FILE_BYTES, io_depth, engine);
    skipped = rc < 0;
    if (skipped) {
        print_message("skipped: no io_uring here (%d)\n", rc);
        close(fd);
    }
}

static void close_device(void)
{
    if (!skipped)
        bdev_device_fini(&device);
    park_pollers = NULL;
}

static int move(uint64_t offset, uint8_t *memory, uint64_t size, bool write)
{
    struct bdev_transfer transfer;
    bdev_transfer_begin(&transfer, &device, write);
    int rc = bdev_transfer_range(&transfer, offset, memory, size);
    int ended = bdev_transfer_end(&transfer);
    return rc < 0 ? rc : ended;
}

/* ---- addresses */

static void check_addresses(enum chimaera_bdev_engine engine)
{
    uint64_t size = 3 * BDEV_OP_MAX + 8192;
    open_device(engine, 32, true);
    if (skipped)
        return;
    uint8_t *memory = aligned_alloc(4096, size + 4096);
    assert_non_null(memory);
    memset(memory, 7, size);
    from = memory;
    to = memory + size;
    inside = outside = 0;
    bdev_io_hook = look;
    assert_int_equal(move(4096, memory, size, true), 0);
    assert_int_equal(move(4096, memory, size, false), 0);
    assert_int_equal(inside, 8); /* four pieces each way, all in the caller's memory */
    assert_int_equal(outside, 0);
    assert_int_equal(device.bytes_bounced, 0);
    assert_int_equal(device.bytes_in_place, 2 * size);
    if (device.io_unit > 1) {
        /* Unaligned edges go through a bounce buffer, the part between them does not. */
        inside = outside = 0;
        assert_int_equal(move(4096 + 100, memory + 100, 65536, true), 0);
        assert_int_equal(inside, 1);
        assert_true(outside > 0);
        assert_true(device.bytes_bounced < 2 * device.io_unit);
    }
    bdev_io_hook = NULL;
    free(memory);
    close_device();
}

static void aligned_transfers_are_given_to_the_kernel_in_place(void **state)
{
    (void)state;
    check_addresses(CHIMAERA_BDEV_ENGINE_THREADS);
    check_addresses(CHIMAERA_BDEV_ENGINE_URING);
}

/* ---- sectors that several write */

#define WRITERS 4u
#define STRIP   48u /* bytes of each writer, one behind the other, over and over */
#define STRIPS  64u

static void *write_strips(void *argument)
{
    unsigned self = (unsigned)(uintptr_t)argument;
    uint8_t bytes[STRIP];
    for (unsigned round = 0; round < 3; round++) {
        memset(bytes, (int)(self * 16 + round + 1), sizeof bytes);
        for (unsigned i = 0; i < STRIPS; i++)
            if (move((i * WRITERS + self) * STRIP, bytes, STRIP, true) != 0)
                return argument;
    }
    return NULL;
}

static void check_strips(enum chimaera_bdev_engine engine)
{
    pthread_t threads[WRITERS];
    void *failed;
    uint8_t *all = malloc(WRITERS * STRIP * STRIPS);
    open_device(engine, 32, true);
    if (!skipped) {
        for (unsigned i = 0; i < WRITERS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, write_strips, (void *)(uintptr_t)i),
                             0);
        for (unsigned i = 0; i < WRITERS; i++) {
            assert_int_equal(pthread_join(threads[i], &failed), 0);
            assert_null(failed);
        }
        assert_int_equal(move(0, all, WRITERS * STRIP * STRIPS, false), 0);
        for (unsigned i = 0; i < WRITERS * STRIP * STRIPS; i++)
            assert_int_equal(all[i], i / STRIP % WRITERS * 16 + 3);
        assert_null(device.range_locks.first);
        close_device();
    }
    free(all);
}

static void writers_in_one_sector_lose_nothing(void **state)
{
    (void)state;
    check_strips(CHIMAERA_BDEV_ENGINE_THREADS);
    check_strips(CHIMAERA_BDEV_ENGINE_URING);
}

/* A write of whole sectors and one of a part of them: either order, never a mixture of old bytes.
 */
static void *write_whole(void *argument)
{
    uint8_t *page = argument;
    for (unsigned i = 0; i < 200; i++)
        if (move(0, page, 4096, true) != 0)
            return argument;
    return NULL;
}

static void a_part_never_brings_old_bytes_back(void **state)
{
    (void)state;
    open_device(CHIMAERA_BDEV_ENGINE_THREADS, 32, true);
    uint8_t *page = aligned_alloc(4096, 4096), *seen = aligned_alloc(4096, 4096), part[9];
    void *failed;
    memset(part, 0xEE, sizeof part);
    for (unsigned round = 0; round < 4; round++) {
        pthread_t thread;
        memset(page, (int)round + 1, 4096);
        assert_int_equal(pthread_create(&thread, NULL, write_whole, page), 0);
        for (unsigned i = 0; i < 200; i++)
            assert_int_equal(move(700, part, sizeof part, true), 0);
        assert_int_equal(pthread_join(thread, &failed), 0);
        assert_null(failed);
        assert_int_equal(move(0, seen, 4096, false), 0);
        for (unsigned i = 0; i < 4096; i++)
            if (i < 700 || i >= 700 + sizeof part)
                assert_int_equal(seen[i], round + 1);
    }
    free(page);
    free(seen);
    close_device();
}

/* ---- range locks, step by step */

static void a_range_lock_waits_for_earlier_conflicts_only(void **state)
{
    (void)state;
    struct bdev_range_locks locks;
    struct bdev_range_lock whole = {.first = 0, .end = 4096};
    struct bdev_range_lock part = {.first = 512, .end = 1024, .exclusive = true};
    struct bdev_range_lock beside = {.first = 1024, .end = 4096};
    struct bdev_range_lock across = {.first = 0, .end = 8192};
    bdev_range_locks_init(&locks);
    assert_true(bdev_range_lock_try(&locks, &whole));
    assert_false(bdev_range_lock_try(&locks, &part)); /* writes of whole sectors are there */
    bdev_range_lock_release(&locks, &whole);
    assert_true(bdev_range_lock_try(&locks, &part));
    assert_true(bdev_range_lock_try(&locks, &beside));
    assert_false(bdev_range_lock_try(&locks, &across));
    bdev_range_lock_release(&locks, &part);
    assert_true(bdev_range_lock_try(&locks, &across)); /* two of whole sectors share */
    bdev_range_lock_release(&locks, &beside);
    bdev_range_lock_release(&locks, &across);
    assert_null(locks.first);
    bdev_range_locks_fini(&locks);
}

/* ---- queue depth */

static struct bdev_queue_depth depth;
static unsigned order[64], order_count;

struct entrant {
    pthread_t thread;
    uint32_t client;
};

static void *enter(void *argument)
{
    struct entrant *self = argument;
    bdev_queue_depth_acquire(&depth, self->client);
    pthread_mutex_lock(&park_lock);
    order[order_count++] = self->client;
    pthread_mutex_unlock(&park_lock);
    return NULL;
}

static void wait_until(unsigned waiting)
{
    for (;;) {
        pthread_mutex_lock(&depth.lock);
        unsigned now = depth.waiting;
        pthread_mutex_unlock(&depth.lock);
        if (now == waiting)
            return;
        sched_yield();
    }
}

static void clients_take_turns_when_the_queue_is_full(void **state)
{
    (void)state;
    struct entrant entrants[9];
    bdev_queue_depth_init(&depth, 1);
    bdev_queue_depth_acquire(&depth, 5);
    for (unsigned i = 0; i < 9; i++) { /* six of client 1, then two of client 2 and one of 3 */
        entrants[i].client = i < 6 ? 1 : i < 8 ? 2 : 3;
        assert_int_equal(pthread_create(&entrants[i].thread, NULL, enter, &entrants[i]), 0);
        wait_until(i + 1);
    }
    for (unsigned i = 0; i < 9; i++) { /* one leaves, one enters */
        bdev_queue_depth_release(&depth);
        for (unsigned now = 0; now != i + 1;) {
            pthread_mutex_lock(&park_lock);
            now = order_count;
            pthread_mutex_unlock(&park_lock);
            sched_yield();
        }
    }
    for (unsigned i = 0; i < 9; i++)
        pthread_join(entrants[i].thread, NULL);
    static const unsigned wanted[] = {1, 2, 3, 1, 2, 1, 1, 1, 1};
    for (unsigned i = 0; i < 9; i++)
        assert_int_equal(order[i], wanted[i]);
    assert_int_equal(depth.in_flight, 1);
    assert_int_equal(depth.max_in_flight, 1);
    bdev_queue_depth_release(&depth);
    assert_int_equal(depth.in_flight, 0);
    bdev_queue_depth_fini(&depth);
}

/* ---- what fails */

static void errors_of_the_system_arrive(void **state)
{
    (void)state;
    uint8_t bytes[100];
    for (int engine = CHIMAERA_BDEV_ENGINE_URING; engine <= CHIMAERA_BDEV_ENGINE_THREADS;
         engine++) {
        open_device((enum chimaera_bdev_engine)engine, 2, false);
        if (skipped)
            continue;
        assert_int_equal(move(FILE_BYTES - 50, bytes, 100, false), -ENODATA);
        int null = open("/dev/full", O_RDWR | O_CLOEXEC);
        assert_true(null >= 0);
        assert_int_equal(dup3(null, device.fd, O_CLOEXEC) < 0, 0);
        close(null);
        if (engine == CHIMAERA_BDEV_ENGINE_THREADS)
            assert_int_equal(move(0, bytes, 100, true), -ENOSPC);
        assert_int_equal(device.queue_depth.in_flight, 0);
        close_device();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aligned_transfers_are_given_to_the_kernel_in_place),
        cmocka_unit_test(writers_in_one_sector_lose_nothing),
        cmocka_unit_test(a_part_never_brings_old_bytes_back),
        cmocka_unit_test(a_range_lock_waits_for_earlier_conflicts_only),
        cmocka_unit_test(clients_take_turns_when_the_queue_is_full),
        cmocka_unit_test(errors_of_the_system_arrive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
