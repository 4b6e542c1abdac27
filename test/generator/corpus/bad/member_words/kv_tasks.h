/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/task.h>
#include <chimaera/vector.h>

struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN uint8_t class;
    IN uint8_t template[3];
    OUT uint8_t linux;
    IN uint8_t OUT;
    IN uint8_t classic; /* right */
};

struct chimaera_kv_get_task {
    struct chi_task base;
};

#endif
