/* SPDX-License-Identifier: BSD-3-Clause */
/* The bdev module in one process, step by step; test/integration/test_bdev*.c has it in a daemon.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <chimaera/admin/admin_client.h>
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/test.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HERE chi_pool_query_local()
#define SIZE ((uint64_t)4 << 20)

static struct chimaera_bdev_client disk;
static char path[512];

static int begin(void **state)
{
    (void)state;
    const struct chi_test_options options = {.mode = CHI_TEST_STEPPED, .sched_threads = 2};
    if (chi_test_begin(&options) < 0)
        fail_msg("%s", chi_last_error());
    snprintf(path, sizeof path, "%s/device", chi_test_dir());
    return 0;
}

static int end(void **state)
{
    (void)state;
    return chi_test_end();
}

static int create(enum chimaera_bdev_type type, enum chimaera_bdev_engine engine)
{
    const struct chimaera_bdev_options options = {.engine = engine};
    return chimaera_bdev_create(&disk, HERE, path, type, SIZE, 0, 0, &options);
}

/* Several writes in flight, some unaligned, so that handlers wait for the device and for each
 * other.
 */
static void use(void)
{
    enum { TASKS = 20, STEP = 1500 };
    struct chimaera_bdev_write_task *tasks[TASKS];
    struct chimaera_bdev_block block;
    struct chi_buffer buffer;
    size_t count = 1;

    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, TASKS * STEP, &block, &count), 0);
    assert_int_equal(chi_buffer_alloc(TASKS * STEP, &buffer), 0);
    for (unsigned i = 0; i < TASKS; i++) {
        struct chi_buffer part = chi_buffer_slice(&buffer, i * STEP, STEP);
        struct chimaera_bdev_block place = block;
        memset(chi_buffer_data(&part), (int)i + 1, STEP);
        place.offset += i * STEP;
        place.size = STEP;
        tasks[i] = chimaera_bdev_write_async(&disk, HERE, &place, 1, &part);
        assert_non_null(tasks[i]);
    }
    for (unsigned i = 0; i < TASKS; i++) {
        assert_int_equal(chi_task_wait(&tasks[i]->base), 0);
        chi_task_del(&tasks[i]->base);
    }
    assert_int_equal(chimaera_bdev_flush(&disk, HERE), 0);
    memset(chi_buffer_data(&buffer), 0, TASKS * STEP);
    assert_int_equal(chimaera_bdev_read(&disk, HERE, &block, 1, &buffer), 0);
    for (unsigned i = 0; i < TASKS * STEP; i++)
        assert_int_equal(((uint8_t *)chi_buffer_data(&buffer))[i], i / STEP + 1);
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, &block, 1), 0);
    chi_buffer_free(&buffer);
}

static void check(enum chimaera_bdev_type type, enum chimaera_bdev_engine engine)
{
    assert_int_equal(create(type, engine), 0);
    use();
    assert_int_equal(chimaera_bdev_destroy(&disk, HERE), 0);
}

static void a_file_works_with_engine_threads(void **state)
{
    (void)state;
    check(CHIMAERA_BDEV_TYPE_FILE, CHIMAERA_BDEV_ENGINE_THREADS);
}

static void a_file_works_with_engine_auto(void **state)
{
    (void)state;
    check(CHIMAERA_BDEV_TYPE_FILE, CHIMAERA_BDEV_ENGINE_AUTO);
}

static void ram_works(void **state)
{
    (void)state;
    check(CHIMAERA_BDEV_TYPE_RAM, CHIMAERA_BDEV_ENGINE_AUTO);
}

/* Two tasks on one lane: the second runs before all blocks of the first are checked. */
static void naming_a_great_many_blocks_lets_others_run(void **state)
{
    (void)state;
    enum { MANY = 32768 }; /* of 4 MiB each: 128 GiB to check */
    struct chimaera_bdev_block *many = malloc(MANY * sizeof *many);
    struct chimaera_bdev_block block;
    struct chi_buffer buffer;
    size_t count = 1;

    assert_non_null(many);
    assert_int_equal(create(CHIMAERA_BDEV_TYPE_RAM, CHIMAERA_BDEV_ENGINE_AUTO), 0);
    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, SIZE, &block, &count), 0);
    for (unsigned i = 0; i < MANY; i++)
        many[i] = block;
    assert_int_equal(chi_buffer_alloc(64, &buffer), 0);
    struct chimaera_bdev_read_task *first =
        chimaera_bdev_read_async(&disk, HERE, many, MANY, &buffer);
    struct chimaera_bdev_read_task *second =
        chimaera_bdev_read_async(&disk, HERE, &block, 1, &buffer);
    assert_non_null(first);
    assert_non_null(second);
    while (!chi_task_done(&second->base))
        for (uint32_t worker = 0; worker < 2; worker++)
            chi_test_step(worker);
    assert_false(chi_task_done(&first->base));
    assert_int_equal(chi_task_wait(&first->base), 0);
    chi_task_del(&first->base);
    chi_task_del(&second->base);
    chi_buffer_free(&buffer);
    free(many);
    assert_int_equal(chimaera_bdev_destroy(&disk, HERE), 0);
}

static int create_raw(uint64_t size)
{
    const struct chimaera_bdev_options options = {.mode = CHIMAERA_BDEV_MODE_RAW};
    return chimaera_bdev_create(&disk, HERE, path, CHIMAERA_BDEV_TYPE_RAM, size, 0, 0, &options);
}

/* Two tasks on one lane again. */
static void looking_for_holes_in_much_memory_lets_others_run(void **state)
{
    (void)state;
    struct chi_buffer buffer;
    if (access("/proc/self/pagemap", R_OK) < 0) {
        print_message("skipped: no /proc/self/pagemap here; memory is all data\n");
        return;
    }
    assert_int_equal(create_raw(SIZE << 8), 0);
    assert_int_equal(chi_buffer_alloc(64, &buffer), 0);
    struct chimaera_bdev_raw_extents_task *first =
        chimaera_bdev_raw_extents_async(&disk, HERE, 0, SIZE << 8, 0);
    struct chimaera_bdev_raw_read_task *second =
        chimaera_bdev_raw_read_async(&disk, HERE, 0, &buffer);
    assert_non_null(first);
    assert_non_null(second);
    while (!chi_task_done(&second->base))
        for (uint32_t worker = 0; worker < 2; worker++)
            chi_test_step(worker);
    assert_false(chi_task_done(&first->base));
    assert_int_equal(chi_task_wait(&first->base), 0);
    assert_true(chi_vector_count(&first->extents) > 0);
    chi_task_del(&first->base);
    chi_task_del(&second->base);
    chi_buffer_free(&buffer);
    assert_int_equal(chimaera_bdev_destroy(&disk, HERE), 0);
}

/* Whichever allocation fails, the result is complete or an error. */
static void telling_extents_without_memory(void **state)
{
    (void)state;
    struct chimaera_bdev_extent extent;
    assert_int_equal(create_raw(SIZE), 0);
    CHI_TEST_FAIL_EACH(n)
    {
        size_t count = 1;
        int rc = chimaera_bdev_raw_extents(&disk, HERE, 0, SIZE, &extent, &count);
        if (rc == 0)
            assert_int_equal(extent.size, SIZE);
        else
            assert_int_equal(rc, -ENOMEM);
    }
    assert_int_equal(chimaera_bdev_destroy(&disk, HERE), 0);
}

/* Refused before the first container creates the file. */
static void a_file_with_several_containers_is_not_made(void **state)
{
    (void)state;
    const struct chimaera_bdev_create_params params = {.type = CHIMAERA_BDEV_TYPE_FILE,
                                                       .total_size = SIZE};
    const struct chimaera_admin_pool_spec spec = {
        .mod_name = CHIMAERA_BDEV_LIBRARY,
        .pool_name = path,
        .containers = 2,
        .params_schema = &chimaera_bdev_create_params_schema,
        .params = &params,
        .schemas = &chimaera_bdev_schemas,
    };
    chi_pool_id_t id;
    assert_int_equal(chimaera_admin_get_or_create_pool(HERE, &spec, &id), -ENOTSUP);
    assert_int_equal(access(path, F_OK), -1);
}

static void a_pool_that_is_there_is_opened_by_name_alone(void **state)
{
    struct chimaera_bdev_client other = {0};
    struct chimaera_bdev_stats stats;
    (void)state;
    assert_int_equal(chimaera_bdev_open(&other, HERE, path), CHI_ENOPOOL);
    assert_int_equal(chimaera_bdev_open(&other, HERE, "admin"), CHI_EPOOL_EXISTS);
    assert_int_equal(chimaera_bdev_open(&other, HERE, NULL), CHI_EPOOL_NAME);
    assert_int_equal(other.base.pool_id.major, 0);
    assert_int_equal(create(CHIMAERA_BDEV_TYPE_RAM, CHIMAERA_BDEV_ENGINE_AUTO), 0);
    assert_int_equal(chimaera_bdev_open(&other, HERE, path), 0);
    assert_true(chi_pool_id_equal(other.base.pool_id, disk.base.pool_id));
    assert_int_equal(chimaera_bdev_get_stats(&other, HERE, &stats), 0);
    assert_int_equal(stats.total, SIZE);
    assert_int_equal(chimaera_bdev_destroy(&other, HERE), 0);
}

/* Whichever allocation fails, Create returns its code, or the pool works. */
static void creating_without_memory(void **state)
{
    (void)state;
    CHI_TEST_FAIL_EACH(n)
    {
        int rc = create(CHIMAERA_BDEV_TYPE_RAM, CHIMAERA_BDEV_ENGINE_AUTO);
        if (rc == 0)
            assert_int_equal(chimaera_bdev_destroy(&disk, HERE), 0);
        else
            assert_int_equal(rc, -ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_works_with_engine_threads, begin, end),
        cmocka_unit_test_setup_teardown(a_file_works_with_engine_auto, begin, end),
        cmocka_unit_test_setup_teardown(ram_works, begin, end),
        cmocka_unit_test_setup_teardown(naming_a_great_many_blocks_lets_others_run, begin, end),
        cmocka_unit_test_setup_teardown(a_file_with_several_containers_is_not_made, begin, end),
        cmocka_unit_test_setup_teardown(a_pool_that_is_there_is_opened_by_name_alone, begin, end),
        cmocka_unit_test_setup_teardown(looking_for_holes_in_much_memory_lets_others_run, begin,
                                        end),
        cmocka_unit_test_setup_teardown(telling_extents_without_memory, begin, end),
        cmocka_unit_test_setup_teardown(creating_without_memory, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
