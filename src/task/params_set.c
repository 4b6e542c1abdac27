/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Create parameters from text: what a compose entry of the configuration file or a command line
 * gives. Reads the text into a separate value and then replaces the member. Any thread.
 */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/units.h"
#include "chimaera/params.h"
#include "chimaera/pool_query.h"
#include "chimaera/status.h"
#include "task/schema.h"

/* One element's worth of any value. */
union value {
    uint64_t u64;
    int64_t i64;
    float f32;
    double f64;
    chi_pool_id_t pool_id;
    chi_pool_query_t pool_query;
};

static int refuse(int rc, const struct chi_member *member, const char *text, const char *expected)
{
    return chi_error(rc, "parameter %s: \"%.64s\" is %s: expected %s", member->name, text,
                     rc == -ERANGE ? "out of range" : "malformed", expected);
}

/* Stores the low `width` bytes of `number` in the machine's order. */
static void store(union value *value, uint64_t number, uint8_t width)
{
    uint8_t u8 = (uint8_t)number;
    uint16_t u16 = (uint16_t)number;
    uint32_t u32 = (uint32_t)number;
    memcpy(value,
           width == 1   ? (void *)&u8
           : width == 2 ? (void *)&u16
           : width == 4 ? (void *)&u32
                        : (void *)&number,
           width);
}

static int read_enum(const struct chi_member *member, const char *text, uint32_t *number)
{
    struct chi_nearest nearest = {.word = text};
    uint64_t given;
    bool is_number = chi_text_u64(text, &given) == 0;
    char names[256] = "";
    for (const struct chi_enum_value *value = member->values; value->name; value++) {
        if (strcmp(value->name, text) == 0 || (is_number && given == value->value)) {
            *number = value->value;
            return 0;
        }
        chi_nearest_offer(&nearest, value->name);
        if (strlen(names) + strlen(value->name) + 3 < sizeof names) {
            strcat(names, names[0] ? ", " : "");
            strcat(names, value->name);
        }
    }
    char hint[CHI_NEAREST_HINT_SIZE];
    return chi_error(-EINVAL, "parameter %s: \"%.64s\" is none of %s%s", member->name, text, names,
                     chi_nearest_hint(&nearest, hint));
}

/* The unit that a member's name says its durations have: `timeout_ms`. 0: none. `_min` may mean a
 * minimum. */
static uint64_t duration_unit(const char *name)
{
    const char *last = strrchr(name, '_');
    const struct chi_unit *unit = last ? chi_unit_find(chi_duration_units, last + 1) : NULL;
    return unit && unit->scale <= CHI_NS_PER_S ? unit->scale : 0;
}

/* A duration in the member's unit, or a bare number of them: the name says which. */
static int read_duration(const char *text, uint64_t unit_ns, uint64_t *number)
{
    uint64_t duration_ns;
    if (chi_text_u64(text, number) == 0)
        return 0;
    int rc = chi_text_duration(text, &duration_ns);
    if (rc)
        return rc;
    if (duration_ns % unit_ns)
        return -EINVAL;
    *number = duration_ns / unit_ns;
    return 0;
}

static int read_unsigned(const struct chi_member *member, const char *text, uint8_t width,
                         uint64_t *number)
{
    static const char *const expected[] = {
        [1] = "a number from 0 to 255, true or false",
        [2] = "a number from 0 to 65535",
        [4] = "a number below 2^32, or a size such as 64MB (" CHI_SIZE_UNITS_TEXT ")",
        [8] = "a number below 2^64, or a size such as 64MB (" CHI_SIZE_UNITS_TEXT ")",
    };
    if (width == 1 && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
        *number = text[0] == 't';
        return 0;
    }
    uint64_t unit_ns = duration_unit(member->name);
    int rc = unit_ns      ? read_duration(text, unit_ns, number)
             : width >= 4 ? chi_text_size(text, number)
                          : chi_text_u64(text, number);
    if (unit_ns && rc == -EINVAL && chi_text_i64(text, &(int64_t){0}) != 0)
        return refuse(rc, member, text,
                      "a duration such as 100ms, or a number in the unit of the name");
    if (!rc && width < 8 && *number >> (8 * width))
        rc = -ERANGE;
    int64_t negative;
    if (rc == -EINVAL && chi_text_i64(text, &negative) == 0)
        rc = -ERANGE;
    return rc ? refuse(rc, member, text, expected[width]) : 0;
}

static int read_signed(const struct chi_member *member, const char *text, uint8_t width,
                       uint64_t *number)
{
    static const char *const expected[] = {
        [1] = "a number from -128 to 127",
        [2] = "a number from -32768 to 32767",
        [4] = "a number from -2^31 to 2^31 - 1",
        [8] = "a number from -2^63 to 2^63 - 1",
    };
    int64_t given = 0;
    int rc = chi_text_i64(text, &given);
    int64_t highest = INT64_MAX >> (64 - 8 * width);
    if (!rc && (given > highest || given < -highest - 1))
        rc = -ERANGE;
    *number = (uint64_t)given;
    return rc ? refuse(rc, member, text, expected[width]) : 0;
}

static int read_float(const struct chi_member *member, const char *text, uint8_t kind,
                      union value *value)
{
    double number = 0;
    int rc = chi_text_double(text, &number);
    if (!rc && kind == CHI_MEMBER_F32 && fabs(number) > FLT_MAX)
        rc = -ERANGE;
    if (rc)
        return refuse(rc, member, text, "a finite number such as 0.5");
    if (kind == CHI_MEMBER_F32)
        value->f32 = (float)number;
    else
        value->f64 = number;
    return 0;
}

/* Reads one value of a kind that chi_member_scalar() knows. */
static int read_scalar(const struct chi_member *member, uint8_t kind, const char *text,
                       union value *value)
{
    uint8_t width = chi_member_scalar(kind).width;
    uint64_t number = 0;
    int rc;
    switch (kind) {
    case CHI_MEMBER_F32:
    case CHI_MEMBER_F64:
        return read_float(member, text, kind, value);
    case CHI_MEMBER_POOL_ID:
        rc = chi_text_pool_id(text, &value->pool_id);
        return rc ? refuse(rc, member, text, "a pool id such as 7000.0") : 0;
    case CHI_MEMBER_POOL_QUERY:
        rc = chi_pool_query_parse(text, &value->pool_query);
        return rc ? chi_error(rc, "parameter %s: %s", member->name, chi_last_error()) : 0;
    case CHI_MEMBER_I8:
    case CHI_MEMBER_I16:
    case CHI_MEMBER_I32:
    case CHI_MEMBER_I64:
        rc = read_signed(member, text, width, &number);
        break;
    default:
        if (member->values && kind == CHI_MEMBER_U32) {
            uint32_t enumerated = 0;
            rc = read_enum(member, text, &enumerated);
            number = enumerated;
        } else {
            rc = read_unsigned(member, text, width, &number);
        }
        break;
    }
    if (!rc)
        store(value, number, width);
    return rc;
}

/* The next item of a comma separated list, without the spaces around it; NULL behind the last. */
static char *next_item(char **list)
{
    char *item = *list;
    if (!item)
        return NULL;
    char *comma = strchr(item, ',');
    *list = comma ? comma + 1 : NULL;
    char *end = comma ? comma : item + strlen(item);
    item += strspn(item, " \t");
    while (end > item && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    return item;
}

static int read_vector(const struct chi_member *member, char *text, struct chi_bytes *bytes)
{
    struct chi_scalar scalar = chi_member_scalar(member->element_kind);
    if (!scalar.width)
        return chi_error(-EINVAL, "parameter %s cannot be given as text: a vector of structs",
                         member->name);
    if (text[strspn(text, " \t")] == '\0')
        return 0;
    int rc = 0;
    for (char *item; !rc && (item = next_item(&text)) != NULL;) {
        union value value = {0};
        rc = read_scalar(member, member->element_kind, item, &value);
        if (!rc)
            rc = chi_bytes_append(bytes, &value, member->element_size);
    }
    return rc;
}

static int read_one(const struct chi_member *member, char *text, void *out)
{
    struct chi_scalar scalar = chi_member_scalar(member->kind);
    if (scalar.width) {
        union value value = {0};
        int rc = read_scalar(member, member->kind, text, &value);
        if (!rc)
            memcpy(out, &value, (size_t)scalar.width * scalar.count);
        return rc;
    }
    if (member->kind == CHI_MEMBER_STRING)
        return chi_string_set(out, text);
    if (member->kind == CHI_MEMBER_VECTOR && member->count == 1)
        return read_vector(member, text, out);
    return chi_error(-EINVAL, "parameter %s cannot be given as text", member->name);
}

/* Elements that the text does not name are zero. */
static int read_array(const struct chi_member *member, char *text, char *out)
{
    size_t index = 0;
    for (char *item; (item = next_item(&text)) != NULL; index++) {
        if (index == member->count)
            return chi_error(-ERANGE, "parameter %s takes at most %u values", member->name,
                             member->count);
        int rc = read_one(member, item, out + index * chi_member_stride(member));
        if (rc)
            return rc;
    }
    return 0;
}

static const struct chi_member *find_member(const struct chi_schema *schema, const char *name)
{
    struct chi_nearest nearest = {.word = name};
    for (uint32_t i = 0; i < schema->member_count; i++) {
        if (strcmp(schema->members[i].name, name) == 0)
            return &schema->members[i];
        chi_nearest_offer(&nearest, schema->members[i].name);
    }
    char hint[CHI_NEAREST_HINT_SIZE];
    chi_error(-ENOENT, "%s has no parameter \"%.64s\"%s", schema->name, name,
              chi_nearest_hint(&nearest, hint));
    return NULL;
}

int chi_params_set(const struct chi_schema *schema, void *params, const char *member_name,
                   const char *text)
{
    const struct chi_member *member = find_member(schema, member_name);
    if (!member)
        return -ENOENT;
    int rc = -ENOMEM;
    char *copy = strdup(text);
    char *value = calloc(1, member->size);
    if (!copy || !value) {
        chi_error(rc, "no memory for parameter %s", member->name);
        goto free_copies;
    }

    /* The new value in the place of a struct's only member, so that freeing goes by the schema. */
    struct chi_member alone = *member;
    alone.offset = 0;
    const struct chi_schema wrapper = {
        .name = schema->name, .size = member->size, .member_count = 1, .members = &alone};
    rc = member->count > 1 ? read_array(member, copy, value) : read_one(member, copy, value);
    if (rc) {
        chi_schema_fini(&wrapper, value, CHI_DIRECTION_ALL);
        goto free_copies;
    }
    char *place = (char *)params + member->offset;
    chi_schema_fini(&wrapper, place, CHI_DIRECTION_ALL);
    memcpy(place, value, member->size);

free_copies:
    free(value);
    free(copy);
    return rc;
}
