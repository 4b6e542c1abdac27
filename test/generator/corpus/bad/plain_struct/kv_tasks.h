/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/string.h>
#include <chimaera/task.h>

struct inner {
    IN uint32_t a;
    struct chi_string text;
    CHI_VECTOR(uint8_t) list;
    struct inner again;
    chi_pool_query_t query;
};

struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN struct chi_string key;
    IN struct inner inner;
};

struct chimaera_kv_get_task {
    struct chi_task base;
    IN struct chi_string key;
    OUT struct chi_string value;
};

#endif
