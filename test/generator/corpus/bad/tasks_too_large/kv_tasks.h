/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/task.h>
#include <chimaera/vector.h>

#define KV_SIZE 4033
struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN uint8_t data[KV_SIZE];
};

struct kv_large {
    uint64_t items[8192];
};

struct chimaera_kv_get_task {
    struct chi_task base;
    IN CHI_VECTOR(struct kv_large) large;
};

struct chimaera_kv_create_params {
    IN uint64_t levels[9000];
};

#endif
