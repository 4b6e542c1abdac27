/* SPDX-License-Identifier: BSD-3-Clause */
/* Walks over the members of a struct by its schema. Any thread that may touch the struct. */
#include "task/schema.h"

#include <string.h>

#include "chimaera/archive.h"
#include "chimaera/buffer.h"
#include "chimaera/status.h"
#include "chimaera/string.h"

struct chi_scalar chi_member_scalar(uint8_t kind)
{
    switch (kind) {
    case CHI_MEMBER_U8:
    case CHI_MEMBER_I8:
        return (struct chi_scalar){1, 1};
    case CHI_MEMBER_U16:
    case CHI_MEMBER_I16:
        return (struct chi_scalar){2, 1};
    case CHI_MEMBER_U32:
    case CHI_MEMBER_I32:
    case CHI_MEMBER_F32:
        return (struct chi_scalar){4, 1};
    case CHI_MEMBER_U64:
    case CHI_MEMBER_I64:
    case CHI_MEMBER_F64:
        return (struct chi_scalar){8, 1};
    case CHI_MEMBER_POOL_ID:
        return (struct chi_scalar){4, 2};
    case CHI_MEMBER_POOL_QUERY:
        return (struct chi_scalar){4, 3};
    default:
        return (struct chi_scalar){0, 0};
    }
}

size_t chi_schema_plain_size(const struct chi_schema *schema)
{
    size_t size = 0;
    for (uint32_t i = 0; i < schema->member_count; i++) {
        const struct chi_member *member = &schema->members[i];
        struct chi_scalar scalar = chi_member_scalar(member->kind);
        size_t one = (size_t)scalar.width * scalar.count;
        if (member->kind == CHI_MEMBER_STRUCT)
            one = chi_schema_plain_size(member->nested);
        if (one == 0)
            return 0;
        size += one * member->count;
    }
    return size;
}

int chi_task_schema_check(const struct chi_task_schema *schema, uint64_t hash, uint32_t size,
                          const char *peer, const char *place)
{
    if (schema->type.hash == hash && schema->type.size == size)
        return 0;
    return chi_error(CHI_ESCHEMA,
                     "%s and %s have different layouts of struct %s (%016llx, %u bytes; %016llx, "
                     "%u bytes); build both from the same header",
                     peer, place, schema->type.name, (unsigned long long)hash, size,
                     (unsigned long long)schema->type.hash, schema->type.size);
}

void chi_schema_fini_task(const struct chi_schema *schema, void *task)
{
    for (uint32_t i = 0; i < schema->member_count; i++) {
        const struct chi_member *member = &schema->members[i];
        if (member->kind == CHI_MEMBER_STRING || member->kind == CHI_MEMBER_VECTOR)
            chi_bytes_fini((void *)((char *)task + member->offset));
    }
}

static bool bytes_equal(const struct chi_bytes *a, const struct chi_bytes *b)
{
    struct chi_view left = chi_bytes_view(a);
    struct chi_view right = chi_bytes_view(b);
    return left.size == right.size && memcmp(left.data, right.data, left.size) == 0;
}

static bool buffers_equal(const struct chi_buffer *a, const struct chi_buffer *b)
{
    const void *left = chi_buffer_data(a);
    const void *right = chi_buffer_data(b);
    return a->size == b->size && !left == !right && (!left || memcmp(left, right, a->size) == 0);
}

/* Elements one by one: padding between members means nothing. */
static bool vectors_equal(const struct chi_member *member, const void *a, const void *b)
{
    struct chi_view left = chi_bytes_view(a);
    struct chi_view right = chi_bytes_view(b);
    if (!member->nested)
        return bytes_equal(a, b);
    if (left.size != right.size)
        return false;
    for (size_t at = 0; at + member->element_size <= left.size; at += member->element_size)
        if (chi_schema_difference(member->nested, left.data + at, right.data + at,
                                  CHI_DIRECTION_ALL))
            return false;
    return true;
}

static bool value_equal(const struct chi_member *member, const void *a, const void *b)
{
    switch (member->kind) {
    case CHI_MEMBER_STRUCT:
        return !chi_schema_difference(member->nested, a, b, CHI_DIRECTION_ALL);
    case CHI_MEMBER_STRING:
        return bytes_equal(a, b);
    case CHI_MEMBER_VECTOR:
        return vectors_equal(member, a, b);
    case CHI_MEMBER_BUFFER:
        return buffers_equal(a, b);
    default:
        return memcmp(a, b, chi_member_stride(member)) == 0;
    }
}

const struct chi_member *chi_schema_difference(const struct chi_schema *schema, const void *a,
                                               const void *b, unsigned directions)
{
    for (uint32_t i = 0; i < schema->member_count; i++) {
        const struct chi_member *member = &schema->members[i];
        if (!chi_member_selected(member, directions))
            continue;
        for (size_t k = 0; k < member->count; k++) {
            size_t at = member->offset + k * chi_member_stride(member);
            if (!value_equal(member, (const char *)a + at, (const char *)b + at))
                return member;
        }
    }
    return NULL;
}

static void fini_one(const struct chi_member *member, void *value)
{
    switch (member->kind) {
    case CHI_MEMBER_STRUCT:
        chi_schema_fini(member->nested, value, CHI_DIRECTION_ALL);
        break;
    case CHI_MEMBER_STRING:
    case CHI_MEMBER_VECTOR:
        chi_bytes_fini(value);
        break;
    case CHI_MEMBER_BUFFER:
        chi_buffer_free(value);
        break;
    default:
        break;
    }
}

void chi_schema_fini(const struct chi_schema *schema, void *object, unsigned directions)
{
    for (uint32_t i = 0; i < schema->member_count; i++) {
        const struct chi_member *member = &schema->members[i];
        if (!chi_member_selected(member, directions))
            continue;
        char *value = (char *)object + member->offset;
        if (chi_member_scalar(member->kind).width == 0) {
            for (size_t k = 0; k < member->count; k++)
                fini_one(member, value + k * chi_member_stride(member));
        }
        memset(value, 0, member->size);
    }
}
