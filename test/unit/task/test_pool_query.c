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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_read_and_written_back),
        cmocka_unit_test(malformed_texts_are_refused_and_change_nothing),
        cmocka_unit_test(the_message_says_what_was_expected),
        cmocka_unit_test(what_is_no_query_is_written_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
