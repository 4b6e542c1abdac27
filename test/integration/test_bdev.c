/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices on files and in memory, used in every way. */
#include "integration/bdev_fixture.h"

/* ---- what every kind of device does */

/* Any offset, size and place in memory; and what lies around stays as it was. */
static void use_in_every_way(void)
{
    static const uint32_t offsets[] = {0, 1, 511, 512, 513, 4095, 4096, 5000, 65536};
    static const uint32_t sizes[] = {1, 7, 511, 512, 513, 4096, 4097, 12288, 65537, 1200000};
    struct chimaera_bdev_block block = allocate(4 * MIB);
    struct chi_buffer all = buffer_of(4 * MIB), seen = buffer_of(4 * MIB);
    uint8_t *model = malloc(4 * MIB);
    assert_non_null(model);
    fill(model, 4 * MIB, 3);
    memcpy(chi_buffer_data(&all), model, 4 * MIB);
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &block, 1, &all), 0);
    unsigned seed = 0;
    for (size_t o = 0; o < sizeof offsets / sizeof offsets[0]; o++) {
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            struct chimaera_bdev_block part = block;
            part.offset += offsets[o];
            part.size = sizes[s];
            write_then_read(part, seed % 3 * 100, seed);
            fill(model + offsets[o], sizes[s], seed++);
        }
    }
    assert_int_equal(chimaera_bdev_read(&disk, HERE, &block, 1, &seen), 0);
    assert_memory_equal(chi_buffer_data(&seen), model, 4 * MIB);
    free(model);
    chi_buffer_free(&all);
    chi_buffer_free(&seen);
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, &block, 1), 0);
}

/* One buffer over many blocks, of which the last is not filled. */
static void use_many_blocks(void)
{
    struct chimaera_bdev_block blocks[40];
    struct chi_buffer memory = buffer_of(39 * 4096 + 100);
    for (unsigned i = 0; i < 40; i++)
        blocks[i] = allocate(4096);
    for (unsigned i = 0; i < 20; i++) { /* not in their order on the device */
        struct chimaera_bdev_block swap = blocks[i];
        blocks[i] = blocks[39 - i];
        blocks[39 - i] = swap;
    }
    fill(chi_buffer_data(&memory), memory.size, 9);
    assert_int_equal(chimaera_bdev_write(&disk, HERE, blocks, 40, &memory), 0);
    memset(chi_buffer_data(&memory), 0, memory.size);
    assert_int_equal(chimaera_bdev_read(&disk, HERE, blocks, 40, &memory), 0);
    check(chi_buffer_data(&memory), memory.size, 9);
    chi_buffer_free(&memory);
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, blocks, 40), 0);
}

static void use_the_space(void)
{
    struct chimaera_bdev_stats before = stats();
    struct chimaera_bdev_block blocks[64];
    size_t count = 64;
    assert_int_equal(
        chimaera_bdev_allocate_blocks(&disk, HERE, before.remaining + 1, blocks, &count), -ENOSPC);
    assert_int_equal(stats().remaining, before.remaining);
    count = 64;
    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, before.remaining, blocks, &count),
                     0);
    assert_int_equal(stats().remaining, 0);
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, blocks, count), 0);
    assert_int_equal(stats().remaining, before.remaining);
    for (unsigned round = 0; round < 3; round++) { /* all of it again, at once */
        count = 64;
        assert_int_equal(
            chimaera_bdev_allocate_blocks(&disk, HERE, before.remaining, blocks, &count), 0);
        assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, blocks, count), 0);
    }
    assert_int_equal(stats().remaining, before.remaining);
    assert_int_equal(stats().allocated_blocks, before.allocated_blocks);
}

static void use_wrongly(void)
{
    struct chimaera_bdev_block block = allocate(8192), part = block, other = block;
    struct chi_buffer memory = buffer_of(16384);
    struct chi_buffer page = chi_buffer_slice(&memory, 0, 4096);
    size_t count = 1;

    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, 0, &other, &count), -EINVAL);
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &block, 1, &memory), -EMSGSIZE);
    other.device++;
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &other, 1, &page), -EXDEV);
    assert_int_equal(chimaera_bdev_read(&disk, HERE, &other, 1, &page), -EXDEV);
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, &other, 1), -EXDEV);
    part.offset = stats().total;
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &part, 1, &page), -ERANGE);
    assert_int_equal(chimaera_bdev_read(&disk, HERE, &part, 1, &page), -ERANGE);
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, &part, 1), -ERANGE);
    part = block;
    part.size = 4096;
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, &part, 1), -EINVAL);
    part.offset += 8192; /* not allocated */
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &part, 1, &page), -EINVAL);
    assert_int_equal(chimaera_bdev_read(&disk, HERE, &part, 1, &page), -EINVAL);
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, &part, 1), -EINVAL);
    const struct chimaera_bdev_block twice[] = {block, block};
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, twice, 2), -EALREADY);
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &block, 1, &page), 0); /* still there */
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, &block, 1), 0);
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, &block, 1), -EALREADY);
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &block, 1, &page), -EINVAL);
    assert_int_equal(chimaera_bdev_raw_read(&disk, HERE, 0, &page), -ENOTSUP);
    assert_int_equal(chimaera_bdev_raw_zero(&disk, HERE, 0, 1), -ENOTSUP);
    assert_true(stats().errors > 0);
    chi_buffer_free(&memory);
}

static void use_blocks(void)
{
    use_in_every_way();
    use_many_blocks();
    use_the_space();
    use_wrongly();
    assert_int_equal(chimaera_bdev_flush(&disk, HERE), 0);
}

static void check_figures(enum chimaera_bdev_engine engine)
{
    struct chimaera_bdev_stats s = stats();
    assert_true(s.reads > 90 && s.writes > 90 && s.flushes == 1);
    assert_true(s.read_latency.p50_ns > 0 && s.read_latency.p50_ns <= s.read_latency.p99_ns);
    assert_true(s.read_latency.p99_ns <= s.read_latency.p999_ns);
    assert_true(s.write_latency.max_ns > 0);
    assert_true(s.read_bytes_per_s > 0 && s.write_bytes_per_s > 0);
    assert_true(s.perf.iops > 0 && s.perf.read_latency_us > 0);
    assert_int_equal(s.engine, engine);
    if (engine == CHIMAERA_BDEV_ENGINE_AUTO) /* memory */
        return;
    assert_int_equal(s.in_flight, 0);
    assert_true(s.most_in_flight > 0 && s.most_in_flight <= s.io_depth);
    assert_true(s.submissions > 0 && s.submissions <= s.operations);
    assert_true(s.bytes_in_place > 0 && s.commits > 0);
    assert_int_equal(s.rings, engine == CHIMAERA_BDEV_ENGINE_URING ? s.rings : 0);
    if (s.io_unit > 1)
        assert_true(s.bytes_bounced > 0);
    if (!s.direct)
        print_message("skipped: no O_DIRECT here; the page cache is not passed by\n");
}

static void a_file_is_a_device(void **state)
{
    struct fixture *f = *state;
    const char *name = fresh_path(f);
    if (!uring_works())
        return;
    assert_int_equal(make_file(name, 16 * MIB, CHIMAERA_BDEV_ENGINE_URING), 0);
    use_blocks();
    check_figures(CHIMAERA_BDEV_ENGINE_URING);
    done();
}

static void threads_serve_a_file_as_well(void **state)
{
    assert_int_equal(make_file(fresh_path(*state), 16 * MIB, CHIMAERA_BDEV_ENGINE_THREADS), 0);
    use_blocks();
    check_figures(CHIMAERA_BDEV_ENGINE_THREADS);
    done();
}

static void memory_is_a_device(void **state)
{
    (void)state;
    assert_int_equal(make("memory", CHIMAERA_BDEV_TYPE_RAM, 16 * MIB, NULL), 0);
    use_blocks();
    check_figures(CHIMAERA_BDEV_ENGINE_AUTO);
    done();
}

static void an_allocation_over_two_gib_is_several_blocks(void **state)
{
    (void)state;
    struct chimaera_bdev_block blocks[3];
    size_t count = 1;
    assert_int_equal(make("large", CHIMAERA_BDEV_TYPE_RAM, 5 * 1024 * MIB, NULL), 0);
    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, 4096 * MIB + 1, blocks, &count),
                     -ENOBUFS);
    count = 3;
    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, 4096 * MIB + 1, blocks, &count), 0);
    assert_int_equal(count, 3);
    assert_int_equal(blocks[0].size, CHIMAERA_BDEV_BLOCK_MAX);
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, blocks, count), 0);
    done();
}

/* ---- raw */

static void use_raw(uint64_t size)
{
    struct chi_buffer memory = buffer_of(3 * MIB);
    struct chi_buffer seen = buffer_of(3 * MIB);
    struct chimaera_bdev_block block;
    size_t count = 1;

    assert_int_equal(stats().total, size);
    fill(chi_buffer_data(&memory), memory.size, 1);
    assert_int_equal(chimaera_bdev_raw_write(&disk, HERE, 777, &memory), 0);
    assert_int_equal(chimaera_bdev_raw_read(&disk, HERE, 777, &seen), 0);
    check(chi_buffer_data(&seen), seen.size, 1);
    assert_int_equal(chimaera_bdev_raw_zero(&disk, HERE, 10001, MIB + 3), 0);
    memset((uint8_t *)chi_buffer_data(&memory) + 10001 - 777, 0, MIB + 3);
    assert_int_equal(chimaera_bdev_raw_read(&disk, HERE, 777, &seen), 0);
    assert_memory_equal(chi_buffer_data(&seen), chi_buffer_data(&memory), memory.size);
    assert_int_equal(chimaera_bdev_raw_trim(&disk, HERE, 2 * MIB, MIB), 0);
    struct chi_buffer head = chi_buffer_slice(&seen, 0, 2 * MIB - 777);
    assert_int_equal(chimaera_bdev_raw_read(&disk, HERE, 777, &head), 0);
    assert_memory_equal(chi_buffer_data(&head), chi_buffer_data(&memory), head.size);
    struct chi_buffer last = chi_buffer_slice(&memory, 0, 5);
    assert_int_equal(chimaera_bdev_raw_write(&disk, HERE, size - 5, &last), 0);
    assert_int_equal(chimaera_bdev_raw_write(&disk, HERE, size - 4, &last), -ERANGE);
    assert_int_equal(chimaera_bdev_raw_read(&disk, HERE, UINT64_MAX, &last), -ERANGE);
    assert_int_equal(chimaera_bdev_raw_trim(&disk, HERE, size, 1), -ERANGE);
    assert_int_equal(chimaera_bdev_raw_zero(&disk, HERE, 1, size), -ERANGE);
    assert_int_equal(chimaera_bdev_flush(&disk, HERE), 0);
    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, 1, &block, &count), -ENOTSUP);
    chi_buffer_free(&memory);
    chi_buffer_free(&seen);
}

static void raw_devices_are_one_range(void **state)
{
    const struct chimaera_bdev_options raw = {.mode = CHIMAERA_BDEV_MODE_RAW};
    const struct chimaera_bdev_options raw_threads = {.mode = CHIMAERA_BDEV_MODE_RAW,
                                                      .engine = CHIMAERA_BDEV_ENGINE_THREADS};
    const char *name = fresh_path(*state);
    struct stat info;
    assert_int_equal(make("raw_memory", CHIMAERA_BDEV_TYPE_RAM, 4 * MIB, &raw), 0);
    use_raw(4 * MIB);
    done();
    assert_int_equal(make(name, CHIMAERA_BDEV_TYPE_FILE, 4 * MIB, &raw), 0);
    use_raw(4 * MIB);
    done();
    assert_int_equal(make(name, CHIMAERA_BDEV_TYPE_FILE, 0, &raw_threads), 0);
    use_raw(4 * MIB);
    done();
    /* A size that fills no sector stays as it is. */
    assert_int_equal(truncate(name, 4 * MIB + 100), 0);
    assert_int_equal(make(name, CHIMAERA_BDEV_TYPE_FILE, 0, &raw), 0);
    assert_int_equal(stats().direct, 0);
    use_raw(4 * MIB + 100);
    done();
    assert_int_equal(stat(name, &info), 0);
    assert_int_equal(info.st_size, 4 * MIB + 100);
}

static void a_file_that_was_cut_short_is_a_short_read(void **state)
{
    const struct chimaera_bdev_options raw = {.mode = CHIMAERA_BDEV_MODE_RAW};
    const char *name = fresh_path(*state);
    struct chi_buffer memory = buffer_of(MIB);
    assert_int_equal(make(name, CHIMAERA_BDEV_TYPE_FILE, 4 * MIB, &raw), 0);
    assert_int_equal(truncate(name, MIB + 4096), 0);
    assert_int_equal(chimaera_bdev_raw_read(&disk, HERE, MIB, &memory), -ENODATA);
    assert_non_null(strstr(chi_last_error(), "ends before"));
    /* What is zeroed there, or written, is there. */
    assert_int_equal(chimaera_bdev_raw_zero(&disk, HERE, MIB, 2 * MIB), 0);
    memset(chi_buffer_data(&memory), 1, MIB);
    assert_int_equal(chimaera_bdev_raw_read(&disk, HERE, 2 * MIB, &memory), 0);
    for (size_t i = 0; i < MIB; i++)
        assert_int_equal(((uint8_t *)chi_buffer_data(&memory))[i], 0);
    assert_int_equal(chimaera_bdev_raw_trim(&disk, HERE, 3 * MIB, MIB), 0);
    chi_buffer_free(&memory);
    done();
}

/* ---- many at once */

static void depth_bounds_what_is_in_flight(void **state)
{
    const char *name = fresh_path(*state);
    enum { TASKS = 200 };
    static struct chimaera_bdev_write_task *tasks[TASKS];
    struct chi_buffer memory = buffer_of(4096);
    assert_int_equal(
        chimaera_bdev_create(&disk, HERE, name, CHIMAERA_BDEV_TYPE_FILE, 16 * MIB, 3, 0, NULL), 0);
    struct chimaera_bdev_block block = allocate(TASKS * 4096);
    for (unsigned i = 0; i < TASKS; i++) {
        struct chimaera_bdev_block part = block;
        part.offset += i * 4096u;
        part.size = 4096;
        tasks[i] = chimaera_bdev_write_async(&disk, HERE, &part, 1, &memory);
        assert_non_null(tasks[i]);
    }
    for (unsigned i = 0; i < TASKS; i++) {
        assert_int_equal(chi_task_wait(&tasks[i]->base), 0);
        chi_task_del(&tasks[i]->base);
    }
    assert_int_equal(stats().most_in_flight, 3);
    assert_int_equal(stats().io_depth, 3);
    chi_buffer_free(&memory);
    done();
}

/* Each task writes bytes of its own in sectors that it shares with its neighbours. */
static void neighbours_in_a_sector_lose_nothing(enum chimaera_bdev_engine engine, const char *name)
{
    enum { TASKS = 300, STEP = 37, ROUNDS = 5 };
    static struct chimaera_bdev_write_task *tasks[TASKS];
    static struct chi_buffer memory[TASKS];
    struct chi_buffer all = buffer_of(TASKS * STEP);
    assert_int_equal(make_file(name, 16 * MIB, engine), 0);
    struct chimaera_bdev_block block = allocate(TASKS * STEP);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < TASKS; i++) {
            struct chimaera_bdev_block part = block;
            part.offset += i * STEP;
            part.size = STEP;
            memory[i] = buffer_of(STEP);
            memset(chi_buffer_data(&memory[i]), (int)(i + round), STEP);
            tasks[i] = chimaera_bdev_write_async(&disk, HERE, &part, 1, &memory[i]);
            assert_non_null(tasks[i]);
        }
        for (unsigned i = 0; i < TASKS; i++) {
            assert_int_equal(chi_task_wait(&tasks[i]->base), 0);
            chi_task_del(&tasks[i]->base);
            chi_buffer_free(&memory[i]);
        }
        assert_int_equal(chimaera_bdev_read(&disk, HERE, &block, 1, &all), 0);
        for (unsigned i = 0; i < TASKS * STEP; i++)
            assert_int_equal(((uint8_t *)chi_buffer_data(&all))[i], (uint8_t)(i / STEP + round));
    }
    chi_buffer_free(&all);
    done();
}

static void neighbours_in_a_sector_lose_nothing_by_uring(void **state)
{
    const char *name = fresh_path(*state);
    if (uring_works())
        neighbours_in_a_sector_lose_nothing(CHIMAERA_BDEV_ENGINE_URING, name);
}

static void neighbours_in_a_sector_lose_nothing_by_threads(void **state)
{
    neighbours_in_a_sector_lose_nothing(CHIMAERA_BDEV_ENGINE_THREADS, fresh_path(*state));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_a_device),
        cmocka_unit_test(threads_serve_a_file_as_well),
        cmocka_unit_test(memory_is_a_device),
        cmocka_unit_test(an_allocation_over_two_gib_is_several_blocks),
        cmocka_unit_test(raw_devices_are_one_range),
        cmocka_unit_test(a_file_that_was_cut_short_is_a_short_read),
        cmocka_unit_test(depth_bounds_what_is_in_flight),
        cmocka_unit_test(neighbours_in_a_sector_lose_nothing_by_uring),
        cmocka_unit_test(neighbours_in_a_sector_lose_nothing_by_threads),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
