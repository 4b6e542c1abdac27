/* SPDX-License-Identifier: BSD-3-Clause */
/* What users of strings and vectors expect: searching, comparing, printing, inserting, moving. */
#include "chimaera/string.h"
#include "chimaera/vector.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include <cmocka.h>

#include "fake_memory.h"

static const char sixty[] = "a text of sixty bytes that has to lie in memory of its own..";

static void assert_content(const struct chi_string *string, const char *text)
{
    struct chi_view view = chi_string_view(string);
    assert_int_equal(view.size, strlen(text));
    assert_memory_equal(view.data, text, view.size + 1);
}

static void views_are_sliced_searched_and_compared(void **state)
{
    (void)state;
    struct chi_view view = chi_view_of("hello world");
    assert_true(chi_view_equal(chi_view_slice(view, 6, 100), chi_view_of("world")));
    assert_int_equal(chi_view_slice(view, 12, 1).size, 0);
    assert_int_equal(chi_view_slice(view, SIZE_MAX, SIZE_MAX).size, 0);
    assert_int_equal(chi_view_find(view, chi_view_of("o"), 0), 4);
    assert_int_equal(chi_view_find(view, chi_view_of("o"), 5), 7);
    assert_int_equal(chi_view_find(view, chi_view_of("o"), 8), CHI_NOT_FOUND);
    assert_int_equal(chi_view_find(view, chi_view_of(""), 11), 11);
    assert_int_equal(chi_view_find(view, chi_view_of(""), 12), CHI_NOT_FOUND);
    assert_true(chi_view_starts_with(view, chi_view_of("hell")));
    assert_false(chi_view_starts_with(view, chi_view_of("hello world!")));
    assert_true(chi_view_ends_with(view, chi_view_of("world")));
    assert_false(chi_view_ends_with(view, chi_view_of("oh, hello world")));
    assert_true(chi_view_compare(chi_view_of("ab"), chi_view_of("abc")) < 0);
    assert_true(chi_view_compare(chi_view_of("b"), chi_view_of("abc")) > 0);
    assert_int_equal(chi_view_compare(chi_view_of(NULL), chi_view_of("")), 0);
    assert_true(chi_view_compare(chi_view_of("\xff"), chi_view_of("a")) > 0);
}

static void strings_are_read_by_place(void **state)
{
    (void)state;
    struct chi_string a = {0}, b = {0};
    char out[6];
    chi_string_set(&a, "h\xe9llo");
    assert_int_equal(chi_string_at(&a, 1), 0xe9);
    assert_int_equal(chi_string_at(&a, 5), -ERANGE);
    assert_int_equal(chi_string_find(&a, "l", 3), 3);
    assert_int_equal(chi_string_find(&a, "x", 0), CHI_NOT_FOUND);
    assert_int_equal(chi_string_copy_to(&a, out, sizeof out), 0);
    assert_string_equal(out, "h\xe9llo");
    assert_int_equal(chi_string_copy_to(&a, out, 3), -ENOBUFS);
    assert_string_equal(out, "h\xe9");
    assert_int_equal(chi_string_copy_to(&a, out, 0), -ENOBUFS);
    assert_int_equal(chi_string_copy(&b, &a), 0);
    assert_int_equal(chi_string_compare(&a, &b), 0);
    assert_int_equal(chi_string_copy(&b, &b), 0); /* itself */
    chi_string_push(&b, '!');
    assert_true(chi_string_compare(&a, &b) < 0);
    assert_false(chi_string_is_empty(&a));
    chi_string_clear(&a);
    assert_true(chi_string_is_empty(&a));
    chi_string_fini(&a);
    chi_string_fini(&b);
}

static void strings_are_printed_into(void **state)
{
    (void)state;
    struct chi_string s = {0};
    assert_int_equal(chi_string_format(&s, "%d of %s", 3, "four"), 0);
    assert_content(&s, "3 of four");
    assert_int_equal(chi_string_append_format(&s, ", %s", chi_string_view(&s).data), 0);
    assert_content(&s, "3 of four, 3 of four"); /* its own content */
    assert_int_equal(chi_string_format(&s, "%0999d", 7), 0);
    assert_int_equal(chi_string_size(&s), 999);
    assert_int_equal(chi_string_at(&s, 998), '7');
    fake_fail_after = 0;
    assert_int_equal(chi_string_append_format(&s, "%03000d", 7), -ENOMEM);
    assert_int_equal(chi_string_size(&s), 999);
    chi_string_fini(&s);
}

static void bytes_are_put_in_taken_out_and_overwritten(void **state)
{
    (void)state;
    struct chi_string s = {0};
    chi_string_set(&s, "bd");
    assert_int_equal(chi_string_insert(&s, 1, "c", 1), 0);
    assert_int_equal(chi_string_insert(&s, 0, "a", 1), 0);
    assert_int_equal(chi_string_insert(&s, 4, "e", 1), 0);
    assert_content(&s, "abcde");
    assert_int_equal(chi_string_insert(&s, 6, "x", 1), -ERANGE);
    assert_int_equal(chi_string_insert(&s, 2, sixty, 60), 0); /* from inline to memory */
    assert_int_equal(chi_string_size(&s), 65);
    assert_int_equal(chi_string_find(&s, sixty, 0), 2);
    assert_int_equal(chi_string_erase(&s, 2, 60), 0);
    assert_content(&s, "abcde");
    assert_int_equal(chi_string_erase(&s, 1, SIZE_MAX), -ERANGE);
    assert_int_equal(chi_string_erase(&s, 5, 1), -ERANGE);
    assert_int_equal(chi_string_insert(&s, 2, chi_string_view(&s).data + 1, 3), 0); /* its own */
    assert_content(&s, "abbcdcde");
    assert_int_equal(chi_string_set_at(&s, 7, 'E'), 0);
    assert_int_equal(chi_string_set_at(&s, 8, 'E'), -ERANGE);
    assert_int_equal(chi_bytes_write(&s.bytes, 6, "xyz", 3), -ERANGE);
    assert_int_equal(chi_bytes_splice(&s.bytes, 0, 7, NULL, 2), 0);
    assert_memory_equal(chi_string_view(&s).data, "\0\0E", 4);
    assert_int_equal(chi_string_pop(&s), 'E');
    assert_int_equal(chi_string_pop(&s), 0);
    assert_int_equal(chi_string_pop(&s), 0);
    assert_int_equal(chi_string_pop(&s), -ENODATA);
    chi_string_fini(&s);
}

static void a_lent_output_is_copied_before_it_is_changed_in_place(void **state)
{
    (void)state;
    struct chi_string s = {0};
    s.bytes.lent = fake_lend(sixty);
    s.bytes.size = 60;
    assert_int_equal(chi_string_set_at(&s, 0, 'A'), 0);
    assert_int_equal(fake_returned, 1);
    assert_int_equal(chi_string_at(&s, 0), 'A');
    assert_int_equal(chi_string_at(&s, 59), '.');
    chi_string_fini(&s);

    s.bytes.lent = fake_lend("lent");
    s.bytes.size = 4;
    assert_int_equal(chi_string_erase(&s, 1, 2), 0);
    assert_content(&s, "lt");
    assert_int_equal(fake_returned, 2);
    chi_string_fini(&s);
}

static void what_is_written_may_lie_in_the_lent_output(void **state)
{
    (void)state;
    struct chi_string s = {0};
    s.bytes.lent = fake_lend("abcdef");
    s.bytes.size = 6;
    assert_int_equal(chi_bytes_write(&s.bytes, 0, chi_string_view(&s).data + 3, 3), 0);
    assert_content(&s, "defdef");
    assert_int_equal(fake_returned, 1);
    chi_string_fini(&s);
}

static void what_fits_in_reserved_room_cannot_fail(void **state)
{
    (void)state;
    struct chi_string s = {0};
    CHI_VECTOR(uint32_t) v = {0};
    chi_string_set(&s, "kept");
    assert_int_equal(chi_string_reserve(&s, 1000), 0);
    assert_int_equal(chi_vector_reserve(&v, 100), 0);
    assert_content(&s, "kept");
    fake_fail_after = 0;
    for (size_t i = 4; i < 1000; i++)
        assert_int_equal(chi_string_push(&s, 'x'), 0);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(chi_vector_push(&v, &i), 0);
    assert_int_equal(chi_string_reserve(&s, 500), 0);
    assert_int_equal(chi_string_reserve(&s, 100000), -ENOMEM);
    assert_int_equal(chi_string_size(&s), 1000);
    assert_int_equal(chi_string_reserve(&s, SIZE_MAX), -EMSGSIZE);
    chi_string_clear(&s);
    assert_int_equal(chi_string_resize(&s, 1000), 0); /* the memory is still there */
    chi_string_fini(&s);
    chi_vector_fini(&v);
}

static void contents_are_swapped_and_moved(void **state)
{
    (void)state;
    struct chi_string a = {0}, b = {0};
    chi_string_set(&a, "short");
    chi_string_set(&b, sixty);
    chi_string_swap(&a, &b);
    assert_content(&a, sixty);
    assert_content(&b, "short");
    chi_string_move(&b, &a);
    assert_content(&b, sixty);
    assert_content(&a, "");
    chi_string_move(&b, &b);
    assert_content(&b, sixty);
    chi_string_fini(&b);
}

static void vectors_are_bounded_by_element(void **state)
{
    (void)state;
    CHI_VECTOR(uint64_t) v = {0}, w = {0};
    uint64_t item = 7, out[4] = {0};
    const uint64_t items[] = {1, 2, 3, 4};
    size_t count;
    assert_int_equal(chi_vector_pop(&v, &item), -ENODATA);
    assert_int_equal(chi_vector_assign(&v, items, 4), 0);
    assert_int_equal(*chi_vector_at(&v, 3), 4);
    assert_null(chi_vector_at(&v, 4));
    assert_null(chi_vector_at(&v, SIZE_MAX / 8 + 1)); /* the product overflows to 0 */
    assert_int_equal(chi_vector_get(&v, 4, &item), -ERANGE);
    assert_int_equal(chi_vector_get(&v, 2, &item), 0);
    assert_int_equal(item, 3);
    item = 9;
    assert_int_equal(chi_vector_set(&v, 0, &item), 0);
    assert_int_equal(chi_vector_set(&v, SIZE_MAX / 8 + 1, &item), -ERANGE);
    assert_int_equal(chi_vector_insert(&v, 1, items, 2), 0);
    const uint64_t want[] = {9, 1, 2, 2, 3, 4};
    assert_int_equal(chi_vector_count(&v), 6);
    assert_memory_equal(chi_vector_span(&v, &count), want, sizeof want);
    assert_int_equal(count, 6);
    assert_int_equal(chi_vector_erase(&v, 1, 3), 0);
    assert_int_equal(chi_vector_erase(&v, 1, SIZE_MAX / 8 + 1), -ERANGE);
    assert_int_equal(chi_vector_copy_to(&v, out, 2), 2);
    assert_int_equal(out[1], 3);
    assert_int_equal(chi_vector_copy_to(&v, out, 4), 3);
    assert_int_equal(out[2], 4);
    assert_int_equal(chi_vector_pop(&v, &item), 0);
    assert_int_equal(item, 4);
    assert_int_equal(chi_vector_resize(&v, SIZE_MAX / 8 + 2), -EMSGSIZE);
    assert_int_equal(chi_vector_append(&v, items, SIZE_MAX / 8 + 2), -EMSGSIZE);
    assert_int_equal(chi_vector_count(&v), 2);
    assert_false(chi_vector_equal(&v, &w));
    chi_vector_swap(&v, &w);
    assert_true(chi_vector_is_empty(&v));
    chi_vector_move(&v, &w);
    assert_int_equal(chi_vector_count(&v), 2);
    chi_vector_clear(&v);
    assert_true(chi_vector_equal(&v, &w));
    chi_vector_fini(&v);
}

/* ---- another process writes the descriptor while it is read */

struct race {
    struct chi_bytes bytes;
    struct chi_bytes good;
    atomic_bool stop;
};

static void *scribble(void *argument)
{
    struct race *race = argument;
    static const uint32_t sizes[] = {0, 23, 24, 60, 4095, UINT32_MAX};
    for (unsigned i = 0; !atomic_load(&race->stop); i++) {
        __atomic_store_n(&race->bytes.size, sizes[i % 6], __ATOMIC_RELAXED);
        __atomic_store_n(&race->bytes.capacity, i % 5 ? race->good.capacity : i * 64,
                         __ATOMIC_RELAXED);
        __atomic_store_n(&race->bytes.own, i % 7 ? race->good.own : race->good.own + i % 11,
                         __ATOMIC_RELAXED);
        __atomic_store_n(&race->bytes.lent, i % 13 ? 0 : race->good.own, __ATOMIC_RELAXED);
    }
    return NULL;
}

static void a_view_stays_in_bounds_whatever_is_written_meanwhile(void **state)
{
    static struct race race;
    pthread_t thread;
    uint64_t sum = 0;
    (void)state;
    assert_int_equal(chi_bytes_assign(&race.good, sixty, 60), 0);
    race.bytes = race.good;
    assert_int_equal(pthread_create(&thread, NULL, scribble, &race), 0);
    const char *first = chi_bytes_view(&race.good).data;
    size_t outside = 0, long_ones = 0;
    for (int i = 0; i < 400000 || long_ones == 0; i++) {
        struct chi_view view = chi_bytes_view(&race.bytes);
        bool is_small = view.data == race.bytes.small && view.size < CHI_BYTES_INLINE;
        bool is_own = view.data >= first && view.data + view.size < first + race.good.capacity;
        outside += view.size > 0 && !is_small && !is_own;
        long_ones += view.size == 60;
        sum += view.size > 0 ? (unsigned char)view.data[view.size - 1] : 0;
    }
    atomic_store(&race.stop, true);
    pthread_join(thread, NULL);
    assert_int_equal(outside, 0);
    assert_true(sum > 0); /* something was read */
    chi_bytes_fini(&race.good);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_set_up, fake_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(views_are_sliced_searched_and_compared),
        TEST(strings_are_read_by_place),
        TEST(strings_are_printed_into),
        TEST(bytes_are_put_in_taken_out_and_overwritten),
        TEST(a_lent_output_is_copied_before_it_is_changed_in_place),
        TEST(what_is_written_may_lie_in_the_lent_output),
        TEST(what_fits_in_reserved_room_cannot_fail),
        TEST(contents_are_swapped_and_moved),
        TEST(vectors_are_bounded_by_element),
        TEST(a_view_stays_in_bounds_whatever_is_written_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
