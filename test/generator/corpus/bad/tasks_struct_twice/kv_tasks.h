/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/string.h>
#include <chimaera/task.h>

struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN struct chi_string key;
    OUT uint64_t version;
};

struct chimaera_kv_get_task {
    struct chi_task base;
    IN struct chi_string key;
    OUT struct chi_string value;
};

struct chimaera_kv_get_task {
    struct chi_task base;
};

#endif
