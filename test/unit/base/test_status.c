/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts of codes, each thread's last error, assertions, and values that people write. */
#include "base/assert.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/units.h"
#include "chimaera/status.h"
#include "test_paths.h"

#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_code_of_the_table_has_its_name_and_text(void **state)
{
    (void)state;
#define CHECK(name, value, text)                                                                   \
    assert_int_equal(name, value);                                                                 \
    assert_string_equal(chi_strerror(name), text);                                                 \
    assert_string_equal(chi_status_name(name), #name);
    CHI_STATUS_TABLE(CHECK)
#undef CHECK
}

static void errno_values_have_the_c_librarys_name_and_text(void **state)
{
    (void)state;
    assert_string_equal(chi_status_name(-ENOMEM), "ENOMEM");
    assert_string_equal(chi_strerror(-ENOMEM), "Cannot allocate memory");
    assert_string_equal(chi_status_name(0), "CHI_OK");
    assert_string_equal(chi_strerror(0), "success");
}

static void codes_that_do_not_exist_have_a_text_too(void **state)
{
    (void)state;
    const int unknown[] = {1, 42, -999, -1009, -5000, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        assert_string_equal(chi_strerror(unknown[i]), "unknown code");
        assert_string_equal(chi_status_name(unknown[i]), "?");
    }
}

static void *empty_last_error_of_a_new_thread(void *argument)
{
    (void)argument;
    bool empty = chi_last_error()[0] == '\0' && chi_last_error_code() == 0;
    chi_error(-EIO, "another thread's");
    return (void *)(uintptr_t)empty;
}

static void last_error_belongs_to_the_thread(void **state)
{
    (void)state;
    assert_int_equal(chi_error(CHI_ENOPOOL, "pool %d is missing", 7), CHI_ENOPOOL);
    pthread_t thread;
    void *empty;
    assert_int_equal(pthread_create(&thread, NULL, empty_last_error_of_a_new_thread, NULL), 0);
    assert_int_equal(pthread_join(thread, &empty), 0);
    assert_true(empty != NULL);
    assert_string_equal(chi_last_error(), "pool 7 is missing");
    assert_int_equal(chi_last_error_code(), CHI_ENOPOOL);
}

static void a_message_may_contain_the_one_before(void **state)
{
    (void)state;
    chi_error(-EINVAL, "inner");
    chi_error(-EINVAL, "outer: %s", chi_last_error());
    assert_string_equal(chi_last_error(), "outer: inner");
}

static void a_long_message_is_cut_at_511_bytes_and_errno_is_kept(void **state)
{
    (void)state;
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    errno = ENOSPC;
    chi_error(-EIO, "%s", text);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(strlen(chi_last_error()), 511);
}

#ifndef NDEBUG /* a release has no assertions */
static struct {
    int calls, line;
    char message[512];
} asserted;

static void record(const char *file, int line, const char *message)
{
    (void)file;
    asserted.calls++;
    asserted.line = line;
    strncpy(asserted.message, message, sizeof asserted.message - 1);
}

static void an_assertion_calls_the_hook_with_its_place_and_message(void **state)
{
    (void)state;
    chi_assert_hook_fn *before = chi_assert_hook;
    chi_assert_hook = record;
    int holds = 0;
    CHI_ASSERT(holds == 0, "never %d", 1);
    assert_int_equal(asserted.calls, 0);
    int line = __LINE__ + 1;
    CHI_ASSERT(holds > 0, "unlock of %s", "it");
    chi_assert_hook = before;
    assert_int_equal(asserted.calls, 1);
    assert_int_equal(asserted.line, line);
    assert_string_equal(asserted.message, "unlock of it (holds > 0 does not hold)");
}
#endif

static void numbers_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    uint64_t u = 5;
    int64_t i = 5;
    const char *const malformed[] = {"", " 1", "1 ", "+1", "abc", "1x", "--1", "0x", "1.0"};
    for (size_t k = 0; k < sizeof malformed / sizeof malformed[0]; k++) {
        assert_int_equal(chi_text_u64(malformed[k], &u), -EINVAL);
        assert_int_equal(chi_text_i64(malformed[k], &i), -EINVAL);
    }
    assert_int_equal(chi_text_u64("-1", &u), -EINVAL);
    assert_int_equal(chi_text_u64("18446744073709551616", &u), -ERANGE);
    assert_int_equal(chi_text_i64("9223372036854775808", &i), -ERANGE);
    assert_int_equal(chi_text_i64("-9223372036854775809", &i), -ERANGE);
    assert_true(u == 5 && i == 5);
    assert_int_equal(chi_text_u64("18446744073709551615", &u), 0);
    assert_true(u == UINT64_MAX);
    assert_int_equal(chi_text_u64("0x1F", &u), 0);
    assert_true(u == 31);
    assert_int_equal(chi_text_i64("-9223372036854775808", &i), 0);
    assert_true(i == INT64_MIN);
}

static void sizes_and_durations_take_units(void **state)
{
    (void)state;
    uint64_t n;
    char text[CHI_TEXT_SIZE_MAX];
    assert_int_equal(chi_text_size("512MB", &n), 0);
    assert_true(n == UINT64_C(512) << 20);
    assert_int_equal(chi_text_size("3 kb", &n), 0);
    assert_true(n == 3072);
    assert_string_equal(chi_text_of_size(0, text), "0 B");
    assert_string_equal(chi_text_of_size(1536, text), "1.5 KiB");
    assert_string_equal(chi_text_of_size(UINT64_C(300) << 30, text), "300 GiB");
    assert_string_equal(chi_text_of_size(1023, text), "1023 B");
    assert_string_equal(chi_text_of_size(UINT64_C(5000) << 40, text), "5000 TiB");
    char units[CHI_UNITS_TEXT_SIZE];
    assert_string_equal(chi_units_text(chi_size_units, 65536, units), "64KB");
    assert_string_equal(chi_units_text(chi_size_units, 65537, units), "65537");
    assert_string_equal(chi_units_text(chi_size_units, 0, units), "0");
    assert_string_equal(chi_units_text(chi_duration_units, 3600 * CHI_NS_PER_S, units), "1h");
    assert_string_equal(chi_units_text(chi_duration_units, 1500, units), "1500ns");
    assert_int_equal(chi_text_size("7", &n), 0);
    assert_true(n == 7);
    assert_int_equal(chi_text_size("1PB", &n), -EINVAL);
    assert_int_equal(chi_text_size("1  MB", &n), -EINVAL);
    assert_int_equal(chi_text_size("1 ", &n), -EINVAL);
    assert_int_equal(chi_text_size("99999999TB", &n), -ERANGE);
    assert_int_equal(chi_text_size("256MiB", &n), 0);
    assert_true(n == UINT64_C(256) << 20);
    assert_int_equal(chi_text_size("1.5 GiB", &n), 0);
    assert_true(n == UINT64_C(1536) << 20);
    assert_int_equal(chi_text_size("512 B", &n), 0);
    assert_true(n == 512);
    assert_int_equal(chi_text_size("1.5", &n), -EINVAL);
    assert_int_equal(chi_text_size("1.GB", &n), -EINVAL);
    assert_int_equal(chi_text_size("1.5 B", &n), -EINVAL);
    assert_int_equal(chi_text_duration("50", &n), -EINVAL); /* of what? */
    assert_int_equal(chi_text_duration("0", &n), 0);
    assert_true(n == 0);
    assert_int_equal(chi_text_duration("1.5s", &n), 0);
    assert_true(n == 1500 * CHI_NS_PER_MS);
    assert_int_equal(chi_text_duration("2min", &n), 0);
    assert_true(n == 120 * CHI_NS_PER_S);
    assert_int_equal(chi_text_duration("2m", &n), -EINVAL);
}

static void doubles_are_finite_and_independent_of_the_locale(void **state)
{
    (void)state;
    setlocale(LC_ALL, "de_DE.UTF-8"); /* where installed, its point is a comma */
    double d = 0;
    assert_int_equal(chi_text_double("-0.5", &d), 0);
    assert_true(d == -0.5);
    assert_int_equal(chi_text_double(".25e1", &d), 0);
    assert_true(d == 2.5);
    assert_int_equal(chi_text_double("1e999", &d), -ERANGE);
    const char *const malformed[] = {"", "nan", "inf", "-inf", " 1", "1 ", "1,5", "-", ".", "1f"};
    for (size_t k = 0; k < sizeof malformed / sizeof malformed[0]; k++)
        assert_int_equal(chi_text_double(malformed[k], &d), -EINVAL);
    setlocale(LC_ALL, "C");
}

static void pool_ids_are_two_numbers_or_one(void **state)
{
    (void)state;
    chi_pool_id_t id = {0, 0};
    assert_int_equal(chi_text_pool_id("7000.10", &id), 0);
    assert_true(chi_pool_id_equal(id, chi_pool_id(7000, 10)));
    assert_int_equal(chi_text_pool_id("12", &id), 0);
    assert_true(chi_pool_id_equal(id, chi_pool_id(12, 0)));
    assert_int_equal(chi_text_pool_id("4294967296", &id), -ERANGE);
    const char *const malformed[] = {"", ".", "1.", ".1", "1.2.3", "-1", "1.x", " 1", "0x10"};
    for (size_t k = 0; k < sizeof malformed / sizeof malformed[0]; k++)
        assert_int_equal(chi_text_pool_id(malformed[k], &id), -EINVAL);
}

static void the_nearest_name_is_suggested_and_a_far_one_is_not(void **state)
{
    (void)state;
    char hint[CHI_NEAREST_HINT_SIZE];
    struct chi_nearest near = {.word = "stcak_size"};
    chi_nearest_offer(&near, "queue_depth");
    chi_nearest_offer(&near, "stack_size");
    chi_nearest_offer(&near, "max_size");
    assert_string_equal(chi_nearest_hint(&near, hint), "; did you mean \"stack_size\"?");
    struct chi_nearest far = {.word = "colour"};
    chi_nearest_offer(&far, "queue_depth");
    assert_string_equal(chi_nearest_hint(&far, hint), "");
    char longer[200];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    struct chi_nearest bounded = {.word = longer};
    chi_nearest_offer(&bounded, longer);
    assert_null(bounded.best);
}

static void a_deadline_does_not_wrap(void **state)
{
    (void)state;
    assert_true(chi_clock_deadline_ns(10, 5) == 15);
    assert_true(chi_clock_deadline_ns(10, UINT64_MAX) == UINT64_MAX);
    uint64_t before = chi_clock_now_ns();
    assert_true(before <= chi_clock_now_ns());
}

static void the_page_in_docs_holds_this_table(void **state)
{
    (void)state;
    static char page[65536];
    FILE *file = fopen(CHI_TEST_SOURCE_DIR "/docs/reference/status.md", "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
#define CHECK(name, value, text)                                                                   \
    if (!strstr(page, "| `" #name "` | " #value " | " text " |\n"))                                \
        fail_msg("docs/reference/status.md is stale: %s", #name);
    CHI_STATUS_TABLE(CHECK)
#undef CHECK
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_of_the_table_has_its_name_and_text),
        cmocka_unit_test(errno_values_have_the_c_librarys_name_and_text),
        cmocka_unit_test(codes_that_do_not_exist_have_a_text_too),
        cmocka_unit_test(last_error_belongs_to_the_thread),
        cmocka_unit_test(a_message_may_contain_the_one_before),
        cmocka_unit_test(a_long_message_is_cut_at_511_bytes_and_errno_is_kept),
#ifndef NDEBUG
        cmocka_unit_test(an_assertion_calls_the_hook_with_its_place_and_message),
#endif
        cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
        cmocka_unit_test(sizes_and_durations_take_units),
        cmocka_unit_test(doubles_are_finite_and_independent_of_the_locale),
        cmocka_unit_test(pool_ids_are_two_numbers_or_one),
        cmocka_unit_test(the_nearest_name_is_suggested_and_a_far_one_is_not),
        cmocka_unit_test(a_deadline_does_not_wrap),
        cmocka_unit_test(the_page_in_docs_holds_this_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
