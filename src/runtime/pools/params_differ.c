/* SPDX-License-Identifier: BSD-3-Clause */
/* Compares parameters member by member. See params_differ.h. */
#include "runtime/pools/params_differ.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chimaera/archive.h"
#include "chimaera/params.h"
#include "chimaera/status.h"
#include "chimaera/string.h"
#include "runtime/module/module.h"
#include "task/schema.h"

#define TEXT_SIZE 64

static uint64_t read_unsigned(const void *value, uint8_t width)
{
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (width) {
    case 1:
        memcpy(&u8, value, sizeof(u8));
        return u8;
    case 2:
        memcpy(&u16, value, sizeof(u16));
        return u16;
    case 4:
        memcpy(&u32, value, sizeof(u32));
        return u32;
    default:
        memcpy(&u64, value, sizeof(u64));
        return u64;
    }
}

static void write_number(const struct chi_member *member, const void *value, char text[TEXT_SIZE])
{
    uint8_t width = chi_member_scalar(member->kind).width;
    uint64_t number = read_unsigned(value, width);
    for (const struct chi_enum_value *v = member->values; v != NULL && v->name != NULL; v++) {
        if (v->value == number) {
            snprintf(text, TEXT_SIZE, "%s", v->name);
            return;
        }
    }
    if (member->kind == CHI_MEMBER_I8 || member->kind == CHI_MEMBER_I16 ||
        member->kind == CHI_MEMBER_I32 || member->kind == CHI_MEMBER_I64)
        snprintf(text, TEXT_SIZE, "%" PRId64,
                 (int64_t)(number << (64 - 8 * width)) >> (64 - 8 * width));
    else
        snprintf(text, TEXT_SIZE, "%" PRIu64, number);
}

/* Returns whether the value can be written in a line. */
static bool write_value(const struct chi_member *member, const void *value, char text[TEXT_SIZE])
{
    float f32;
    double f64;
    if (member->count > 1)
        return false;
    switch (member->kind) {
    case CHI_MEMBER_STRING:
        snprintf(text, TEXT_SIZE, "\"%.*s\"", 40, chi_string_view(value).data);
        return true;
    case CHI_MEMBER_F32:
        memcpy(&f32, value, sizeof(f32));
        snprintf(text, TEXT_SIZE, "%g", (double)f32);
        return true;
    case CHI_MEMBER_F64:
        memcpy(&f64, value, sizeof(f64));
        snprintf(text, TEXT_SIZE, "%g", f64);
        return true;
    default:
        if (chi_member_scalar(member->kind).count != 1)
            return false;
        write_number(member, value, text);
        return true;
    }
}

static bool equal(const struct chi_member *member, const void *a, const void *b)
{
    if (member->count == 1 && member->kind == CHI_MEMBER_STRING) {
        struct chi_view one = chi_string_view(a), other = chi_string_view(b);
        return one.size == other.size && memcmp(one.data, other.data, one.size) == 0;
    }
    return chi_member_scalar(member->kind).width == 0 || memcmp(a, b, member->size) == 0;
}

static int tell(const struct chi_pool *pool, const struct chi_schema *schema, const char *there,
                const char *given)
{
    for (uint32_t i = 0; i < schema->member_count; i++) {
        const struct chi_member *member = &schema->members[i];
        const void *a = there + member->offset, *b = given + member->offset;
        char a_text[TEXT_SIZE], b_text[TEXT_SIZE];
        if (equal(member, a, b))
            continue;
        if (!write_value(member, a, a_text) || !write_value(member, b, b_text))
            return chi_error(CHI_EPOOL_EXISTS, "pool \"%s\" exists with another %s", pool->name,
                             member->name);
        return chi_error(CHI_EPOOL_EXISTS, "pool \"%s\" exists with %s %s, not %s", pool->name,
                         member->name, a_text, b_text);
    }
    return 0;
}

int chi_pool_params_differ(const struct chi_pool *pool, const struct chi_pool_request *request)
{
    const struct chi_schema *schema = pool->ops->create_params;
    int rc = 0;
    if (schema != NULL) {
        char *there = calloc(1, schema->size);
        char *given = calloc(1, schema->size);
        if (there != NULL && given != NULL) {
            if ((pool->params_size == 0 ||
                 chi_archive_load(schema, there, CHI_DIRECTION_ALL, pool->params,
                                  pool->params_size) == 0) &&
                (request->params_size == 0 ||
                 chi_archive_load(schema, given, CHI_DIRECTION_ALL, request->params,
                                  request->params_size) == 0))
                rc = tell(pool, schema, there, given);
            chi_params_fini(schema, there);
            chi_params_fini(schema, given);
        }
        free(there);
        free(given);
    }
    return rc < 0 ? rc
                  : chi_error(CHI_EPOOL_EXISTS, "pool \"%s\" exists with other parameters",
                              pool->name);
}
