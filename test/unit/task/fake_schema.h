/* SPDX-License-Identifier: BSD-3-Clause */
/* A struct with a member of each kind and its schema, as the generator would write it. */
#ifndef CHI_TEST_FAKE_SCHEMA_H
#define CHI_TEST_FAKE_SCHEMA_H

#include "chimaera/buffer.h"
#include "chimaera/pool_query.h"
#include "chimaera/schema.h"
#include "chimaera/string.h"
#include "chimaera/vector.h"

struct point {
    uint8_t tag; /* padding behind it */
    uint32_t x, y;
};

struct inner {
    struct point point;
    struct chi_string label;
};

struct everything {
    uint8_t flag;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    chi_pool_id_t pool_id;
    chi_pool_query_t pool_query;
    CHI_ENUM(mode) mode;
    uint16_t array[4];
    struct chi_string name;
    struct chi_string names[2];
    CHI_VECTOR(uint32_t) numbers;
    CHI_VECTOR(struct point) points;
    struct inner inner;
    struct chi_buffer buffer;
    uint64_t out; /* OUT, all others IN */
    struct chi_string out_text;
};

static const struct chi_enum_value mode_values[] = {{"fast", 1}, {"safe", 2}, {"paranoid", 7}, {0}};

#define MEMBER(...)     MEMBER_OF(IN, __VA_ARGS__)
#define OUT_MEMBER(...) MEMBER_OF(OUT, __VA_ARGS__)
#define MEMBER_OF(direction_, type_, name_, kind_, count_, ...)                                    \
    {                                                                                              \
        .name = #name_, .kind = CHI_MEMBER_##kind_, .direction = CHI_DIRECTION_##direction_,       \
        .offset = offsetof(struct type_, name_), .size = sizeof(((struct type_ *)0)->name_),       \
        .count = count_, __VA_ARGS__                                                               \
    }

static const struct chi_member point_members[] = {
    MEMBER(point, tag, U8, 1),
    MEMBER(point, x, U32, 1),
    MEMBER(point, y, U32, 1),
};
static const struct chi_schema point_schema = {"point", sizeof(struct point), 3, point_members, 1};

static const struct chi_member inner_members[] = {
    MEMBER(inner, point, STRUCT, 1, .nested = &point_schema),
    MEMBER(inner, label, STRING, 1),
};
static const struct chi_schema inner_schema = {"inner", sizeof(struct inner), 2, inner_members, 2};

#define E(name_, kind_, count_, ...) MEMBER(everything, name_, kind_, count_, __VA_ARGS__)
static const struct chi_member everything_members[] = {
    E(flag, U8, 1),
    E(u16, U16, 1),
    E(u32, U32, 1),
    E(u64, U64, 1),
    E(i8, I8, 1),
    E(i16, I16, 1),
    E(i32, I32, 1),
    E(i64, I64, 1),
    E(f32, F32, 1),
    E(f64, F64, 1),
    E(pool_id, POOL_ID, 1),
    E(pool_query, POOL_QUERY, 1),
    E(mode, U32, 1, .values = mode_values),
    E(array, U16, 4),
    E(name, STRING, 1),
    E(names, STRING, 2),
    E(numbers, VECTOR, 1, .element_kind = CHI_MEMBER_U32, .element_size = 4),
    E(points, VECTOR, 1, .element_kind = CHI_MEMBER_STRUCT, .element_size = sizeof(struct point),
      .nested = &point_schema),
    E(inner, STRUCT, 1, .nested = &inner_schema),
    E(buffer, BUFFER, 1),
    OUT_MEMBER(everything, out, U64, 1),
    OUT_MEMBER(everything, out_text, STRING, 1),
};
#undef E

static const struct chi_schema everything_schema = {
    "everything",
    sizeof(struct everything),
    sizeof everything_members / sizeof everything_members[0],
    everything_members,
    UINT64_C(0x1122334455667788),
};

#endif
