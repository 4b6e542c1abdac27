/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the kv module: two containers, stepped by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <chimaera/test.h>
#include <errno.h>
#include <example/kv/kv_client.h>
#include <example/kv/kv_runtime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/store.h"

#define KEYS 500u

static struct example_kv_client kv;

static int begin(void **state)
{
    const struct chi_test_options options = {.sched_threads = 2};
    (void)state;
    if (chi_test_begin(&options) < 0)
        fail_msg("%s", chi_last_error());
    assert_int_equal(example_kv_create(&kv, chi_pool_query_local(), "values", 2, NULL), 0);
    return 0;
}

/* Fails the test where anything was left behind, and prints what. */
static int end(void **state)
{
    (void)state;
    return chi_test_end();
}

static int put(const char *key, const char *value)
{
    return example_kv_put(&kv, key, value, strlen(value), NULL);
}

static size_t keys_in(uint32_t container)
{
    return ((struct example_kv *)(void *)chi_test_container(kv.base.pool_id, container))
        ->store->count;
}

static const char *key_of(unsigned number, char key[32])
{
    /* in no order, of different lengths, some the beginning of others */
    snprintf(key, 32, "%x", number * 2654435761u >> (number % 5 * 4));
    return key;
}

static void fill(void)
{
    char key[32];
    for (unsigned i = 0; i < KEYS; i++)
        assert_int_equal(put(key_of(i, key), "x"), 0);
}

static void a_value_comes_back_as_it_was_put(void **state)
{
    char value[16];
    size_t size = 0;
    uint64_t first, second, version;
    (void)state;
    assert_int_equal(example_kv_put(&kv, "key", "one\0two", 7, &first), 0);
    assert_int_equal(example_kv_get(&kv, "key", value, sizeof(value), &size, &version), 0);
    assert_int_equal(size, 7);
    assert_memory_equal(value, "one\0two", 7);
    assert_int_equal(version, first);
    assert_int_equal(example_kv_put(&kv, "key", "", 0, &second), 0);
    assert_true(second > first);
    assert_int_equal(example_kv_get(&kv, "key", value, 0, &size, NULL), 0);
    assert_int_equal(size, 0);
}

static void a_long_value_comes_back(void **state)
{
    size_t size = 0;
    char *value = malloc(1 << 20);
    char *back = malloc(1 << 20);
    (void)state;
    for (size_t i = 0; i < 1 << 20; i++)
        value[i] = (char)(i * 31 >> 3);
    assert_int_equal(example_kv_put(&kv, "long", value, 1 << 20, NULL), 0);
    assert_int_equal(example_kv_get(&kv, "long", back, 1 << 20, &size, NULL), 0);
    assert_int_equal(size, 1 << 20);
    assert_memory_equal(back, value, 1 << 20);
    assert_int_equal(example_kv_get(&kv, "long", back, 100, &size, NULL), -ENOBUFS);
    assert_int_equal(size, 1 << 20);
    free(back);
    free(value);
}

static void what_is_not_there_is_enoent(void **state)
{
    char value[4];
    size_t size;
    (void)state;
    assert_int_equal(example_kv_get(&kv, "none", value, sizeof(value), &size, NULL), -ENOENT);
    assert_int_equal(example_kv_delete(&kv, "none"), -ENOENT);
    assert_int_equal(put("none", "now"), 0);
    assert_int_equal(example_kv_delete(&kv, "none"), 0);
    assert_int_equal(example_kv_get(&kv, "none", value, sizeof(value), &size, NULL), -ENOENT);
}

static void bad_keys_are_refused(void **state)
{
    char key[EXAMPLE_KV_KEY_MAX + 2];
    (void)state;
    memset(key, 'k', sizeof(key));
    key[EXAMPLE_KV_KEY_MAX + 1] = '\0';
    assert_int_equal(put(key, "x"), -EINVAL);
    key[EXAMPLE_KV_KEY_MAX] = '\0';
    assert_int_equal(put(key, "x"), 0);
    assert_int_equal(put("", "x"), -EINVAL);
}

static void both_containers_get_their_share(void **state)
{
    (void)state;
    fill();
    assert_true(keys_in(0) > KEYS / 3);
    assert_true(keys_in(1) > KEYS / 3);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every key once and in order, whatever the pages' size. */
static void check_pages(uint32_t limit)
{
    char texts[KEYS][32];
    char *expected[KEYS];
    for (unsigned i = 0; i < KEYS; i++) {
        key_of(i, texts[i]);
        expected[i] = texts[i];
    }
    qsort(expected, KEYS, sizeof(expected[0]), compare);
    struct example_kv_page page;
    char after[32] = "";
    size_t seen = 0;
    bool more = true;
    while (more) {
        assert_int_equal(example_kv_scan(&kv, after, limit, &page), 0);
        assert_true(page.count <= limit);
        for (size_t i = 0; i < page.count; i++, seen++) {
            assert_string_equal(page.keys[i], expected[seen]);
            strcpy(after, page.keys[i]);
        }
        more = page.more;
        assert_true(!more || page.count == limit);
        example_kv_page_fini(&page);
    }
    assert_int_equal(seen, KEYS);
}

static void pages_of_any_size_hold_every_key_in_order(void **state)
{
    (void)state;
    fill();
    assert_int_equal(keys_in(0) + keys_in(1), KEYS);
    for (uint32_t limit = 1; limit <= KEYS + 1; limit = limit * 3 + 1)
        check_pages(limit);
    check_pages(KEYS - 1);
    check_pages(KEYS);
}

static void a_pool_is_opened_by_its_name_whatever_its_parameters(void **state)
{
    struct example_kv_client other = {0};
    char value[4];
    size_t size;
    (void)state;
    assert_int_equal(put("key", "x"), 0);
    assert_int_equal(example_kv_open(&other, chi_pool_query_local(), "values"), 0);
    assert_int_equal(example_kv_get(&other, "key", value, sizeof(value), &size, NULL), 0);
    assert_int_equal(example_kv_open(&other, chi_pool_query_local(), "none"), CHI_ENOPOOL);
}

static void an_empty_pool_has_an_empty_page(void **state)
{
    struct example_kv_page page;
    (void)state;
    assert_int_equal(example_kv_scan(&kv, NULL, 0, &page), 0);
    assert_int_equal(page.count, 0);
    assert_false(page.more);
    example_kv_page_fini(&page);
}

static void a_full_container_refuses_and_keeps_what_it_has(void **state)
{
    const struct example_kv_create_params params = {.max_bytes = 20};
    struct example_kv_client small;
    char value[16];
    size_t size;
    (void)state;
    assert_int_equal(example_kv_create(&small, chi_pool_query_local(), "small", 1, &params), 0);
    assert_int_equal(example_kv_put(&small, "a", "0123456789", 10, NULL), 0);
    assert_int_equal(example_kv_put(&small, "b", "0123456789", 10, NULL), -ENOSPC);
    assert_int_equal(example_kv_put(&small, "a", "01234567890123456789", 20, NULL), -ENOSPC);
    assert_int_equal(example_kv_get(&small, "a", value, sizeof(value), &size, NULL), 0);
    assert_int_equal(size, 10);
    assert_int_equal(example_kv_delete(&small, "a"), 0);
    assert_int_equal(example_kv_put(&small, "b", "0123456789", 10, NULL), 0);
}

/* A copy that could not be made is tried again when another has ended: not every failure shows. */
static void a_scan_fails_cleanly_where_memory_is_out(void **state)
{
    int failures = 0;
    (void)state;
    fill();
    CHI_TEST_FAIL_EACH(n)
    {
        struct example_kv_page page;
        int rc = example_kv_scan(&kv, NULL, 200, &page);
        assert_true(rc == 0 || (rc == -ENOMEM && chi_test_failed()));
        assert_int_equal(page.count, rc == 0 ? 200 : 0);
        failures += rc < 0;
        example_kv_page_fini(&page);
    }
    assert_true(failures > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_value_comes_back_as_it_was_put, begin, end),
        cmocka_unit_test_setup_teardown(a_long_value_comes_back, begin, end),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_enoent, begin, end),
        cmocka_unit_test_setup_teardown(bad_keys_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(both_containers_get_their_share, begin, end),
        cmocka_unit_test_setup_teardown(pages_of_any_size_hold_every_key_in_order, begin, end),
        cmocka_unit_test_setup_teardown(a_pool_is_opened_by_its_name_whatever_its_parameters, begin,
                                        end),
        cmocka_unit_test_setup_teardown(an_empty_pool_has_an_empty_page, begin, end),
        cmocka_unit_test_setup_teardown(a_full_container_refuses_and_keeps_what_it_has, begin, end),
        cmocka_unit_test_setup_teardown(a_scan_fails_cleanly_where_memory_is_out, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
