/* SPDX-License-Identifier: BSD-3-Clause */
/* What the MOD_NAME module takes and gives; chi_refresh_repo reads this file. */
#ifndef CHIMAERA_MOD_NAME_TASKS_H
#define CHIMAERA_MOD_NAME_TASKS_H

#include <chimaera/string.h>
#include <chimaera/task.h>

/* Zeroed members are defaults. */
struct chimaera_MOD_NAME_create_params {
    IN struct chi_string config_data; /* what Custom appends; empty means "_processed" */
    IN uint32_t worker_count;         /* lanes that Custom is spread over, up to 1024; 0 means 4 */
};

struct chimaera_MOD_NAME_custom_task {
    struct chi_task base;
    INOUT struct chi_string data; /* comes back with the pool's config_data appended */
    IN uint32_t operation_id;     /* tasks of one id run one at a time, in order */
    OUT uint32_t result;          /* operation_id + 1: the id to use next */
};

#endif
