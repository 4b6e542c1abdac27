/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/string.h>
#include <chimaera/task.h>

struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN struct chi_string key;
    IN CHI_ENUM(nowhere) mode;
    IN CHI_ENUM(enum nowhere) other;
};

struct chimaera_kv_get_task {
    struct chi_task base;
    IN struct chi_string key;
    OUT struct chi_string value;
};

#endif
