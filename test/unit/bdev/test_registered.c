/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registered buffers: what is registered when, what an operation does whose registration went
 * between its being queued and the kernel's looking, and pages that are others than they were.
 */
#include "../../../chimods/bdev/src/device.h"
#include "fake_park.h"
#include "support/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNIT       ((uint64_t)CHI_CLIENT_MEMORY_UNIT)
#define UNITS      16u
#define FILE_BYTES ((uint64_t)4 << 20)

static struct bdev_device device;
static int memory_fd;

static uint64_t registered_bytes(void)
{
    struct chimaera_bdev_stats stats = {0};
    bdev_device_get_stats(&device, &stats);
    return stats.registered_bytes;
}

static struct bdev_op op_of(enum bdev_op_kind kind, uint64_t offset, uint64_t place, uint64_t size)
{
    return (struct bdev_op){
        .kind = kind, .offset = offset, .memory = park_memory + place, .size = size};
}

static int move(enum bdev_op_kind kind, uint64_t offset, uint64_t place, uint64_t size)
{
    struct bdev_op op = op_of(kind, offset, place, size);
    return bdev_op_run(&device, &op);
}

static void end(void)
{
    bdev_device_fini(&device);
    assert_null(park_watch);
    park_pollers = NULL;
    munmap(park_memory, UNITS * UNIT);
    close(memory_fd);
    park_units = 0;
}

/* False where there is nothing to test. */
static bool begin(void)
{
    char name[] = "/tmp/chi_registered_XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    assert_true(fd >= 0);
    unlink(name);
    assert_int_equal(ftruncate(fd, FILE_BYTES), 0);
    memory_fd = memfd_create("clients", MFD_CLOEXEC);
    assert_true(memory_fd >= 0);
    assert_int_equal(ftruncate(memory_fd, UNITS * UNIT), 0);
    park_memory = mmap(NULL, UNITS * UNIT, PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd, 0);
    assert_ptr_not_equal(park_memory, MAP_FAILED);
    park_units = UNITS;
    park_run = (struct chi_client_memory_run){.first = 0, .units = UNITS};
    if (bdev_device_init_file(&device, fd, FILE_BYTES, 32, CHIMAERA_BDEV_ENGINE_URING) < 0) {
        close(fd);
        print_message("skipped: no io_uring here\n");
        munmap(park_memory, UNITS * UNIT);
        close(memory_fd);
        return false;
    }
    assert_int_equal(move(BDEV_OP_WRITE, 0, 0, 4096), 0);
    if (chi_test_linux_at_least(5, 19)) {
        assert_true(registered_bytes() > 0);
        return true;
    }
    print_message("skipped: no registered buffers before Linux 5.19\n");
    end();
    return false;
}

/* As the runtime does: told first, then the pages go. */
static void let_go(uint32_t first, uint32_t units)
{
    park_watch->leave(park_watch, (struct chi_client_memory_run){.first = first, .units = units});
    assert_int_equal(fallocate(memory_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                               (off_t)(first * UNIT), (off_t)(units * UNIT)),
                     0);
}

static void memory_is_registered_once_with_what_is_around_it(void **state)
{
    (void)state;
    if (!begin())
        return;
    assert_int_equal(registered_bytes(), UNITS * UNIT);
    for (uint64_t i = 0; i < UNITS; i++)
        assert_int_equal(move(BDEV_OP_READ, 0, i * UNIT, 4096), 0);
    assert_int_equal(registered_bytes(), UNITS * UNIT);
    assert_int_equal(device.registered_operations, UNITS + 1);
    end();
}

static void what_is_registered_already_is_left_out(void **state)
{
    (void)state;
    if (!begin())
        return;
    let_go(0, UNITS);
    assert_int_equal(registered_bytes(), 0);
    park_run = (struct chi_client_memory_run){.first = 4, .units = 2};
    assert_int_equal(move(BDEV_OP_READ, 0, 4 * UNIT, 4096), 0);
    assert_int_equal(registered_bytes(), 2 * UNIT);
    park_run = (struct chi_client_memory_run){.first = 2, .units = 10};
    assert_int_equal(move(BDEV_OP_READ, 0, 7 * UNIT, 4096), 0); /* 6 to 11 */
    assert_int_equal(registered_bytes(), 8 * UNIT);
    uint64_t before = device.registered_operations;
    assert_int_equal(move(BDEV_OP_READ, 0, 5 * UNIT, 2 * UNIT), 0); /* across both */
    assert_int_equal(move(BDEV_OP_READ, 0, 3 * UNIT, 2 * UNIT), 0); /* across an end */
    assert_int_equal(device.registered_operations, before);
    assert_int_equal(registered_bytes(), 8 * UNIT);
    park_run = (struct chi_client_memory_run){0};
    assert_int_equal(move(BDEV_OP_READ, 0, 2 * UNIT, 4096), 0); /* of no client */
    assert_int_equal(registered_bytes(), 8 * UNIT);
    let_go(5, 1); /* takes the first one with it */
    assert_int_equal(registered_bytes(), 6 * UNIT);
    end();
}

static void pages_that_are_new_are_the_ones_that_are_used(void **state)
{
    (void)state;
    if (!begin())
        return;
    for (unsigned round = 1; round < 20; round++) {
        memset(park_memory + 3 * UNIT, (int)round, 4096);
        assert_int_equal(move(BDEV_OP_WRITE, 8192, 3 * UNIT, 4096), 0);
        let_go(2, 3);
        assert_int_equal(park_memory[3 * UNIT], 0);
        assert_int_equal(move(BDEV_OP_READ, 8192, 3 * UNIT, 4096), 0);
        for (unsigned i = 0; i < 4096; i++)
            assert_int_equal(park_memory[3 * UNIT + i], round);
    }
    end();
}

/* A neighbour leaves after an operation was queued, and before the kernel has seen it. */
static void an_operation_whose_registration_went_is_done_by_its_address(void **state)
{
    (void)state;
    if (!begin())
        return;
    for (unsigned replaced = 0; replaced < 2; replaced++) {
        struct bdev_batch batch;
        memset(park_memory, 0x21 + (int)replaced, 4096);
        struct bdev_op one = op_of(BDEV_OP_WRITE, 0, 0, 4096);
        bdev_batch_begin(&batch);
        bdev_op_submit(&device, &one, &batch);
        assert_false(one.by_address);
        let_go(UNITS - 1, 1);
        struct bdev_op other = op_of(BDEV_OP_READ, 0, (UNITS - 1) * UNIT, 512);
        park_run = (struct chi_client_memory_run){.first = replaced ? 8 : 0,
                                                  .units = replaced ? 8 : UNITS};
        if (replaced) /* another buffer gets its slot */
            bdev_op_submit(&device, &other, &batch);
        assert_int_equal(bdev_batch_wait(&batch), 0);
        assert_true(one.by_address);
        assert_int_equal(move(BDEV_OP_READ, 0, UNIT, 4096), 0);
        assert_memory_equal(park_memory, park_memory + UNIT, 4096);
    }
    end();
}

/* The kernel refuses a run with a hole in it, as it does one that is too large. */
static void of_what_is_refused_a_part_is_registered(void **state)
{
    (void)state;
    if (!begin())
        return;
    let_go(0, UNITS);
    assert_int_equal(munmap(park_memory + 14 * UNIT, UNIT), 0);
    assert_int_equal(move(BDEV_OP_READ, 0, 4 * UNIT, 4096), 0);
    assert_int_equal(registered_bytes(), 8 * UNIT); /* 2 to 9, half on both sides */
    assert_int_equal(move(BDEV_OP_READ, 0, 12 * UNIT, 4096), 0);
    assert_int_equal(registered_bytes(), 11 * UNIT); /* and 11 to 13 */
    assert_int_equal(device.registered_operations, 3);
    end();
}

static void memory_that_is_not_there_is_an_error_not_a_loop(void **state)
{
    (void)state;
    if (!begin())
        return;
    let_go(0, UNITS);
    assert_int_equal(munmap(park_memory + 2 * UNIT, UNIT), 0);
    assert_int_equal(move(BDEV_OP_READ, 0, 2 * UNIT, 4096), -EFAULT);
    assert_int_equal(registered_bytes(), 0);
    assert_int_equal(move(BDEV_OP_READ, 0, 0, 4096), 0); /* goes on by addresses */
    assert_int_equal(device.queue_depth.in_flight, 0);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_registered_once_with_what_is_around_it),
        cmocka_unit_test(what_is_registered_already_is_left_out),
        cmocka_unit_test(pages_that_are_new_are_the_ones_that_are_used),
        cmocka_unit_test(an_operation_whose_registration_went_is_done_by_its_address),
        cmocka_unit_test(of_what_is_refused_a_part_is_registered),
        cmocka_unit_test(memory_that_is_not_there_is_an_error_not_a_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
