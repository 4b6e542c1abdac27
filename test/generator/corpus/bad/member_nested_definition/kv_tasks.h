/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/task.h>
#include <chimaera/vector.h>

struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN struct kv_new { uint8_t x; } x;
};

struct chimaera_kv_get_task {
    struct chi_task base;
};

#endif
