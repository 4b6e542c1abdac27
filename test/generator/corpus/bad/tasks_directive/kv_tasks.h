/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/task.h>
#include <chimaera/vector.h>

struct chimaera_kv_put_value_task {
    struct chi_task base;
#include "more_members.h"
#pragma pack(1)
#define KV_ONE 1 /* harmless */
    IN uint8_t x[KV_ONE];
};

struct chimaera_kv_get_task {
    struct chi_task base;
};

#endif
