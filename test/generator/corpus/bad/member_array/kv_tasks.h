/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/string.h>
#include <chimaera/task.h>

struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN struct chi_string key;
    IN uint8_t a[SIZE];
    IN uint8_t b[0];
    IN uint8_t c[2][2];
    IN struct chi_string d[2];
    IN uint8_t e[70000];
    IN uint8_t f[2 * 3];
    IN uint8_t g[];
};

struct chimaera_kv_get_task {
    struct chi_task base;
    IN struct chi_string key;
    OUT struct chi_string value;
};

#endif
