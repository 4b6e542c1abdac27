/* SPDX-License-Identifier: BSD-3-Clause */
/* Archives: what goes in comes out, and no bytes make the reader step outside. */
#include "chimaera/archive.h"
#include "chimaera/params.h"
#include "task/schema.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fake_memory.h"
#include "fake_schema.h"

static const char long_text[] = "a text that is too long to lie inside of the task itself";

static void fill(struct everything *e)
{
    memset(e, 0, sizeof *e);
    e->flag = 1;
    e->u16 = 0x1234;
    e->u32 = 0x12345678;
    e->u64 = UINT64_C(0x123456789ABCDEF0);
    e->i8 = -1;
    e->i16 = INT16_MIN;
    e->i32 = INT32_MIN;
    e->i64 = INT64_MIN;
    e->f32 = 0.5f;
    e->f64 = -1.0 / 3;
    e->pool_id = chi_pool_id(7000, 3);
    e->pool_query = chi_pool_query_range(2, 5);
    e->mode = 7;
    for (uint16_t i = 0; i < 4; i++)
        e->array[i] = (uint16_t)(1000 + i);
    chi_string_set(&e->name, long_text);
    chi_string_assign(&e->names[0], "sh\0rt", 5);
    chi_string_set(&e->names[1], long_text + 1);
    const uint32_t numbers[] = {1, 2, 0xFFFFFFFF, 4, 5, 6, 7, 8};
    chi_vector_assign(&e->numbers, numbers, 8);
    const struct point points[] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
    chi_vector_assign(&e->points, points, 3);
    e->inner.point = points[2];
    chi_string_set(&e->inner.label, long_text + 2);
    chi_buffer_alloc(100, &e->buffer);
    memset(chi_buffer_data(&e->buffer), 'b', 100);
    e->out = 99;
    chi_string_set(&e->out_text, "output");
}

static void assert_string(const struct chi_string *a, const struct chi_string *b)
{
    assert_int_equal(chi_string_size(a), chi_string_size(b));
    assert_memory_equal(chi_string_view(a).data, chi_string_view(b).data, chi_string_size(a) + 1);
}

static void assert_same_input(const struct everything *a, const struct everything *b)
{
    size_t plain = offsetof(struct everything, name);
    assert_int_equal(a->flag, b->flag);
    assert_int_equal(a->u16, b->u16);
    assert_memory_equal(&a->u32, &b->u32, sizeof(uint32_t) + sizeof(uint64_t));
    assert_int_equal(a->i8, b->i8);
    assert_memory_equal(&a->i32, &b->i32, plain - offsetof(struct everything, i32));
    assert_int_equal(a->i16, b->i16);
    assert_string(&a->name, &b->name);
    assert_string(&a->names[0], &b->names[0]);
    assert_string(&a->names[1], &b->names[1]);
    assert_int_equal(chi_vector_count(&a->numbers), chi_vector_count(&b->numbers));
    assert_memory_equal(chi_vector_items(&a->numbers), chi_vector_items(&b->numbers), 32);
    assert_int_equal(chi_vector_count(&a->points), 3);
    for (size_t i = 0; i < 3; i++) {
        const struct point *p = &chi_vector_items(&a->points)[i];
        const struct point *q = &chi_vector_items(&b->points)[i];
        assert_true(p->tag == q->tag && p->x == q->x && p->y == q->y);
    }
    assert_int_equal(a->inner.point.y, b->inner.point.y);
    assert_string(&a->inner.label, &b->inner.label);
    assert_int_equal(a->buffer.size, b->buffer.size);
    assert_memory_equal(chi_buffer_data(&a->buffer), chi_buffer_data(&b->buffer), a->buffer.size);
}

static struct everything source;
static struct chi_string archive;

static int set_up(void **state)
{
    fake_set_up(state);
    fill(&source);
    memset(&archive, 0, sizeof archive);
    return chi_archive_save(&everything_schema, &source, CHI_DIRECTION_IN, &archive);
}

static int tear_down(void **state)
{
    chi_schema_fini(&everything_schema, &source, CHI_DIRECTION_ALL);
    chi_string_fini(&archive);
    return fake_tear_down(state);
}

static void what_was_saved_is_loaded(void **state)
{
    (void)state;
    struct everything copy = {0};
    struct chi_view view = chi_string_view(&archive);
    assert_int_equal(
        chi_archive_load(&everything_schema, &copy, CHI_DIRECTION_IN, view.data, view.size), 0);
    assert_same_input(&copy, &source);
    assert_int_equal(copy.out, 0);
    assert_int_equal(chi_string_size(&copy.out_text), 0);
    chi_schema_fini(&everything_schema, &copy, CHI_DIRECTION_ALL);
}

static void only_members_of_the_direction_travel(void **state)
{
    (void)state;
    struct chi_string outputs = {0};
    struct everything copy;
    fill(&copy);
    chi_string_fini(&copy.out_text);
    copy.out = 0;
    assert_int_equal(chi_archive_save(&everything_schema, &source, CHI_DIRECTION_OUT, &outputs), 0);
    assert_int_equal(chi_string_size(&outputs), 12 + 8 + 4 + 6);
    struct chi_view view = chi_string_view(&outputs);
    assert_int_equal(
        chi_archive_load(&everything_schema, &copy, CHI_DIRECTION_OUT, view.data, view.size), 0);
    assert_int_equal(copy.out, 99);
    assert_true(chi_string_equal(&copy.out_text, "output"));
    assert_same_input(&copy, &source);
    chi_schema_fini(&everything_schema, &copy, CHI_DIRECTION_ALL);
    chi_string_fini(&outputs);
}

static void the_form_is_little_endian_without_padding(void **state)
{
    (void)state;
    const struct inner inner = {{0x11, 0x22334455, 0x66778899}, {{.size = 2, .small = "hi"}}};
    struct chi_string bytes = {0};
    assert_int_equal(chi_string_set(&bytes, "before"), 0);
    assert_int_equal(chi_archive_save(&inner_schema, &inner, CHI_DIRECTION_INOUT, &bytes), 0);
    static const uint8_t expected[] = {
        'b',  'e',  'f',  'o',  'r',  'e',                             /* what was there */
        1,    0,    0,    0,    2,    0,    0,    0,    0,    0, 0, 0, /* version, flags, hash */
        0x11, 0x55, 0x44, 0x33, 0x22, 0x99, 0x88, 0x77, 0x66,          /* the point */
        2,    0,    0,    0,    'h',  'i',                             /* the label */
    };
    assert_int_equal(chi_string_size(&bytes), sizeof expected);
    assert_memory_equal(chi_string_view(&bytes).data, expected, sizeof expected);
    chi_string_fini(&bytes);
}

static void an_archive_of_another_version_or_layout_is_refused(void **state)
{
    (void)state;
    struct everything copy = {0};
    char *data = chi_bytes_data(&archive.bytes);
    size_t size = chi_string_size(&archive);
    const struct {
        size_t at;
        int code;
    } damage[] = {{0, CHI_EARCHIVE}, {1, CHI_EARCHIVE}, {2, CHI_EARCHIVE},
                  {3, CHI_EARCHIVE}, {4, CHI_ESCHEMA},  {11, CHI_ESCHEMA}};
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        data[damage[i].at] ^= 0x40;
        assert_int_equal(chi_archive_load(&everything_schema, &copy, CHI_DIRECTION_IN, data, size),
                         damage[i].code);
        data[damage[i].at] ^= 0x40;
    }
}

/* Loads a heap copy, so that ASan sees each byte read behind its end. */
static int load_exactly(struct everything *object, const char *data, size_t size)
{
    char *exact = malloc(size ? size : 1);
    memcpy(exact, data, size);
    int rc = chi_archive_load(&everything_schema, object, CHI_DIRECTION_IN, exact, size);
    free(exact);
    return rc;
}

static void truncation_at_each_byte_is_noticed_and_leaves_nothing(void **state)
{
    (void)state;
    struct chi_view view = chi_string_view(&archive);
    const struct everything zero = {0};
    size_t live = fake_live;
    for (size_t size = 0; size < view.size; size++) {
        struct everything copy = {0};
        assert_int_equal(load_exactly(&copy, view.data, size), CHI_EARCHIVE);
        assert_memory_equal(&copy, &zero, sizeof copy);
        assert_int_equal(fake_live, live);
    }
}

static void trailing_bytes_are_refused(void **state)
{
    (void)state;
    struct everything copy = {0};
    assert_int_equal(chi_string_append(&archive, "x", 1), 0);
    struct chi_view view = chi_string_view(&archive);
    assert_int_equal(load_exactly(&copy, view.data, view.size), CHI_EARCHIVE);
}

static uint64_t random_state = 42;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void mutated_archives_neither_overread_nor_overallocate(void **state)
{
    (void)state;
    struct chi_view view = chi_string_view(&archive);
    size_t live = fake_live;
    char *mutant = malloc(view.size);
    for (int round = 0; round < 50000; round++) {
        memcpy(mutant, view.data, view.size);
        for (uint64_t n = next_random() % 4 + 1; n > 0; n--) {
            size_t at = 12 + next_random() % (view.size - 12);
            uint64_t kind = next_random() % 3;
            mutant[at] = kind == 0   ? (char)next_random()
                         : kind == 1 ? (char)0xFF
                                     : (char)(mutant[at] ^ (1 << next_random() % 8));
        }
        struct everything copy = {0};
        fake_allocated = 0;
        int rc = load_exactly(&copy, mutant, view.size - next_random() % 3);
        assert_true(rc == 0 || rc == CHI_EARCHIVE);
        /* Capacities are rounded up to 64; a point takes 12 bytes for its 9. */
        assert_true(fake_allocated <= 2 * view.size + 6 * 64);
        chi_schema_fini(&everything_schema, &copy, CHI_DIRECTION_ALL);
        assert_int_equal(fake_live, live);
    }
    free(mutant);
}

static void running_out_of_memory_at_each_allocation_leaves_nothing(void **state)
{
    (void)state;
    struct chi_view view = chi_string_view(&archive);
    const struct everything zero = {0};
    size_t live = fake_live;
    int rc = -ENOMEM;
    for (long after = 0; rc; after++) {
        struct everything copy = {0};
        fake_fail_after = after;
        rc = chi_archive_load(&everything_schema, &copy, CHI_DIRECTION_IN, view.data, view.size);
        if (rc) {
            assert_int_equal(rc, -ENOMEM);
            assert_memory_equal(&copy, &zero, sizeof copy);
            assert_int_equal(fake_live, live);
        }
        chi_schema_fini(&everything_schema, &copy, CHI_DIRECTION_ALL);
    }
}

static void a_failed_save_leaves_the_archive_as_it_was(void **state)
{
    (void)state;
    struct chi_string bytes = {0};
    chi_string_set(&bytes, "before");
    fake_fail_after = 0;
    assert_int_equal(chi_archive_save(&everything_schema, &source, CHI_DIRECTION_IN, &bytes),
                     -ENOMEM);
    fake_fail_after = -1;
    source.buffer.size++;
    assert_int_equal(chi_archive_save(&everything_schema, &source, CHI_DIRECTION_IN, &bytes),
                     CHI_EBADPTR);
    source.buffer.size = UINT64_MAX;
    assert_int_equal(chi_archive_save(&everything_schema, &source, CHI_DIRECTION_IN, &bytes),
                     CHI_EBADPTR);
    source.buffer.size = 100;
    assert_true(chi_string_equal(&bytes, "before"));
}

static void a_vector_of_structs_with_strings_is_refused(void **state)
{
    (void)state;
    struct holder {
        CHI_VECTOR(struct inner) inners;
    };
    const struct chi_member members[] = {
        MEMBER(holder, inners, VECTOR, 1, .element_kind = CHI_MEMBER_STRUCT,
               .element_size = sizeof(struct inner), .nested = &inner_schema),
    };
    const struct chi_schema schema = {"holder", sizeof(struct holder), 1, members, 5};
    struct holder holder = {0};
    struct chi_string bytes = {0};
    assert_int_equal(chi_archive_save(&schema, &holder, CHI_DIRECTION_IN, &bytes), CHI_ESCHEMA);
    assert_int_equal(chi_string_assign(&bytes, "\1\0\0\0\5\0\0\0\0\0\0\0\0\0\0\0", 16), 0);
    assert_int_equal(
        chi_archive_load(&schema, &holder, CHI_DIRECTION_IN, chi_string_view(&bytes).data, 16),
        CHI_ESCHEMA);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_was_saved_is_loaded),
        TEST(only_members_of_the_direction_travel),
        TEST(the_form_is_little_endian_without_padding),
        TEST(an_archive_of_another_version_or_layout_is_refused),
        TEST(truncation_at_each_byte_is_noticed_and_leaves_nothing),
        TEST(trailing_bytes_are_refused),
        TEST(mutated_archives_neither_overread_nor_overallocate),
        TEST(running_out_of_memory_at_each_allocation_leaves_nothing),
        TEST(a_failed_save_leaves_the_archive_as_it_was),
        TEST(a_vector_of_structs_with_strings_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
