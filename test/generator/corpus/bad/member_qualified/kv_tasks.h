/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/string.h>
#include <chimaera/task.h>

struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN struct chi_string key;
    IN const uint64_t version;
    IN volatile uint8_t flag;
    IN enum colour colour;
};

struct chimaera_kv_get_task {
    struct chi_task base;
    IN struct chi_string key;
    OUT struct chi_string value;
};

#endif
