/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_KV_TASKS_H
#define CHIMAERA_KV_TASKS_H

#include <chimaera/string.h>
#include <chimaera/task.h>

enum sign { SIGN_MINUS = -1, SIGN_PLUS };
enum twin { TWIN_a, TWIN_A };
enum none {};

struct chimaera_kv_put_value_task {
    struct chi_task base;
    IN struct chi_string key;
    IN CHI_ENUM(sign) sign;
    IN CHI_ENUM(twin) twin;
    IN CHI_ENUM(none) none;
};

struct chimaera_kv_get_task {
    struct chi_task base;
    IN struct chi_string key;
    OUT struct chi_string value;
};

#endif
