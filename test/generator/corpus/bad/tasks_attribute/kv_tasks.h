/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/task.h>
#include <chimaera/vector.h>

struct __attribute__((aligned(64))) kv_inner {
    uint8_t x;
};

struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN struct kv_inner inner;
} __attribute__((packed));

struct _Alignas(64) chimaera_kv_get_task {
    struct chi_task base;
};

#endif
