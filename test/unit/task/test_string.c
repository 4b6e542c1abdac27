/* SPDX-License-Identifier: BSD-3-Clause */
/* Where strings and vectors keep their content, and that a view never leaves it. */
#include "chimaera/string.h"
#include "chimaera/vector.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fake_memory.h"

static const char sixty[] = "012345678901234567890123456789012345678901234567890123456789";

static void assert_content(const struct chi_string *string, const char *text)
{
    struct chi_view view = chi_string_view(string);
    assert_int_equal(view.size, strlen(text));
    assert_string_equal(view.data, text);
    assert_true(chi_string_equal(string, text));
    assert_int_equal(chi_string_size(string), strlen(text));
}

static void a_zeroed_string_is_empty_and_holds_nothing(void **state)
{
    (void)state;
    struct chi_string s = {0};
    assert_content(&s, "");
    assert_ptr_equal(chi_bytes_data(&s.bytes), s.bytes.small);
    chi_string_fini(&s);
}

static void up_to_23_bytes_need_no_memory(void **state)
{
    (void)state;
    struct chi_string s = {0};
    fake_fail_after = 0;
    assert_int_equal(chi_string_set(&s, "12345678901234567890123"), 0);
    assert_content(&s, "12345678901234567890123");
    assert_int_equal(chi_string_append(&s, "4", 1), -ENOMEM);
    assert_content(&s, "12345678901234567890123");
    assert_int_equal(chi_string_set(&s, NULL), 0);
    assert_content(&s, "");
}

static void longer_ones_lie_in_main_and_those_over_4096_in_client_data(void **state)
{
    (void)state;
    struct chi_string s = {0};
    assert_int_equal(chi_bytes_assign(&s.bytes, NULL, 24), 0);
    assert_int_equal(chi_shm_segment(s.bytes.own), CHI_SEGMENT_MAIN);
    assert_true(s.bytes.capacity >= 25);
    assert_int_equal(chi_bytes_resize(&s.bytes, 4095), 0);
    assert_int_equal(chi_shm_segment(s.bytes.own), CHI_SEGMENT_MAIN);
    assert_int_equal(chi_bytes_resize(&s.bytes, 4096), 0);
    assert_int_equal(chi_shm_segment(s.bytes.own), CHI_SEGMENT_CLIENT_DATA);
    assert_int_equal(chi_string_view(&s).size, 4096);
    assert_int_equal(fake_live, 1);
    chi_string_fini(&s);
    assert_int_equal(fake_live, 0);
}

static void a_final_nul_always_follows(void **state)
{
    (void)state;
    char text[200];
    memset(text, 'x', sizeof text);
    for (size_t size = 0; size < sizeof text; size++) {
        struct chi_string s = {0};
        assert_int_equal(chi_string_assign(&s, text, size), 0);
        assert_int_equal(strlen(chi_string_view(&s).data), size);
        chi_string_fini(&s);
    }
}

static void content_may_contain_nul_bytes(void **state)
{
    (void)state;
    struct chi_string s = {0};
    assert_int_equal(chi_string_assign(&s, "a\0b", 3), 0);
    assert_int_equal(chi_string_view(&s).size, 3);
    assert_memory_equal(chi_string_view(&s).data, "a\0b", 4);
    assert_false(chi_string_equal(&s, "a"));
}

static void appending_byte_by_byte_keeps_the_content_and_allocates_little(void **state)
{
    (void)state;
    struct chi_string s = {0};
    for (int i = 0; i < 10000; i++) {
        char c = (char)('a' + i % 26);
        assert_int_equal(chi_string_append(&s, &c, 1), 0);
    }
    const char *data = chi_string_view(&s).data;
    for (int i = 0; i < 10000; i++)
        assert_int_equal(data[i], 'a' + i % 26);
    assert_true(fake_allocated < 50000);
    chi_string_fini(&s);
}

static void a_string_can_be_built_from_itself(void **state)
{
    (void)state;
    struct chi_string s = {0};
    chi_string_set(&s, "0123456789");
    for (int i = 0; i < 4; i++) {
        struct chi_view view = chi_string_view(&s);
        assert_int_equal(chi_string_append(&s, view.data, view.size), 0);
    }
    assert_int_equal(chi_string_size(&s), 160);
    for (int i = 0; i < 160; i++)
        assert_int_equal(chi_string_view(&s).data[i], '0' + i % 10);
    assert_int_equal(chi_string_assign(&s, chi_string_view(&s).data + 5, 7), 0);
    assert_content(&s, "5678901");
    chi_string_fini(&s);
}

static void resizing_fills_with_zeros_and_keeps_the_rest(void **state)
{
    (void)state;
    struct chi_string s = {0};
    chi_string_set(&s, "abc");
    assert_int_equal(chi_bytes_resize(&s.bytes, 2), 0);
    assert_content(&s, "ab");
    assert_int_equal(chi_bytes_resize(&s.bytes, 100), 0);
    char expected[101] = "ab";
    assert_memory_equal(chi_string_view(&s).data, expected, 101);
    assert_int_equal(chi_bytes_resize(&s.bytes, 1), 0);
    assert_content(&s, "a");
    chi_string_fini(&s);
}

static void failure_leaves_the_string_as_it_was(void **state)
{
    (void)state;
    struct chi_string s = {0};
    chi_string_set(&s, sixty);
    fake_fail_after = 0;
    fake_fail_code = CHI_ENOTATTACHED;
    assert_int_equal(chi_bytes_resize(&s.bytes, 5000), CHI_ENOTATTACHED);
    assert_int_equal(chi_bytes_append(&s.bytes, NULL, 5000), CHI_ENOTATTACHED);
    assert_int_equal(chi_bytes_assign(&s.bytes, NULL, 5000), CHI_ENOTATTACHED);
    assert_content(&s, sixty);
    chi_string_fini(&s);
}

static void where_there_is_no_room_to_double_the_exact_size_is_tried(void **state)
{
    (void)state;
    struct chi_string s = {0};
    chi_string_set(&s, sixty);
    fake_limit = 127;
    assert_int_equal(chi_bytes_append(&s.bytes, "tail", 4), -ENOMEM);
    assert_content(&s, sixty);
    fake_limit = 200;
    assert_int_equal(chi_bytes_append(&s.bytes, NULL, 4), 0);
    assert_int_equal(s.bytes.capacity, 128);
    assert_int_equal(chi_bytes_append(&s.bytes, NULL, 64), 0);
    assert_int_equal(s.bytes.capacity, 192);
    chi_string_fini(&s);
}

static void over_4_gib_is_emsgsize(void **state)
{
    (void)state;
    struct chi_string s = {0};
    chi_string_set(&s, "abc");
    assert_int_equal(chi_bytes_resize(&s.bytes, UINT32_MAX), -EMSGSIZE);
    assert_int_equal(chi_bytes_append(&s.bytes, NULL, SIZE_MAX), -EMSGSIZE);
    assert_int_equal(chi_bytes_append(&s.bytes, NULL, (size_t)UINT32_MAX - 3), -EMSGSIZE);
    assert_int_equal(chi_bytes_assign(&s.bytes, NULL, SIZE_MAX), -EMSGSIZE);
    assert_content(&s, "abc");
}

static void a_lent_output_is_read_in_place_and_given_back(void **state)
{
    (void)state;
    struct chi_string s = {0};
    chi_string_set(&s, sixty);
    s.bytes.lent = fake_lend("from the runtime");
    s.bytes.size = 16;
    assert_content(&s, "from the runtime");
    assert_ptr_equal(chi_string_view(&s).data, chi_shm_at(s.bytes.lent));
    assert_null(chi_bytes_data(&s.bytes));
    chi_string_fini(&s);
    assert_int_equal(fake_returned, 1);
    assert_int_equal(s.bytes.lent, 0);
}

static void changing_a_lent_output_copies_it_first(void **state)
{
    (void)state;
    for (int with_own = 0; with_own < 2; with_own++) {
        struct chi_string s = {0};
        if (with_own)
            chi_string_set(&s, sixty);
        s.bytes.lent = fake_lend("lent");
        s.bytes.size = 4;
        assert_int_equal(chi_string_append(&s, "+", 1), 0);
        assert_content(&s, "lent+");
        assert_int_equal(s.bytes.lent, 0);
        chi_string_fini(&s);
    }
    assert_int_equal(fake_returned, 2);
}

static void a_long_lent_output_is_copied_to_own_memory_or_stays(void **state)
{
    (void)state;
    struct chi_string s = {0};
    s.bytes.lent = fake_lend(sixty);
    s.bytes.size = sizeof sixty - 1;
    fake_fail_after = 0;
    assert_int_equal(chi_string_append(&s, "!", 1), -ENOMEM);
    assert_content(&s, sixty);
    assert_int_equal(fake_returned, 0);
    fake_fail_after = -1;
    assert_int_equal(chi_bytes_resize(&s.bytes, 59), 0);
    assert_int_equal(fake_returned, 1);
    assert_memory_equal(chi_bytes_data(&s.bytes), sixty, 59);
    chi_string_fini(&s);
}

static void a_view_of_impossible_content_is_empty(void **state)
{
    (void)state;
    struct chi_string good = {0};
    chi_string_set(&good, sixty);
    chi_shm_ptr_t lent = fake_lend("lent");
    const struct chi_bytes bad[] = {
        {.size = CHI_BYTES_INLINE},
        {.size = UINT32_MAX},
        {.size = good.bytes.capacity, .capacity = good.bytes.capacity, .own = good.bytes.own},
        {.size = 10, .capacity = 64, .own = 0},
        {.size = 10, .capacity = 64, .own = chi_shm_ptr(CHI_SEGMENT_MAIN, 77)},
        {.size = 5000, .capacity = UINT32_MAX, .own = good.bytes.own},
        {.size = 10, .capacity = 64, .own = chi_shm_ptr(CHI_SEGMENT_COUNT, 64)},
        {.size = 10, .capacity = 64, .own = UINT64_MAX},
        {.size = 5, .lent = lent},
        {.size = UINT32_MAX, .lent = lent},
        {.size = 1, .lent = UINT64_MAX},
        {.size = 1, .lent = chi_shm_ptr(CHI_SEGMENT_RUNTIME_DATA, CHI_SHM_OFFSET_MASK)},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct chi_view view = chi_bytes_view(&bad[i]);
        assert_int_equal(view.size, 0);
        assert_string_equal(view.data, "");
        struct chi_bytes copy = bad[i];
        assert_null(chi_bytes_data(&copy));
    }
    fake_allocator.give_back(&fake_allocator, lent);
    chi_string_fini(&good);
}

static size_t host_live;

static void *host_alloc(const struct chi_allocator *self, enum chi_segment segment, size_t size,
                        chi_shm_ptr_t *ptr)
{
    if (fake_fail_after == 0) {
        chi_error(-ENOMEM, "no memory, as the test wished");
        return NULL;
    }
    host_live += size;
    return chi_private_allocator.alloc(self, segment, size, ptr);
}

static void host_free(const struct chi_allocator *self, chi_shm_ptr_t ptr, size_t size)
{
    host_live -= size;
    chi_private_allocator.free(self, ptr, size);
}

static void in_a_worker_memory_is_private(void **state)
{
    (void)state;
    static const struct chi_allocator host = {.alloc = host_alloc, .free = host_free};
    chi_allocator = &host;
    struct chi_string s = {0};
    assert_int_equal(chi_string_set(&s, sixty), 0);
    assert_int_equal(chi_shm_segment(s.bytes.own), CHI_SEGMENT_PRIVATE);
    assert_int_equal(host_live, s.bytes.capacity);
    assert_content(&s, sixty);
    assert_int_equal(chi_string_append(&s, sixty, 60), 0);
    assert_int_equal(host_live, s.bytes.capacity);
    fake_fail_after = 0;
    assert_int_equal(chi_bytes_resize(&s.bytes, 10000), -ENOMEM);
    chi_string_fini(&s);
    chi_allocator = &fake_allocator;
    assert_int_equal(host_live, 0);
    assert_int_equal(fake_allocated, 0);
}

static void a_duplicate_is_a_c_string(void **state)
{
    (void)state;
    struct chi_string s = {0};
    chi_string_set(&s, sixty);
    char *copy = chi_string_dup(&s);
    assert_string_equal(copy, sixty);
    free(copy);
    chi_string_fini(&s);
}

static void a_vector_counts_elements(void **state)
{
    (void)state;
    CHI_VECTOR(uint64_t) v = {0};
    const uint64_t items[] = {1, 2, 3, 4, 5};
    assert_int_equal(chi_vector_count(&v), 0);
    assert_int_equal(chi_vector_assign(&v, items, 2), 0);
    assert_int_equal(chi_vector_append(&v, items + 2, 3), 0);
    assert_int_equal(chi_vector_count(&v), 5);
    assert_memory_equal(chi_vector_items(&v), items, sizeof items);
    assert_int_equal(chi_vector_resize(&v, 6), 0);
    chi_vector_data(&v)[5] += 9;
    assert_int_equal(chi_vector_items(&v)[5], 9);
    chi_vector_fini(&v);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_set_up, fake_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_zeroed_string_is_empty_and_holds_nothing),
        TEST(up_to_23_bytes_need_no_memory),
        TEST(longer_ones_lie_in_main_and_those_over_4096_in_client_data),
        TEST(a_final_nul_always_follows),
        TEST(content_may_contain_nul_bytes),
        TEST(appending_byte_by_byte_keeps_the_content_and_allocates_little),
        TEST(a_string_can_be_built_from_itself),
        TEST(resizing_fills_with_zeros_and_keeps_the_rest),
        TEST(failure_leaves_the_string_as_it_was),
        TEST(where_there_is_no_room_to_double_the_exact_size_is_tried),
        TEST(over_4_gib_is_emsgsize),
        TEST(a_lent_output_is_read_in_place_and_given_back),
        TEST(changing_a_lent_output_copies_it_first),
        TEST(a_long_lent_output_is_copied_to_own_memory_or_stays),
        TEST(a_view_of_impossible_content_is_empty),
        TEST(in_a_worker_memory_is_private),
        TEST(a_duplicate_is_a_c_string),
        TEST(a_vector_counts_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
