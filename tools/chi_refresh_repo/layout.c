/* SPDX-License-Identifier: BSD-3-Clause */
/* Generated code asserts the size, so a packed struct is found there at the latest. */
#include "layout.h"

#include "chimaera/buffer.h"
#include "chimaera/pool_query.h"
#include "chimaera/string.h"
#include "chimaera/task.h"

static void measure_member(const struct gen_member *member, uint32_t *size, uint32_t *align)
{
    static const struct {
        uint32_t size;
        uint32_t align;
    } kinds[] = {
        [CHI_MEMBER_U8] = {1, 1},
        [CHI_MEMBER_U16] = {2, 2},
        [CHI_MEMBER_U32] = {4, 4},
        [CHI_MEMBER_U64] = {8, 8},
        [CHI_MEMBER_I8] = {1, 1},
        [CHI_MEMBER_I16] = {2, 2},
        [CHI_MEMBER_I32] = {4, 4},
        [CHI_MEMBER_I64] = {8, 8},
        [CHI_MEMBER_F32] = {4, 4},
        [CHI_MEMBER_F64] = {8, 8},
        [CHI_MEMBER_POOL_ID] = {sizeof(chi_pool_id_t), 4},
        [CHI_MEMBER_POOL_QUERY] = {sizeof(chi_pool_query_t), 4},
        [CHI_MEMBER_STRING] = {sizeof(struct chi_string), 8},
        [CHI_MEMBER_VECTOR] = {sizeof(struct chi_bytes), 8},
        [CHI_MEMBER_BUFFER] = {sizeof(struct chi_buffer), 8},
    };
    bool is_struct = member->kind == CHI_MEMBER_STRUCT;
    *size = is_struct ? (uint32_t)member->nested->size : kinds[member->kind].size;
    *align = is_struct ? member->nested->align : kinds[member->kind].align;
}

static uint64_t round_up(uint64_t size, uint32_t align)
{
    return (size + align - 1) / align * align;
}

void gen_struct_measure(struct gen_struct *type, enum gen_struct_use use)
{
    type->size = use == GEN_TASK ? sizeof(struct chi_task) : 0;
    type->align = use == GEN_TASK ? 4 : 1;
    for (size_t i = 0; i < type->member_count; i++) {
        struct gen_member *member = &type->members[i];
        measure_member(member, &member->size, &member->align);
        if (member->align > type->align)
            type->align = member->align;
        type->size = round_up(type->size, member->align) + (uint64_t)member->size * member->count;
    }
    type->size = round_up(type->size, type->align);
}
