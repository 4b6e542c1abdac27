/* SPDX-License-Identifier: BSD-3-Clause */
/* Links what the generator wrote for the corpus's module kv, and asks it. */
#include "chimaera/kv/autogen/kv_runtime_methods.h"
#include "chimaera/kv/kv_tasks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "unit/task/fake_memory.h"

static const struct chi_task_schema *copied;
static const struct chi_task_schema *merged;

int chi_task_copy(const struct chi_task_schema *schema, const struct chi_task *task,
                  struct chi_task *copy)
{
    (void)task, (void)copy;
    copied = schema;
    return 7;
}

void chi_task_aggregate(const struct chi_task_schema *schema, struct chi_task *into,
                        struct chi_task *copy)
{
    (void)into, (void)copy;
    merged = schema;
}

/* The module: each handler returns its id, each monitor notes it. */
static uint32_t monitored;

#define METHOD(name, task_type, id)                                                                \
    int chimaera_kv_run_##name(struct chimaera_kv *self, struct task_type *task,                   \
                               struct chi_run_context *rctx)                                       \
    {                                                                                              \
        (void)self, (void)task, (void)rctx;                                                        \
        return id;                                                                                 \
    }                                                                                              \
    void chimaera_kv_monitor_##name(struct chimaera_kv *self, enum chi_monitor_mode mode,          \
                                    struct task_type *task, struct chi_run_context *rctx)          \
    {                                                                                              \
        (void)self, (void)mode, (void)task, (void)rctx;                                            \
        monitored = id;                                                                            \
    }
METHOD(create, chi_create_task, 0)
METHOD(destroy, chi_destroy_task, 1)
METHOD(node_failure, chi_task, 2)
METHOD(upgrade, chi_task, 5)
METHOD(put_value, chimaera_kv_put_value_task, 10)
METHOD(http_get, chimaera_kv_http_get_task, 20)
METHOD(same, chimaera_kv_same_task, 21)
METHOD(all, chimaera_kv_all_task, 65535)

static uint32_t merged_by_module;

void kv_merge_values(struct chimaera_kv_put_value_task *into,
                     struct chimaera_kv_put_value_task *copy)
{
    (void)into, (void)copy;
    merged_by_module++;
}

void kv_merge_pages(struct chimaera_kv_http_get_task *into, struct chimaera_kv_http_get_task *copy)
{
    (void)into, (void)copy;
    merged_by_module += 10;
}

/* The module's own functions for put_value: each notes the task, and returns a number. */
static const void *noted_task;

int kv_copy_value(const struct chimaera_kv_put_value_task *task,
                  struct chimaera_kv_put_value_task *copy)
{
    (void)copy;
    noted_task = task;
    return 101;
}

void kv_del_value(struct chimaera_kv_put_value_task *task)
{
    noted_task = task;
}

#define SAVE(name, number)                                                                         \
    int name(const struct chimaera_kv_put_value_task *task, struct chi_string *archive)            \
    {                                                                                              \
        (void)archive;                                                                             \
        noted_task = task;                                                                         \
        return number;                                                                             \
    }
#define LOAD(name, number)                                                                         \
    int name(const void *data, size_t size, struct chimaera_kv_put_value_task *task)               \
    {                                                                                              \
        (void)data;                                                                                \
        noted_task = task;                                                                         \
        return number + (int)size;                                                                 \
    }
SAVE(kv_save_value_in, 102)
LOAD(kv_load_value_in, 200)
SAVE(kv_save_value_out, 104)
LOAD(kv_load_value_out, 300)

static const struct chi_member *member(const struct chi_schema *schema, const char *name)
{
    for (uint32_t i = 0; i < schema->member_count; i++)
        if (strcmp(schema->members[i].name, name) == 0)
            return &schema->members[i];
    fail_msg("no member %s", name);
    return NULL;
}

static void each_id_reaches_its_handler_and_monitor(void **state)
{
    static const uint32_t ids[] = {0, 1, 2, 5, 10, 20, 65535};
    struct chi_task task = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
        monitored = UINT32_MAX;
        assert_int_equal(chimaera_kv_ops.run(NULL, ids[i], &task, NULL), ids[i]);
        chimaera_kv_ops.monitor(NULL, CHI_MONITOR_LOCAL_SCHEDULE, ids[i], &task, NULL);
        assert_int_equal(monitored, ids[i]);
    }
}

static void disabled_and_unknown_methods_have_no_schema(void **state)
{
    static const uint32_t ids[] = {3, 4, 6, 9, 11, 65536, UINT32_MAX};
    struct chi_task task = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
        assert_null(chimaera_kv_ops.schema(ids[i]));
        assert_int_equal(chimaera_kv_ops.run(NULL, ids[i], &task, NULL), CHI_ENOMETHOD);
    }
}

static void copies_go_by_the_schema_and_merges_where_the_yaml_file_says(void **state)
{
    struct chi_task task = {0}, copy = {0};
    (void)state;
    assert_int_equal(chimaera_kv_ops.new_copy(&chimaera_kv_all_schema, &task, &copy), 7);
    assert_ptr_equal(copied, &chimaera_kv_all_schema);
    chimaera_kv_ops.aggregate(&chimaera_kv_all_schema, &task, &copy);
    assert_ptr_equal(merged, &chimaera_kv_all_schema);
    assert_int_equal(merged_by_module, 0);
    merged = NULL;
    chimaera_kv_ops.aggregate(&chimaera_kv_put_value_schema, &task, &copy);
    assert_int_equal(merged_by_module, 1);
    chimaera_kv_ops.aggregate(&chimaera_kv_http_get_schema, &task, &copy);
    assert_int_equal(merged_by_module, 11);
    assert_null(merged);
}

static void the_modules_own_functions_serve_their_method(void **state)
{
    const struct chi_container_ops *ops = &chimaera_kv_ops;
    const struct chi_task_schema *schema = &chimaera_kv_put_value_schema;
    struct chi_task task = {0}, copy = {0};
    struct chi_string archive = {0};
    (void)state;
    copied = NULL;
    assert_int_equal(ops->new_copy(schema, &task, &copy), 101);
    assert_null(copied);
    assert_ptr_equal(noted_task, &task);
    noted_task = NULL;
    ops->del(schema, &task);
    assert_ptr_equal(noted_task, &task);
    assert_int_equal(ops->save_in(schema, &task, &archive), 102);
    assert_int_equal(ops->load_in(schema, "", 3, &task), 203);
    assert_int_equal(ops->save_out(schema, &task, &archive), 104);
    assert_int_equal(ops->load_out(schema, "", 5, &copy), 305);
    assert_ptr_equal(noted_task, &copy);
}

static void a_method_has_the_flags_that_the_yaml_file_gives_it(void **state)
{
    (void)state;
    assert_int_equal(chimaera_kv_http_get_schema.flags,
                     CHI_METHOD_WAITS_FOR_OTHERS | CHI_METHOD_OUTLIVES_CLIENT);
    assert_int_equal(chimaera_kv_put_value_schema.flags, 0);
    assert_int_equal(chimaera_kv_all_schema.flags, 0);
}

/* What the core writes by hand for Create is what the generator would write for its struct. */
static void the_cores_schema_of_create_is_as_if_generated(void **state)
{
    (void)state;
    assert_int_equal(chi_create_schema.type.hash, chimaera_kv_same_schema.type.hash);
    assert_int_equal(chi_create_schema.type.size, chimaera_kv_same_schema.type.size);
    assert_int_equal(chi_create_schema.type.member_count, 1);
    assert_memory_equal(&chi_create_schema.type.members[0].kind,
                        &chimaera_kv_same_schema.type.members[0].kind,
                        sizeof(struct chi_member) - offsetof(struct chi_member, kind));
    assert_string_equal(chi_create_schema.type.members[0].name, "params");
}

static void methods_have_the_schema_of_their_task(void **state)
{
    (void)state;
    assert_ptr_equal(chimaera_kv_ops.schema(CHIMAERA_KV_METHOD_CREATE), &chi_create_schema);
    assert_ptr_equal(chimaera_kv_ops.schema(CHIMAERA_KV_METHOD_DESTROY), &chi_destroy_schema);
    assert_ptr_equal(chimaera_kv_ops.schema(CHIMAERA_KV_METHOD_UPGRADE), &chi_base_task_schema);
    assert_ptr_equal(chimaera_kv_ops.schema(CHIMAERA_KV_METHOD_HTTP_GET),
                     &chimaera_kv_http_get_schema);
    assert_string_equal(chimaera_kv_all_schema.method_name, "all");
    assert_string_equal(chimaera_kv_all_schema.type.name, "chimaera_kv_all_task");
    assert_int_equal(chimaera_kv_all_schema.method, CHIMAERA_KV_METHOD_ALL);
    assert_int_equal(chimaera_kv_all_schema.type.size, sizeof(struct chimaera_kv_all_task));
    assert_int_equal(chimaera_kv_http_get_schema.type.member_count, 0);
    assert_string_equal(CHIMAERA_KV_LIBRARY, "chimaera_kv");
}

static void members_lie_where_the_compiler_puts_them(void **state)
{
    const struct chi_schema *all = &chimaera_kv_all_schema.type;
    size_t end = sizeof(struct chi_task);
    (void)state;
    assert_int_equal(all->member_count, 22);
    for (uint32_t i = 0; i < all->member_count; i++) {
        assert_true(all->members[i].offset >= end);
        end = all->members[i].offset + all->members[i].size;
        assert_true(end <= all->size);
    }
    assert_int_equal(member(all, "name")->count, 32);
    assert_int_equal(member(all, "name")->size, 32);
    assert_int_equal(member(all, "name")->kind, CHI_MEMBER_U8);
    assert_int_equal(member(all, "points")->direction, CHI_DIRECTION_OUT);
    assert_int_equal(member(all, "f32")->direction, CHI_DIRECTION_INOUT);
    assert_int_equal(member(all, "query")->kind, CHI_MEMBER_POOL_QUERY);
    assert_int_equal(member(all, "buffer")->kind, CHI_MEMBER_BUFFER);
    assert_int_equal(member(all, "text")->offset, offsetof(struct chimaera_kv_all_task, text));
}

static void vectors_describe_their_elements(void **state)
{
    const struct chi_member *numbers = member(&chimaera_kv_all_schema.type, "numbers");
    const struct chi_member *tiles = member(&chimaera_kv_all_schema.type, "tiles");
    (void)state;
    assert_int_equal(numbers->kind, CHI_MEMBER_VECTOR);
    assert_int_equal(numbers->element_kind, CHI_MEMBER_U32);
    assert_int_equal(numbers->element_size, 4);
    assert_null(numbers->nested);
    assert_int_equal(tiles->element_kind, CHI_MEMBER_STRUCT);
    assert_int_equal(tiles->element_size, sizeof(struct kv_tile));
    assert_string_equal(tiles->nested->name, "kv_tile");
    assert_string_equal(tiles->nested->members[0].nested->name, "kv_range");
}

static void values_are_named_without_their_prefix(void **state)
{
    const struct chi_enum_value *modes = member(chimaera_kv_ops.create_params, "mode")->values;
    const struct chi_enum_value *single = member(&chimaera_kv_all_schema.type, "single")->values;
    (void)state;
    assert_string_equal(modes[0].name, "fast");
    assert_string_equal(modes[1].name, "safe");
    assert_int_equal(modes[1].value, 4);
    assert_string_equal(modes[2].name, "very_safe");
    assert_int_equal(modes[2].value, 16);
    assert_null(modes[3].name);
    assert_string_equal(single[0].name, "one");
}

static void hashes_tell_layouts_apart_and_never_change(void **state)
{
    (void)state;
    /* An empty task hashes to the FNV-1a offset; the other value is that of the first release. */
    assert_true(chimaera_kv_http_get_schema.type.hash == 0xcbf29ce484222325u);
    assert_true(chimaera_kv_put_value_schema.type.hash == 0xba7099794f9a5e23u);
    assert_true(chimaera_kv_all_schema.type.hash != chimaera_kv_put_value_schema.type.hash);
}

static void fill(struct chimaera_kv_all_task *task)
{
    static const struct kv_tile tiles[2] = {{.range = {.first = 3}}, {.range = {.first = 9}}};
    static const uint32_t numbers[] = {1, 2, 3, 4, 5, 6, 7};
    task->base.node = (struct chi_task_node){1, 2, 3, 4, 5};
    task->base.return_code = -7;
    task->u8 = 1;
    task->u16 = 2;
    task->u32 = 3;
    task->u64 = 4;
    task->i64 = -5;
    task->f32 = 0.5f;
    task->f64 = 2.5;
    memcpy(task->name, "name", 4);
    task->points[2] = 1.5;
    task->pool = chi_pool_id(7, 8);
    task->query = chi_pool_query_range(1, 2);
    task->tile.range.count = 4;
    chi_string_set(&task->text, "an output that is too long to lie inside of the task");
    chi_vector_assign(&task->numbers, numbers, 7);
    chi_vector_assign(&task->tiles, tiles, 2);
    chi_buffer_alloc(1000, &task->buffer);
    memset(chi_buffer_data(&task->buffer), 'x', 1000);
    task->mode = 4;
    task->lane = 11;
}

static struct chimaera_kv_all_task *all_task(void)
{
    return (void *)chi_task_new(chimaera_kv_ops.schema(CHIMAERA_KV_METHOD_ALL), chi_pool_id(3, 1),
                                chi_pool_query_direct_id(5));
}

static void tasks_travel_both_ways_by_the_vtable(void **state)
{
    const struct chi_container_ops *ops = &chimaera_kv_ops;
    struct chimaera_kv_all_task *here = all_task(), *there = all_task();
    struct chi_string in = {0}, out = {0};
    (void)state;
    fill(here);
    chi_vector_fini(&here->numbers);
    chi_string_fini(&here->text);
    there->base.pool_id = chi_pool_id(0, 0);
    assert_int_equal(ops->save_in(&chimaera_kv_all_schema, &here->base, &in), 0);
    struct chi_view view = chi_string_view(&in);
    assert_int_equal(ops->load_in(&chimaera_kv_all_schema, view.data, view.size, &there->base), 0);
    assert_null(chi_schema_difference(&chimaera_kv_all_schema.type, here, there, CHI_DIRECTION_IN));
    assert_true(chi_pool_id_equal(there->base.pool_id, chi_pool_id(3, 1)));
    assert_int_equal(there->base.pool_query.first, 5);
    assert_int_equal(there->base.node.minor, 5);
    assert_int_equal(there->base.method, CHIMAERA_KV_METHOD_ALL);
    assert_int_equal(there->base.return_code, 0);
    assert_int_equal(there->i64, 0); /* OUT does not go in */

    there->base.return_code = -3;
    there->i64 = -77;
    chi_string_set(&there->text, "what the handler says, which is too long for the task");
    memset(chi_buffer_data(&there->buffer), 'y', 1000);
    assert_int_equal(ops->save_out(&chimaera_kv_all_schema, &there->base, &out), 0);
    view = chi_string_view(&out);
    chi_shm_ptr_t place = here->buffer.data;
    assert_int_equal(ops->load_out(&chimaera_kv_all_schema, view.data, view.size, &here->base), 0);
    assert_null(
        chi_schema_difference(&chimaera_kv_all_schema.type, here, there, CHI_DIRECTION_OUT));
    assert_true(here->buffer.data == place); /* the caller's own */
    assert_int_equal(((char *)chi_buffer_data(&here->buffer))[999], 'y');
    assert_int_equal(here->base.return_code, -3);

    ops->del(&chimaera_kv_all_schema, &there->base);
    ops->del(&chimaera_kv_all_schema, &here->base);
    chi_string_fini(&in);
    chi_string_fini(&out);
}

static void a_task_is_not_loaded_as_another_or_from_a_part(void **state)
{
    const struct chi_container_ops *ops = &chimaera_kv_ops;
    struct chimaera_kv_all_task *here = all_task();
    struct chi_string in = {0};
    (void)state;
    fill(here);
    assert_int_equal(ops->save_in(&chimaera_kv_all_schema, &here->base, &in), 0);
    struct chi_view view = chi_string_view(&in);
    ops->del(&chimaera_kv_all_schema, &here->base);

    size_t live = fake_live;
    struct chimaera_kv_all_task *there = all_task();
    for (size_t size = 0; size < view.size; size++)
        assert_int_equal(ops->load_in(&chimaera_kv_all_schema, view.data, size, &there->base),
                         CHI_EARCHIVE);
    assert_int_equal(ops->load_out(&chimaera_kv_all_schema, view.data, view.size, &there->base),
                     CHI_EARCHIVE);
    assert_int_equal(ops->load_in(&chimaera_kv_http_get_schema, view.data, view.size, &there->base),
                     CHI_ESCHEMA);
    assert_int_equal(ops->load_in(ops->schema(12345), view.data, view.size, &there->base),
                     CHI_ENOMETHOD);
    assert_int_equal(fake_live, live + 1); /* nothing but the task itself */
    ops->del(&chimaera_kv_all_schema, &there->base);
    chi_string_fini(&in);
}

static void a_round_trip_finds_every_member_again(void **state)
{
    struct chimaera_kv_all_task *task = all_task();
    (void)state;
    fill(task);
    int rc = chi_task_round_trip(&chimaera_kv_all_schema, &task->base);
    if (rc != 0)
        fail_msg("%s", chi_last_error());
    assert_int_equal(fake_live, 5); /* the task, its text, numbers, tiles, buffer */
    chimaera_kv_ops.del(&chimaera_kv_all_schema, &task->base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_id_reaches_its_handler_and_monitor),
        cmocka_unit_test(disabled_and_unknown_methods_have_no_schema),
        cmocka_unit_test(copies_go_by_the_schema_and_merges_where_the_yaml_file_says),
        cmocka_unit_test(the_modules_own_functions_serve_their_method),
        cmocka_unit_test(a_method_has_the_flags_that_the_yaml_file_gives_it),
        cmocka_unit_test(the_cores_schema_of_create_is_as_if_generated),
        cmocka_unit_test(methods_have_the_schema_of_their_task),
        cmocka_unit_test(members_lie_where_the_compiler_puts_them),
        cmocka_unit_test(vectors_describe_their_elements),
        cmocka_unit_test(values_are_named_without_their_prefix),
        cmocka_unit_test(hashes_tell_layouts_apart_and_never_change),
        cmocka_unit_test_setup_teardown(tasks_travel_both_ways_by_the_vtable, fake_set_up,
                                        fake_tear_down),
        cmocka_unit_test_setup_teardown(a_task_is_not_loaded_as_another_or_from_a_part, fake_set_up,
                                        fake_tear_down),
        cmocka_unit_test_setup_teardown(a_round_trip_finds_every_member_again, fake_set_up,
                                        fake_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
