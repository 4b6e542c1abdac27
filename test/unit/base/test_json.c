/* SPDX-License-Identifier: BSD-3-Clause */
/* The JSON writer: commas and nesting, escapes, numbers, and sinks that fail. */
#include "base/assert.h"
#include "base/json.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct chi_json json;
static struct chi_json_buffer buffer;

#ifndef NDEBUG
static unsigned assertions;

static void count_assertion(const char *file, int line, const char *message)
{
    (void)file;
    (void)line;
    (void)message;
    assertions++;
}
#endif

static int begin(void **state)
{
    (void)state;
    memset(&buffer, 0, sizeof(buffer));
    chi_json_init(&json, chi_json_to_buffer, &buffer);
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(buffer.data);
    return 0;
}

static void values_are_separated_by_commas_at_every_depth(void **state)
{
    (void)state;
    chi_json_object_begin(&json);
    chi_json_member_u64(&json, "a", 1);
    chi_json_key(&json, "b");
    chi_json_array_begin(&json);
    chi_json_object_begin(&json);
    chi_json_object_end(&json);
    chi_json_array_begin(&json);
    chi_json_array_end(&json);
    chi_json_bool(&json, true);
    chi_json_bool(&json, false);
    chi_json_null(&json);
    chi_json_array_end(&json);
    chi_json_member_string(&json, "c", "d");
    chi_json_object_end(&json);
    assert_int_equal(chi_json_end(&json), 0);
    assert_string_equal(buffer.data, "{\"a\":1,\"b\":[{},[],true,false,null],\"c\":\"d\"}");
    assert_int_equal(buffer.size, strlen(buffer.data));
}

static void check_string(const char *text, size_t size, const char *expected)
{
    buffer.size = 0;
    chi_json_init(&json, chi_json_to_buffer, &buffer);
    chi_json_string_n(&json, text, size);
    assert_int_equal(chi_json_end(&json), 0);
    assert_string_equal(buffer.data, expected);
}

static void quotes_backslashes_and_control_characters_are_escaped(void **state)
{
    (void)state;
    check_string("", 0, "\"\"");
    check_string("a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"");
    check_string("\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"");
    check_string("\0\x01\x1f\x7f", 4, "\"\\u0000\\u0001\\u001f\\u007f\"");
}

static void valid_utf8_is_written_as_it_is(void **state)
{
    (void)state;
    static const char *const texts[] = {"\xc2\x80",         "\xdf\xbf",         "\xe0\xa0\x80",
                                        "\xed\x9f\xbf",     "\xee\x80\x80",     "\xef\xbf\xbf",
                                        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "Stra\xc3\x9f\x65"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        char expected[16];
        snprintf(expected, sizeof(expected), "\"%s\"", texts[i]);
        check_string(texts[i], strlen(texts[i]), expected);
    }
}

static void each_byte_of_no_valid_character_becomes_a_replacement(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t bytes; /* that are replaced, between a and b */
    } cases[] = {
        {"a\x80"
         "b",
         1}, /* continuation alone */
        {"a\xc0\x80"
         "b",
         2}, /* two bytes for a \0 */
        {"a\xe0\x80\x80"
         "b",
         3}, /* longer than needed */
        {"a\xed\xa0\x80"
         "b",
         3}, /* a surrogate */
        {"a\xf4\x90\x80\x80"
         "b",
         4}, /* beyond U+10FFFF */
        {"a\xff"
         "b",
         1}, /* never a byte of UTF-8 */
        {"a\xe2\x82"
         "b",
         2}, /* third byte missing */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char expected[32] = "\"a";
        for (size_t n = 0; n < cases[i].bytes; n++)
            strcat(expected, "\xef\xbf\xbd");
        strcat(expected, "b\"");
        check_string(cases[i].text, strlen(cases[i].text), expected);
    }
    check_string("\xe2\x82", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\""); /* cut off by the end */
}

static void keys_are_escaped_like_strings(void **state)
{
    (void)state;
    chi_json_object_begin(&json);
    chi_json_member_u64(&json, "a\"\n", 0);
    chi_json_object_end(&json);
    assert_int_equal(chi_json_end(&json), 0);
    assert_string_equal(buffer.data, "{\"a\\\"\\n\":0}");
}

static void numbers_keep_their_whole_range(void **state)
{
    (void)state;
    chi_json_array_begin(&json);
    chi_json_u64(&json, UINT64_MAX);
    chi_json_i64(&json, INT64_MIN);
    chi_json_double(&json, 0.1, 17);
    chi_json_double(&json, -2.5, 6);
    chi_json_double(&json, 1e300, 3);
    chi_json_double(&json, 1234567.0, 7);
    chi_json_double(&json, INFINITY, 6);
    chi_json_double(&json, NAN, 6);
    chi_json_array_end(&json);
    assert_int_equal(chi_json_end(&json), 0);
    assert_string_equal(buffer.data, "[18446744073709551615,-9223372036854775808,"
                                     "0.10000000000000001,-2.5,1e+300,1234567,null,null]");
}

static void doubles_have_a_point_whatever_the_locale(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8", "fa_IR.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !found; i++)
        found = setlocale(LC_NUMERIC, names[i]) != NULL &&
                strcmp(localeconv()->decimal_point, ".") != 0;
    if (!found)
        skip(); /* none is installed here */
    chi_json_double(&json, -1234.5, 6);
    chi_json_end(&json);
    setlocale(LC_NUMERIC, "C");
    assert_string_equal(buffer.data, "-1234.5");
}

static void wrong_nesting_is_an_assertion(void **state)
{
    (void)state;
#ifdef NDEBUG
    skip(); /* assertions are off */
#else
    chi_assert_hook_fn *hook = chi_assert_hook;
    chi_assert_hook = count_assertion;
    assertions = 0;
    chi_json_object_begin(&json);
    chi_json_u64(&json, 1); /* no key */
    assert_int_equal(assertions, 1);
    chi_json_array_end(&json); /* an object is open */
    assert_int_equal(assertions, 2);
    chi_json_init(&json, chi_json_to_buffer, &buffer);
    chi_json_array_begin(&json);
    chi_json_key(&json, "k"); /* in an array */
    assert_int_equal(assertions, 3);
    chi_json_end(&json); /* still open */
    assert_int_equal(assertions, 4);
    chi_json_init(&json, chi_json_to_buffer, &buffer);
    chi_json_end(&json); /* nothing written */
    assert_int_equal(assertions, 5);
    chi_json_null(&json);
    chi_json_null(&json); /* a second text */
    assert_int_equal(assertions, 6);
    chi_assert_hook = hook;
#endif
}

static void arrays_nest_to_the_limit(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CHI_JSON_DEPTH_MAX; i++)
        chi_json_array_begin(&json);
    for (unsigned i = 0; i < CHI_JSON_DEPTH_MAX; i++)
        chi_json_array_end(&json);
    assert_int_equal(chi_json_end(&json), 0);
    assert_int_equal(buffer.size, 2 * CHI_JSON_DEPTH_MAX);
}

static unsigned calls;

static int fail_at_third(void *context, const char *data, size_t size)
{
    (void)context;
    (void)data;
    (void)size;
    return ++calls >= 3 ? -ENOMEM : 0;
}

static void the_first_error_of_the_sink_stays_and_ends_output(void **state)
{
    (void)state;
    calls = 0;
    chi_json_init(&json, fail_at_third, NULL);
    chi_json_array_begin(&json);
    for (unsigned i = 0; i < 10000; i++)
        chi_json_u64(&json, i);
    chi_json_array_end(&json);
    assert_int_equal(chi_json_end(&json), -ENOMEM);
    assert_int_equal(calls, 3);
}

static void a_full_file_is_an_error(void **state)
{
    (void)state;
    FILE *file = fopen("/dev/full", "w");
    assert_non_null(file);
    setvbuf(file, NULL, _IONBF, 0);
    chi_json_init(&json, chi_json_to_file, file);
    chi_json_string(&json, "longer than the room");
    assert_int_equal(chi_json_end(&json), -ENOSPC);
    fclose(file);
}

static void a_large_text_grows_the_buffer(void **state)
{
    (void)state;
    chi_json_array_begin(&json);
    for (unsigned i = 0; i < 10000; i++)
        chi_json_string(&json, "0123456789");
    chi_json_array_end(&json);
    assert_int_equal(chi_json_end(&json), 0);
    assert_int_equal(buffer.size, 10000 * 13 + 1);
    assert_int_equal(strlen(buffer.data), buffer.size);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_are_separated_by_commas_at_every_depth),
        TEST(quotes_backslashes_and_control_characters_are_escaped),
        TEST(valid_utf8_is_written_as_it_is),
        TEST(each_byte_of_no_valid_character_becomes_a_replacement),
        TEST(keys_are_escaped_like_strings),
        TEST(numbers_keep_their_whole_range),
        TEST(doubles_have_a_point_whatever_the_locale),
        TEST(wrong_nesting_is_an_assertion),
        TEST(arrays_nest_to_the_limit),
        TEST(the_first_error_of_the_sink_stays_and_ends_output),
        TEST(a_full_file_is_an_error),
        TEST(a_large_text_grows_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
