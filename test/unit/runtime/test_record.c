/* SPDX-License-Identifier: BSD-3-Clause */
/* Records and their caches. Leaks are for the address sanitizer to find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "runtime/core/record.h"

static struct chi_record_cache cache;

static int setup(void **state)
{
    (void)state;
    memset(&cache, 0, sizeof(cache));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    chi_record_cache_fini(&cache);
    return 0;
}

static void a_record_holds_a_task_of_any_size(void **state)
{
    (void)state;
    for (uint32_t size = sizeof(struct chi_task); size <= CHI_TASK_MAX_SIZE; size++) {
        struct chi_record *record = chi_record_new(&cache, size);
        assert_non_null(record);
        assert_int_equal((uintptr_t)&record->task % CHI_CACHE_LINE, 0);
        memset((void *)&record->task, 0xAB, size);
        assert_ptr_equal(chi_record_of(&record->task), record);
        chi_record_free(&cache, record);
    }
}

static void a_freed_record_is_used_again_and_clean(void **state)
{
    (void)state;
    struct chi_record *record = chi_record_new(&cache, 200);
    record->shm_offset = 5;
    record->counted = record->expecting = record->deleted = true;
    record->call_argument = record;
    chi_record_free(&cache, record);
    assert_ptr_equal(chi_record_new(&cache, 256), record); /* the same class */
    assert_int_equal(record->shm_offset, 0);
    assert_false(record->counted || record->expecting || record->deleted);
    assert_null(record->call_argument);
    struct chi_record *larger = chi_record_new(&cache, 257);
    assert_ptr_not_equal(larger, record);
    chi_record_free(&cache, larger);
    chi_record_free(&cache, record);
}

static void the_cache_is_bounded(void **state)
{
    enum { MANY = 5000 };
    static struct chi_record *records[MANY];
    (void)state;
    for (int i = 0; i < MANY; i++)
        records[i] = chi_record_new(&cache, 64);
    for (int i = 0; i < MANY; i++)
        chi_record_free(&cache, records[i]);
    assert_true(cache.count[0] > 0 && cache.count[0] < MANY / 2);
    for (uint32_t i = 1; i < CHI_RECORD_CLASSES; i++)
        assert_int_equal(cache.count[i], 0);
}

static void a_record_may_be_freed_into_another_cache(void **state)
{
    struct chi_record_cache other = {{NULL}, {0}};
    (void)state;
    for (int i = 0; i < 100; i++)
        chi_record_free(&other, chi_record_new(&cache, 1000));
    assert_int_equal(cache.count[4], 0);
    assert_int_equal(other.count[4], 100);
    chi_record_cache_fini(&other);
    assert_int_equal(other.count[4], 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_record_holds_a_task_of_any_size),
        TEST(a_freed_record_is_used_again_and_clean),
        TEST(the_cache_is_bounded),
        TEST(a_record_may_be_freed_into_another_cache),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
