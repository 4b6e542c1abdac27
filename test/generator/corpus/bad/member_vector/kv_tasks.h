/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/string.h>
#include <chimaera/task.h>

struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN struct chi_string key;
    IN CHI_VECTOR() a;
    IN CHI_VECTOR(struct chi_string) b;
    IN CHI_VECTOR(uint8_t uint8_t) c;
    IN CHI_VECTOR d;
};

struct chimaera_kv_get_task {
    struct chi_task base;
    IN struct chi_string key;
    OUT struct chi_string value;
};

#endif
