/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHIMAERA_MOD_NAME_TASKS_H
#define CHIMAERA_MOD_NAME_TASKS_H
#include <chimaera/string.h>
#include <chimaera/task.h>
CHI_BEGIN_DECLS
struct chimaera_MOD_NAME_custom_task {
    struct chi_task base;
    INOUT struct chi_string data;
    IN uint32_t operation_id;
};
struct chimaera_MOD_NAME_co_mutex_test_task {
    struct chi_task base;
    IN uint32_t hold_ms;
};
struct chimaera_MOD_NAME_co_rw_lock_test_task {
    struct chi_task base;
    IN uint8_t is_writer;
};
CHI_END_DECLS
#endif
