/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/task.h>
#include <chimaera/vector.h>

struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN OUT uint8_t both;
    OUT OUT uint8_t twice;
    uint8_t IN behind;
};

struct chimaera_kv_get_task {
    struct chi_task base;
};

#endif
