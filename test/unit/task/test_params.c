/* SPDX-License-Identifier: BSD-3-Clause */
/* Create parameters: from text, and through an archive. */
#include "chimaera/params.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fake_memory.h"
#include "fake_schema.h"

static struct everything params;

static int set_up(void **state)
{
    memset(&params, 0, sizeof params);
    return fake_set_up(state);
}

static int tear_down(void **state)
{
    chi_params_fini(&everything_schema, &params);
    return fake_tear_down(state);
}

static int set(const char *member, const char *text)
{
    return chi_params_set(&everything_schema, &params, member, text);
}

static void assert_message(const char *part)
{
    if (!strstr(chi_last_error(), part))
        fail_msg("\"%s\" is not in \"%s\"", part, chi_last_error());
}

static void each_integer_takes_its_whole_range_and_no_more(void **state)
{
    (void)state;
    static const struct {
        const char *member, *lowest, *highest, *below, *above;
    } ranges[] = {
        {"flag", "0", "255", "-1", "256"},
        {"u16", "0", "65535", "-1", "65536"},
        {"u32", "0", "4294967295", "-1", "4294967296"},
        {"u64", "0", "18446744073709551615", "-1", "18446744073709551616"},
        {"i8", "-128", "127", "-129", "128"},
        {"i16", "-32768", "32767", "-32769", "32768"},
        {"i32", "-2147483648", "2147483647", "-2147483649", "2147483648"},
        {"i64", "-9223372036854775808", "9223372036854775807", "-9223372036854775809",
         "9223372036854775808"},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        assert_int_equal(set(ranges[i].member, ranges[i].lowest), 0);
        assert_int_equal(set(ranges[i].member, ranges[i].highest), 0);
        assert_int_equal(set(ranges[i].member, ranges[i].below), -ERANGE);
        assert_int_equal(set(ranges[i].member, ranges[i].above), -ERANGE);
        assert_message(ranges[i].member);
        assert_message(ranges[i].above);
    }
    assert_true(params.flag == UINT8_MAX && params.u16 == UINT16_MAX && params.u32 == UINT32_MAX &&
                params.u64 == UINT64_MAX && params.i8 == INT8_MAX && params.i16 == INT16_MAX &&
                params.i32 == INT32_MAX && params.i64 == INT64_MAX);
}

static void what_is_no_number_is_einval_and_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(set("u16", "0x10"), 0);
    const char *const malformed[] = {"", "x", "1x", " 1", "1.5", "0x", "1KB", "true"};
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        assert_int_equal(set("u16", malformed[i]), -EINVAL);
        assert_int_equal(set("i32", malformed[i]), -EINVAL);
    }
    assert_message("expected a number from -2^31");
    assert_int_equal(params.u16, 16);
}

static void members_of_32_and_64_bits_take_sizes(void **state)
{
    (void)state;
    assert_int_equal(set("u32", "64MB"), 0);
    assert_int_equal(params.u32, 64u << 20);
    assert_int_equal(set("u64", "3TB"), 0);
    assert_true(params.u64 == UINT64_C(3) << 40);
    assert_int_equal(set("u32", "256MiB"), 0);
    assert_int_equal(params.u32, 256u << 20);
    assert_int_equal(set("u32", "4GB"), -ERANGE);
    assert_int_equal(set("u32", "4XB"), -EINVAL);
    assert_message("KB, MB, GB, TB");
}

static void a_member_with_a_unit_in_its_name_takes_durations(void **state)
{
    (void)state;
    uint32_t timeout_ms = 0;
    static const struct chi_member member = {
        .name = "timeout_ms", .kind = CHI_MEMBER_U32, .size = sizeof(timeout_ms), .count = 1};
    static const struct chi_schema schema = {
        .name = "timed", .size = sizeof(timeout_ms), .member_count = 1, .members = &member};
    assert_int_equal(chi_params_set(&schema, &timeout_ms, "timeout_ms", "2s"), 0);
    assert_int_equal(timeout_ms, 2000);
    assert_int_equal(chi_params_set(&schema, &timeout_ms, "timeout_ms", "7"), 0);
    assert_int_equal(timeout_ms, 7);
    assert_int_equal(chi_params_set(&schema, &timeout_ms, "timeout_ms", "5us"), -EINVAL);
    assert_int_equal(chi_params_set(&schema, &timeout_ms, "timeout_ms", "64KB"), -EINVAL);
    assert_message("a duration such as 100ms");
    assert_int_equal(chi_params_set(&schema, &timeout_ms, "timeout_ms", "5000h"), -ERANGE);
    assert_int_equal(timeout_ms, 7);
}

static void a_byte_takes_true_and_false(void **state)
{
    (void)state;
    assert_int_equal(set("flag", "true"), 0);
    assert_int_equal(params.flag, 1);
    assert_int_equal(set("flag", "false"), 0);
    assert_int_equal(params.flag, 0);
    assert_int_equal(set("flag", "True"), -EINVAL);
    assert_message("true or false");
}

static void an_enum_takes_its_names_and_their_values(void **state)
{
    (void)state;
    assert_int_equal(set("mode", "paranoid"), 0);
    assert_int_equal(params.mode, 7);
    assert_int_equal(set("mode", "2"), 0);
    assert_int_equal(params.mode, 2);
    assert_int_equal(set("mode", "3"), -EINVAL);
    assert_message("none of fast, safe, paranoid");
    assert_int_equal(set("mode", "sfae"), -EINVAL);
    assert_message("did you mean \"safe\"?");
    assert_int_equal(params.mode, 2);
}

static void numbers_with_a_point_are_finite(void **state)
{
    (void)state;
    assert_int_equal(set("f32", "0.25"), 0);
    assert_int_equal(set("f64", "-1e300"), 0);
    assert_true(params.f32 == 0.25f && params.f64 == -1e300);
    assert_int_equal(set("f32", "1e300"), -ERANGE);
    assert_int_equal(set("f64", "1e999"), -ERANGE);
    assert_int_equal(set("f64", "nan"), -EINVAL);
    assert_int_equal(set("f64", "0.5 "), -EINVAL);
}

static void ids_and_queries_have_their_text_forms(void **state)
{
    (void)state;
    assert_int_equal(set("pool_id", "7000.2"), 0);
    assert_true(chi_pool_id_equal(params.pool_id, chi_pool_id(7000, 2)));
    assert_int_equal(set("pool_id", "seven"), -EINVAL);
    assert_message("such as 7000.0");
    assert_int_equal(set("pool_query", "range:1:4"), 0);
    assert_int_equal(params.pool_query.count, 4);
    assert_int_equal(set("pool_query", "lcal"), -EINVAL);
    assert_message("did you mean \"local\"?");
}

static void a_string_takes_the_text_as_it_is(void **state)
{
    (void)state;
    assert_int_equal(set("name", "  a, b: c of more than twenty-three bytes "), 0);
    assert_true(chi_string_equal(&params.name, "  a, b: c of more than twenty-three bytes "));
    assert_int_equal(set("name", ""), 0);
    assert_true(chi_string_equal(&params.name, ""));
    assert_int_equal(fake_live, 0);
}

static void arrays_and_vectors_take_comma_separated_lists(void **state)
{
    (void)state;
    assert_int_equal(set("array", "1,2 , 3"), 0);
    assert_true(params.array[0] == 1 && params.array[2] == 3 && params.array[3] == 0);
    assert_int_equal(set("array", "1,2,3,4,5"), -ERANGE);
    assert_message("at most 4");
    assert_int_equal(set("array", "1,,3"), -EINVAL);
    assert_int_equal(set("array", "1,70000"), -ERANGE);
    assert_true(params.array[0] == 1 && params.array[2] == 3);

    assert_int_equal(set("numbers", "1KB, 2,3,4,5,6,7,8"), 0);
    assert_int_equal(chi_vector_count(&params.numbers), 8);
    assert_int_equal(chi_vector_items(&params.numbers)[0], 1024);
    assert_int_equal(chi_vector_items(&params.numbers)[7], 8);
    assert_int_equal(set("numbers", "9,x"), -EINVAL);
    assert_int_equal(chi_vector_count(&params.numbers), 8);
    assert_int_equal(set("numbers", " "), 0);
    assert_int_equal(chi_vector_count(&params.numbers), 0);

    assert_int_equal(set("names", "first of two texts of some length, second"), 0);
    assert_true(chi_string_equal(&params.names[1], "second"));
    assert_int_equal(set("names", "another text that is rather long,b,c"), -ERANGE);
    assert_true(chi_string_equal(&params.names[1], "second"));
}

static void what_has_no_text_form_is_einval(void **state)
{
    (void)state;
    assert_int_equal(set("inner", "1"), -EINVAL);
    assert_int_equal(set("buffer", "1"), -EINVAL);
    assert_int_equal(set("points", "1"), -EINVAL);
    assert_message("cannot be given as text");
}

static void an_unknown_member_is_enoent_with_the_nearest_name(void **state)
{
    (void)state;
    assert_int_equal(set("pool_qeury", "local"), -ENOENT);
    assert_message("everything has no parameter \"pool_qeury\"; did you mean \"pool_query\"?");
    assert_int_equal(set("zzz", "1"), -ENOENT);
    assert_null(strstr(chi_last_error(), "did you mean"));
    assert_int_equal(set("", "1"), -ENOENT);
}

static void without_memory_the_member_stays(void **state)
{
    (void)state;
    assert_int_equal(set("name", "short"), 0);
    fake_fail_after = 0;
    fake_fail_code = CHI_ENOTATTACHED;
    assert_int_equal(set("name", "a text that is longer than what lies inside"), CHI_ENOTATTACHED);
    assert_int_equal(set("numbers", "1,2,3,4,5,6,7,8"), CHI_ENOTATTACHED);
    assert_true(chi_string_equal(&params.name, "short"));
}

static void parameters_travel_as_an_archive(void **state)
{
    (void)state;
    struct chi_string archive = {0};
    struct everything copy = {0};
    set("u32", "17");
    set("out", "18");
    set("name", "a text that is longer than what lies inside");
    chi_string_set(&archive, "is replaced");
    assert_int_equal(chi_params_save(&everything_schema, &params, &archive), 0);
    assert_int_equal(chi_params_load(&everything_schema, &archive, &copy), 0);
    assert_int_equal(copy.u32, 17);
    assert_int_equal(copy.out, 18);
    assert_true(chi_string_equal(&copy.name, "a text that is longer than what lies inside"));
    chi_params_fini(&everything_schema, &copy);
    assert_int_equal(copy.u32, 0);
    chi_string_fini(&archive);
}

static void an_empty_archive_gives_zeros_and_a_damaged_one_nothing(void **state)
{
    (void)state;
    struct chi_string archive = {0};
    assert_int_equal(chi_params_load(&everything_schema, &archive, &params), 0);
    chi_string_set(&archive, "damaged");
    assert_int_equal(chi_params_load(&everything_schema, &archive, &params), CHI_EARCHIVE);
    struct chi_string impossible = {{.size = 500}};
    assert_int_equal(chi_params_load(&everything_schema, &impossible, &params), CHI_EARCHIVE);
    assert_int_equal(chi_params_save(&point_schema, &(struct point){1, 2, 3}, &archive), 0);
    assert_int_equal(chi_params_load(&everything_schema, &archive, &params), CHI_ESCHEMA);
    chi_string_fini(&archive);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_integer_takes_its_whole_range_and_no_more),
        TEST(what_is_no_number_is_einval_and_changes_nothing),
        TEST(members_of_32_and_64_bits_take_sizes),
        TEST(a_member_with_a_unit_in_its_name_takes_durations),
        TEST(a_byte_takes_true_and_false),
        TEST(an_enum_takes_its_names_and_their_values),
        TEST(numbers_with_a_point_are_finite),
        TEST(ids_and_queries_have_their_text_forms),
        TEST(a_string_takes_the_text_as_it_is),
        TEST(arrays_and_vectors_take_comma_separated_lists),
        TEST(what_has_no_text_form_is_einval),
        TEST(an_unknown_member_is_enoent_with_the_nearest_name),
        TEST(without_memory_the_member_stays),
        TEST(parameters_travel_as_an_archive),
        TEST(an_empty_archive_gives_zeros_and_a_damaged_one_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
