/* SPDX-License-Identifier: BSD-3-Clause */
/* struct chimaera_kv_put_value_task { in a comment is no struct */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/buffer.h>
#include <chimaera/task.h>
#include <chimaera/vector.h>

#define KV_NAME_SIZE (0x20u) /* "bytes" */
#define KV_POINTS    3
#define KV_TEXT      "struct { * // /*"
#define KV_MAX(a, b) ((a) > (b) ? (a) : (b))

#ifdef __cplusplus
extern "C" {
#endif

enum kv_mode {
    KV_MODE_FAST, /* the default */
    KV_MODE_SAFE = KV_MAX(4, 2),
    KV_MODE_VERY_SAFE = 1 << 4,
};

enum kv_single { KV_SINGLE_ONE = 1 };

enum kv_unused { KV_UNUSED_A = -1, KV_UNUSED_B = 'b' };

struct kv_point {
    float x, y;
    void *unused_and_never_carried;
};

struct kv_range {
    uint64_t first;
    uint64_t count;
};

struct kv_tile {
    struct kv_range range;
    uint16_t corners[KV_POINTS];
    chi_pool_id_t owner;
    CHI_ENUM(kv_mode) mode;
};

typedef struct kv_alias {
    void *anything;
} kv_alias_t;

static inline int kv_helper(const char *text)
{
    struct kv_local {
        int number;
    } local = {text[0] == '}' || text[0] == '\'' ? 1 : 0};
    return local.number;
}

#if 0
struct chimaera_kv_all_task { left out };
#else
struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN struct chi_str\
ing key; // a comment: IN void *p;
    OUT uint64_t version;
};
#endif

struct chimaera_kv_http_get_task {
    struct chi_task base;
};

/* As the core's struct chi_create_task. */
struct chimaera_kv_same_task {
    struct chi_task base;
    IN struct chi_string params;
};

struct chimaera_kv_all_task {
    struct chi_task base;
    IN uint8_t u8;
    IN uint16_t u16;
    IN uint32_t u32;
    IN uint64_t u64;
    OUT int8_t i8;
    OUT int16_t i16;
    OUT int32_t i32;
    OUT int64_t i64;
    INOUT float f32;
    INOUT double f64;
    IN uint8_t name[KV_NAME_SIZE];
    OUT double points[3];
    IN chi_pool_id_t pool;
    IN chi_pool_query_t query;
    INOUT struct kv_tile tile;
    OUT struct chi_string text;
    OUT CHI_VECTOR(uint32_t) numbers;
    IN CHI_VECTOR(struct kv_tile) tiles;
    INOUT struct chi_buffer buffer;
    IN CHI_ENUM(kv_mode) mode;
    IN CHI_ENUM(kv_single) single;
    IN chi_lane_id_t lane;
    CHI_STATIC_ASSERT(KV_POINTS == 3, "within a struct");
};

struct chimaera_kv_create_params {
    IN uint64_t total_size;
    IN CHI_ENUM(kv_mode) mode;
    IN struct chi_string path;
    IN CHI_VECTOR(uint16_t) ports;
    IN int32_t levels[KV_POINTS];
};

#ifdef __cplusplus
}
#endif

#endif
