/* SPDX-License-Identifier: BSD-3-Clause */
/* The text form of pool queries. */
#include "chimaera/pool_query.h"
#include "chimaera/status.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *text;
    chi_pool_query_t query;
} pairs[] = {
    {"local", {CHI_ROUTE_LOCAL, 0, 0}},
    {"broadcast", {CHI_ROUTE_BROADCAST, 0, 0}},
    {"dynamic", {CHI_ROUTE_DYNAMIC, 0, 0}},
    {"direct_id:3", {CHI_ROUTE_DIRECT_ID, 3, 0}},
    {"direct_hash:4294967295", {CHI_ROUTE_DIRECT_HASH, UINT32_MAX, 0}},
    {"range:0:10", {CHI_ROUTE_RANGE, 0, 10}},
    {"range:4294967295:4294967295", {CHI_ROUTE_RANGE, UINT32_MAX, UINT32_MAX}},
    {"physical:2", {CHI_ROUTE_PHYSICAL, 2, 0}},
};

static void each_form_is_read_and_written_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        chi_pool_query_t query = {0};
        char text[CHI_POOL_QUERY_TEXT_SIZE];
        assert_int_equal(chi_pool_query_parse(pairs[i].text, &query), 0);
        assert_memory_equal(&query, &pairs[i].query, sizeof query);
        assert_ptr_equal(chi_pool_query_format(query, text), text);
        assert_string_equal(text, pairs[i].text);
    }
}

static void malformed_texts_are_refused_and_change_nothing(void **state)
{
    (void)state;
    const char *const malformed[] = {
        "",
        "null",
        "Local",
        " local",
        "local ",
        "local:",
        "local:1",
        "direct_id",
        "direct_id:",
        "direct_id:x",
        "direct_id:-1",
        "direct_id:1:2",
        "range:1",
        "range:1:",
        "range:1:0",
        "range::1",
        "range:1:2:3",
        "physical: 1",
        "direct_id:4294967296",
        "direct_hash:99999999999999999999",
        "a_name_that_is_far_too_long:1",
    };
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        chi_pool_query_t query = {9, 9, 9};
        assert_int_equal(chi_pool_query_parse(malformed[i], &query), -EINVAL);
        assert_int_equal(query.mode, 9);
        assert_int_equal(chi_last_error_code(), -EINVAL);
    }
}

static void the_message_says_what_was_expected(void **state)
{
    (void)state;
    chi_pool_query_t query;
    assert_int_equal(chi_pool_query_parse("brodcast", &query), -EINVAL);
    assert_non_null(strstr(chi_last_error(), "did you mean \"broadcast\"?"));
    assert_non_null(strstr(chi_last_error(), "range:FIRST:COUNT"));
    assert_int_equal(chi_pool_query_parse("range:1", &query), -EINVAL);
    assert_non_null(strstr(chi_last_error(), "range takes 2 numbers"));
}

static void what_is_no_query_is_written_as_such(void **state)
{
    (void)state;
    char text[CHI_POOL_QUERY_TEXT_SIZE];
    assert_string_equal(chi_pool_query_format((chi_pool_query_t){0, 0, 0}, text), "null");
    chi_pool_query_t unknown = {UINT32_MAX, 0, 0};
    assert_string_equal(chi_pool_query_format(unknown, text), "mode4294967295?");
}

static void a_query_says_what_it_was_made_of(void **state)
{
    chi_pool_query_t query = chi_pool_query_range(5, 7);
    (void)state;
    assert_int_equal(chi_pool_query_mode(query), CHI_ROUTE_RANGE);
    assert_true(chi_pool_query_is_range(query));
    assert_int_equal(chi_pool_query_range_offset(query), 5);
    assert_int_equal(chi_pool_query_range_count(query), 7);
    assert_int_equal(chi_pool_query_container_id(query), 0);
    assert_int_equal(chi_pool_query_hash(query), 0);
    assert_int_equal(chi_pool_query_node_id(query), 0);
    assert_int_equal(chi_pool_query_container_id(chi_pool_query_direct_id(42)), 42);
    assert_int_equal(chi_pool_query_hash(chi_pool_query_direct_hash(43)), 43);
    assert_int_equal(chi_pool_query_node_id(chi_pool_query_physical(44)), 44);
    assert_int_equal(chi_pool_query_range_offset(chi_pool_query_direct_id(42)), 0);
    assert_int_equal(chi_pool_query_range_count(chi_pool_query_broadcast()), 0);
}

static void each_query_is_of_one_mode(void **state)
{
    const chi_pool_query_t queries[CHI_ROUTE_COUNT] = {
        {0, 0, 0},
        chi_pool_query_local(),
        chi_pool_query_direct_id(1),
        chi_pool_query_direct_hash(1),
        chi_pool_query_range(0, 1),
        chi_pool_query_broadcast(),
        chi_pool_query_physical(1),
        chi_pool_query_dynamic(),
    };
    bool (*const is[CHI_ROUTE_COUNT])(chi_pool_query_t) = {
        chi_pool_query_is_null,        chi_pool_query_is_local,  chi_pool_query_is_direct_id,
        chi_pool_query_is_direct_hash, chi_pool_query_is_range,  chi_pool_query_is_broadcast,
        chi_pool_query_is_physical,    chi_pool_query_is_dynamic};
    (void)state;
    for (uint32_t i = 0; i < CHI_ROUTE_COUNT; i++) {
        assert_int_equal(chi_pool_query_mode(queries[i]), i);
        for (uint32_t k = 0; k < CHI_ROUTE_COUNT; k++)
            assert_int_equal(is[k](queries[i]), k == i);
    }
    assert_int_equal(chi_pool_query_mode(chi_pool_query_make(99, 0, 0)), CHI_ROUTE_NULL);
}

static void each_way_to_be_wrong_has_its_code(void **state)
{
    static const struct {
        chi_pool_query_t query;
        int code;
    } cases[] = {
        {{CHI_ROUTE_LOCAL, 0, 0}, 0},
        {{CHI_ROUTE_DYNAMIC, 0, 0}, 0},
        {{CHI_ROUTE_BROADCAST, 0, 0}, 0},
        {{CHI_ROUTE_DIRECT_ID, 4, 0}, 0},
        {{CHI_ROUTE_DIRECT_HASH, UINT32_MAX, 0}, 0},
        {{CHI_ROUTE_RANGE, 0, 5}, 0},
        {{CHI_ROUTE_RANGE, 4, 1}, 0},
        {{CHI_ROUTE_PHYSICAL, 0, 0}, 0},
        {{CHI_ROUTE_NULL, 0, 0}, CHI_EQUERY_NULL},
        {{CHI_ROUTE_NULL, 1, 1}, CHI_EQUERY_NULL},
        {{CHI_ROUTE_COUNT, 0, 0}, CHI_EQUERY_MODE},
        {{UINT32_MAX, 0, 0}, CHI_EQUERY_MODE},
        {{CHI_ROUTE_DIRECT_ID, 5, 0}, CHI_EQUERY_CONTAINER},
        {{CHI_ROUTE_DIRECT_ID, UINT32_MAX, 0}, CHI_EQUERY_CONTAINER},
        {{CHI_ROUTE_RANGE, 0, 0}, CHI_EQUERY_RANGE},
        {{CHI_ROUTE_RANGE, 0, 6}, CHI_EQUERY_RANGE},
        {{CHI_ROUTE_RANGE, 5, 1}, CHI_EQUERY_RANGE},
        {{CHI_ROUTE_RANGE, 3, 3}, CHI_EQUERY_RANGE},
        {{CHI_ROUTE_RANGE, UINT32_MAX, 2}, CHI_EQUERY_RANGE},
        {{CHI_ROUTE_RANGE, 2, UINT32_MAX}, CHI_EQUERY_RANGE},
        {{CHI_ROUTE_PHYSICAL, 1, 0}, CHI_EQUERY_NODE},
        {{CHI_ROUTE_PHYSICAL, UINT32_MAX, 0}, CHI_EQUERY_NODE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(chi_pool_query_check(cases[i].query, 5), cases[i].code);
        if (cases[i].code < 0)
            assert_int_equal(chi_last_error_code(), cases[i].code);
    }
    assert_int_equal(chi_pool_query_check(chi_pool_query_range(3, 3), 5), CHI_EQUERY_RANGE);
    assert_non_null(strstr(chi_last_error(), "range:3:3"));
    assert_non_null(strstr(chi_last_error(), "5 containers"));
    assert_int_equal(chi_pool_query_check(chi_pool_query_direct_hash(3), 0), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_read_and_written_back),
        cmocka_unit_test(malformed_texts_are_refused_and_change_nothing),
        cmocka_unit_test(the_message_says_what_was_expected),
        cmocka_unit_test(what_is_no_query_is_written_as_such),
        cmocka_unit_test(a_query_says_what_it_was_made_of),
        cmocka_unit_test(each_query_is_of_one_mode),
        cmocka_unit_test(each_way_to_be_wrong_has_its_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
