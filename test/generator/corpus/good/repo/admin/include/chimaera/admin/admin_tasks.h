/* SPDX-License-Identifier: BSD-3-Clause */
/* Tasks of the admin module: pools come and go through them. Pool 1.0 is always there. */
#ifndef CHIMAERA_ADMIN_TASKS_H
#define CHIMAERA_ADMIN_TASKS_H

#include <chimaera/string.h>
#include <chimaera/task.h>

struct chimaera_admin_get_or_create_pool_task {
    struct chi_task base;
    IN struct chi_string mod_name;  /* "<ns>_<mod>" */
    IN struct chi_string pool_name; /* the user's; never empty */
    IN struct chi_string params;
    IN chi_pool_id_t pool_id; /* the id asked for; {0, 0}: any */
    IN uint32_t containers;   /* per node; 0 means 1 */
    OUT chi_pool_id_t new_pool_id;
    OUT uint8_t created; /* 1: made now; 0: it was there */
    OUT struct chi_string error_message;
};

struct chimaera_admin_destroy_pool_task {
    struct chi_task base;
    IN chi_pool_id_t pool_id;
};

struct chimaera_admin_stop_runtime_task {
    struct chi_task base;
    IN uint64_t grace_period_ns; /* how long running tasks may take; UINT64_MAX: as configured */
};

struct chimaera_admin_flush_task {
    struct chi_task base;
};

#endif
