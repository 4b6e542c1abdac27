/* SPDX-License-Identifier: BSD-3-Clause */
/* Walks over the members of a struct by its schema. Any thread that may touch the struct. */
#include "task/schema.h"

#include "chimaera/ipc.h"
#include "chimaera/string.h"

#include <string.h>

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
