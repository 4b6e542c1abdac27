/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies of tasks: what they take over, and what merging them leaves. */
#include "chimaera/container.h"
#include "task/schema.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fake_memory.h"
#include "fake_schema.h"

static const char long_text[] = "a text that is too long to lie inside of the task itself";

struct sample {
    struct chi_task base;
    uint32_t in;
    struct chi_string in_text;
    uint32_t inout;
    struct chi_string inout_text;
    uint64_t out[3];
    struct chi_string out_text;
};

#define S(direction_, name_, kind_, count_)                                                        \
    {                                                                                              \
        .name = #name_, .kind = CHI_MEMBER_##kind_, .direction = CHI_DIRECTION_##direction_,       \
        .offset = offsetof(struct sample, name_), .size = sizeof(((struct sample *)0)->name_),     \
        .count = count_,                                                                           \
    }
static const struct chi_member sample_members[] = {
    S(IN, in, U32, 1),       S(IN, in_text, STRING, 1),
    S(INOUT, inout, U32, 1), S(INOUT, inout_text, STRING, 1),
    S(OUT, out, U64, 3),     S(OUT, out_text, STRING, 1),
};
static const struct chi_task_schema schema = {
    .type = {"sample", sizeof(struct sample), sizeof(sample_members) / sizeof(sample_members[0]),
             sample_members, 3},
};

static void free_sample(struct sample *sample)
{
    chi_schema_fini(&schema.type, sample, CHI_DIRECTION_ALL);
}

/* ---- copies */

static const struct chi_task_schema *everything(void)
{
    static struct chi_task_schema schema_of_everything;
    schema_of_everything.type = everything_schema;
    return &schema_of_everything;
}

static void fill_everything(struct everything *e)
{
    memset(e, 0, sizeof(*e));
    e->u64 = 64;
    e->f64 = -1.5;
    e->array[3] = 33;
    e->pool_query = chi_pool_query_range(1, 2);
    assert_int_equal(chi_string_set(&e->name, "short"), 0);
    assert_int_equal(chi_string_set(&e->names[0], long_text), 0);
    assert_int_equal(chi_string_set(&e->names[1], long_text + 1), 0);
    assert_int_equal(chi_vector_append(&e->numbers, (const uint32_t[20]){7}, 20), 0);
    assert_int_equal(chi_string_set(&e->inner.label, long_text + 2), 0);
    e->inner.point.y = 9;
    assert_int_equal(chi_buffer_alloc(10, &e->buffer), 0);
    e->out = 1;
    assert_int_equal(chi_string_set(&e->out_text, long_text + 3), 0);
}

static void assert_own(const struct chi_string *copy, const struct chi_string *of)
{
    struct chi_view view = chi_string_view(of);
    assert_true(chi_string_equal(copy, view.data));
    assert_ptr_not_equal(chi_string_view(copy).data, view.data);
}

static void a_copy_has_the_inputs_for_itself_but_buffers_and_no_outputs(void **state)
{
    struct everything task, copy = {0};
    (void)state;
    fill_everything(&task);
    assert_int_equal(chi_task_copy(everything(), (void *)&task, (void *)&copy), 0);
    assert_int_equal(copy.u64, 64);
    assert_true(copy.f64 == -1.5);
    assert_int_equal(copy.array[3], 33);
    assert_int_equal(copy.pool_query.count, 2);
    assert_int_equal(copy.inner.point.y, 9);
    assert_own(&copy.name, &task.name);
    assert_own(&copy.names[0], &task.names[0]);
    assert_own(&copy.names[1], &task.names[1]);
    assert_own(&copy.inner.label, &task.inner.label);
    assert_int_equal(chi_vector_count(&copy.numbers), 20);
    assert_int_equal(chi_vector_items(&copy.numbers)[0], 7);
    assert_true(copy.buffer.data == task.buffer.data && copy.buffer.size == 10);
    assert_int_equal(copy.out, 0);
    assert_int_equal(chi_string_size(&copy.out_text), 0);
    memset(&copy.buffer, 0, sizeof(copy.buffer)); /* is the task's */
    chi_schema_fini(&everything_schema, &copy, CHI_DIRECTION_ALL);
    chi_schema_fini(&everything_schema, &task, CHI_DIRECTION_ALL);
}

static void a_copy_that_fails_holds_nothing_and_leaves_the_task(void **state)
{
    struct everything task;
    int rc = -ENOMEM;
    (void)state;
    fill_everything(&task);
    size_t before = fake_live;
    for (long allocations = 0; rc != 0; allocations++) {
        struct everything copy = {0};
        fake_fail_after = allocations;
        rc = chi_task_copy(everything(), (void *)&task, (void *)&copy);
        fake_fail_after = -1;
        if (rc == 0) {
            memset(&copy.buffer, 0, sizeof(copy.buffer));
            chi_schema_fini(&everything_schema, &copy, CHI_DIRECTION_ALL);
            assert_true(allocations >= 4);
        }
        assert_int_equal(fake_live, before);
        assert_non_null(chi_buffer_data(&task.buffer));
    }
    chi_schema_fini(&everything_schema, &task, CHI_DIRECTION_ALL);
}

/* Containers fill different parts of the caller's memory, which stays the caller's. */
static void copies_write_to_the_buffer_of_the_caller(void **state)
{
    struct filler {
        struct chi_task base;
        struct chi_buffer data;
    } task = {0}, copy = {0};
    const struct chi_member member = {.name = "data",
                                      .kind = CHI_MEMBER_BUFFER,
                                      .direction = CHI_DIRECTION_OUT,
                                      .offset = offsetof(struct filler, data),
                                      .size = sizeof(task.data),
                                      .count = 1};
    const struct chi_task_schema filler = {
        .type = {"filler", sizeof(struct filler), 1, &member, 4}};
    (void)state;
    assert_int_equal(chi_buffer_alloc(10, &task.data), 0);
    const struct chi_buffer before = task.data;
    assert_int_equal(chi_task_copy(&filler, &task.base, &copy.base), 0);
    assert_memory_equal(&copy.data, &before, sizeof(before));
    memset(&copy.data, 0, sizeof(copy.data)); /* a handler may do with its copy what it likes */
    chi_task_aggregate(&filler, &task.base, &copy.base);
    assert_memory_equal(&task.data, &before, sizeof(before));
    chi_buffer_free(&task.data);
}

/* ---- merges */

static void fill_copy(struct sample *copy, int code, uint32_t mark)
{
    memset((void *)copy, 0, sizeof(*copy));
    copy->base.return_code = code;
    copy->in = copy->inout = mark;
    copy->out[2] = mark;
    assert_int_equal(chi_string_set(&copy->in_text, long_text + mark), 0);
    assert_int_equal(chi_string_set(&copy->inout_text, long_text + mark), 0);
    assert_int_equal(chi_string_set(&copy->out_text, long_text + mark), 0);
}

/* As the runtime does. */
static void merge(struct sample *into, int code, uint32_t mark)
{
    struct sample copy;
    fill_copy(&copy, code, mark);
    chi_task_aggregate(&schema, &into->base, &copy.base);
    if (code >= 0)
        into->base.merged++;
    free_sample(&copy);
}

static void assert_outputs(const struct sample *into, uint32_t mark)
{
    assert_int_equal(into->in, 77);
    assert_true(chi_string_equal(&into->in_text, "mine"));
    assert_int_equal(into->inout, mark);
    assert_true(chi_string_equal(&into->inout_text, long_text + mark));
    assert_int_equal(into->out[2], mark);
    assert_true(chi_string_equal(&into->out_text, long_text + mark));
}

static struct sample new_whole(void)
{
    struct sample whole = {.in = 77, .inout = 78};
    assert_int_equal(chi_string_set(&whole.in_text, "mine"), 0);
    assert_int_equal(chi_string_set(&whole.inout_text, long_text), 0);
    return whole;
}

static void the_first_success_gives_the_outputs(void **state)
{
    struct sample into = new_whole();
    (void)state;
    merge(&into, 0, 1);
    merge(&into, 0, 2);
    assert_int_equal(into.base.return_code, 0);
    assert_outputs(&into, 1);
    free_sample(&into);
}

static void the_first_error_wins_and_errors_give_no_outputs(void **state)
{
    struct sample into = new_whole();
    (void)state;
    merge(&into, -EIO, 1);
    assert_int_equal(into.inout, 78);
    assert_int_equal(into.out[2], 0);
    merge(&into, -EPERM, 2);
    merge(&into, 0, 3);
    merge(&into, -EBUSY, 4);
    merge(&into, 0, 5);
    assert_int_equal(into.base.return_code, -EIO);
    assert_int_equal(chi_task_aggregate_count(&into.base), 2);
    assert_outputs(&into, 3);
    free_sample(&into);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_set_up, fake_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_copy_has_the_inputs_for_itself_but_buffers_and_no_outputs),
        TEST(a_copy_that_fails_holds_nothing_and_leaves_the_task),
        TEST(copies_write_to_the_buffer_of_the_caller),
        TEST(the_first_success_gives_the_outputs),
        TEST(the_first_error_wins_and_errors_give_no_outputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
