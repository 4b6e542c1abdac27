/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copies of a task for several containers, by schema: made before they run, merged afterwards. On
 * the worker thread that the task is at home on.
 */
#include <string.h>

#include "chimaera/container.h"
#include "chimaera/string.h"
#include "task/schema.h"

static int copy_members(const struct chi_schema *schema, const char *from, char *to,
                        unsigned directions);

static int copy_one(const struct chi_member *member, const char *from, char *to)
{
    struct chi_view view;
    switch (member->kind) {
    case CHI_MEMBER_STRUCT:
        return copy_members(member->nested, from, to, CHI_DIRECTION_ALL);
    case CHI_MEMBER_STRING:
    case CHI_MEMBER_VECTOR:
        view = chi_bytes_view((const void *)from);
        return chi_bytes_assign((void *)to, view.data, view.size);
    default:
        memcpy(to, from, chi_member_stride(member));
        return 0;
    }
}

static int copy_members(const struct chi_schema *schema, const char *from, char *to,
                        unsigned directions)
{
    int rc = 0;
    for (uint32_t i = 0; i < schema->member_count && rc == 0; i++) {
        const struct chi_member *member = &schema->members[i];
        /* Of buffers also those that are only written. */
        if (!chi_member_selected(member, directions) && member->kind != CHI_MEMBER_BUFFER)
            continue;
        size_t stride = chi_member_stride(member);
        for (size_t at = member->offset; at < member->offset + (size_t)member->size && rc == 0;
             at += stride)
            rc = copy_one(member, from + at, to + at);
    }
    return rc;
}

/* Buffers are not the copy's to free. */
static void drop_buffers(const struct chi_schema *schema, char *object)
{
    for (uint32_t i = 0; i < schema->member_count; i++)
        if (schema->members[i].kind == CHI_MEMBER_BUFFER)
            memset(object + schema->members[i].offset, 0, schema->members[i].size);
}

int chi_task_copy(const struct chi_task_schema *schema, const struct chi_task *task,
                  struct chi_task *copy)
{
    int rc = copy_members(&schema->type, (const char *)task, (char *)copy, CHI_DIRECTION_IN);
    if (rc < 0) {
        drop_buffers(&schema->type, (char *)copy);
        chi_schema_fini(&schema->type, copy, CHI_DIRECTION_ALL);
    }
    return rc;
}

static void swap(char *a, char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

void chi_task_aggregate(const struct chi_task_schema *schema, struct chi_task *into,
                        struct chi_task *copy)
{
    const struct chi_schema *type = &schema->type;
    if (!chi_task_aggregate_code(into, copy) || chi_task_aggregate_count(into) > 0)
        return;
    for (uint32_t i = 0; i < type->member_count; i++) {
        const struct chi_member *member = &type->members[i];
        /* Swapped: what `into` held goes with the copy. Buffers are the same in both. */
        if (member->direction & CHI_DIRECTION_OUT && member->kind != CHI_MEMBER_BUFFER)
            swap((char *)into + member->offset, (char *)copy + member->offset, member->size);
    }
}
