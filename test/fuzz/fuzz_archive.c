/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Archives of objects and tasks with every kind of member. What loads is saved to the same bytes;
 * what does not leaves nothing behind. The first byte says as what the rest is loaded; bit 7 has
 * the right head put before it, so that not all is spent on finding that.
 */
#include "fuzz.h"

#include "task/archive_form.h"
#include "task/schema.h"

#include "unit/task/fake_memory.h"
#include "unit/task/fake_schema.h"

struct everything_task {
    struct chi_task base;
    struct everything all;
    struct chi_buffer room; /* OUT */
};

#define T(name_, kind_, ...) MEMBER_OF(INOUT, everything_task, all.name_, kind_, 1, __VA_ARGS__)
static const struct chi_member task_members[] = {
    T(u16, U16),
    T(name, STRING),
    T(numbers, VECTOR, .element_kind = CHI_MEMBER_U32, .element_size = 4),
    T(points, VECTOR, .element_kind = CHI_MEMBER_STRUCT, .element_size = sizeof(struct point),
      .nested = &point_schema),
    T(inner, STRUCT, .nested = &inner_schema),
    T(buffer, BUFFER),
    OUT_MEMBER(everything_task, room, BUFFER, 1),
    OUT_MEMBER(everything_task, all.out, U64, 1),
};
static struct chi_task_schema task_schema = {
    .type = {"everything_task", sizeof(struct everything_task),
             sizeof task_members / sizeof task_members[0], task_members, 77},
    .method_name = "all",
    .method = 10,
};

static void assert_same(const struct chi_string *saved, const void *data, size_t size)
{
    struct chi_view view = chi_string_view(saved);
    MUST(view.size == size && memcmp(view.data, data, size) == 0);
}

static void load_object(const void *data, size_t size, unsigned directions)
{
    struct everything object = {0};
    const struct everything zero = {0};
    struct chi_string again = {0};
    if (chi_archive_load(&everything_schema, &object, directions, data, size) == 0) {
        MUST(chi_archive_save(&everything_schema, &object, directions, &again) == 0);
        assert_same(&again, data, size);
        chi_string_fini(&again);
        chi_schema_fini(&everything_schema, &object, directions);
    }
    MUST(memcmp(&object, &zero, sizeof object) == 0);
}

static void load_task(const void *data, size_t size, bool out)
{
    struct chi_task *task = chi_task_new(&task_schema, chi_pool_id(1, 2), chi_pool_query_local());
    struct everything_task *all = (void *)task;
    struct chi_string again = {0};
    MUST(task);
    if (out)
        chi_buffer_alloc(8, &all->room);
    int rc = out ? chi_task_load_out(&task_schema, data, size, task)
                 : chi_task_load_in(&task_schema, data, size, task);
    if (rc == 0) {
        rc = out ? chi_task_save_out(&task_schema, task, &again)
                 : chi_task_save_in(&task_schema, task, &again);
        MUST(rc == 0);
        assert_same(&again, data, size);
        chi_string_fini(&again);
        rc = out ? 0 : chi_task_round_trip(&task_schema, task);
        MUST(rc == 0 || rc == -ENOMEM); /* its buffer to write to is as large as memory is here */
    }
    chi_task_unload_del(&task_schema, task);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fake_set_up(NULL);
    if (size == 0)
        return 0;
    unsigned choice = data[0] % 8;
    bool has_head = data[0] & 0x80;
    size_t head = has_head ? 12 : 0;
    uint8_t *bytes = malloc(size - 1 + head + 1);
    MUST(bytes);
    if (has_head) {
        uint16_t kind = choice < 4   ? CHI_ARCHIVE_OBJECT
                        : choice < 6 ? CHI_ARCHIVE_TASK_IN
                                     : CHI_ARCHIVE_TASK_OUT;
        uint64_t hash = choice < 4 ? everything_schema.hash : task_schema.type.hash;
        const uint16_t version = CHI_ARCHIVE_VERSION;
        memcpy(bytes, &version, 2);
        memcpy(bytes + 2, &kind, 2);
        memcpy(bytes + 4, &hash, 8);
    }
    memcpy(bytes + head, data + 1, size - 1);
    size += head - 1;
    fake_limit = 1 << 20;
    if (choice < 4)
        load_object(bytes, size, choice == 0 ? CHI_DIRECTION_ALL : choice);
    else
        load_task(bytes, size, choice >= 6);
    free(bytes);
    MUST(fake_live == 0);
    return 0;
}
