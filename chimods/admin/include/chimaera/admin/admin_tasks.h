/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks of the admin module, which creates and destroys pools. Its pool 1.0 exists in every
 * runtime.
 */
#ifndef CHIMAERA_ADMIN_TASKS_H
#define CHIMAERA_ADMIN_TASKS_H

#include <chimaera/string.h>
#include <chimaera/task.h>
#include <chimaera/vector.h>

/* The layout of one of the module's tasks in the client: struct chi_task_hash. */
struct chimaera_admin_task_hash {
    uint64_t hash; /* struct chi_schema */
    uint32_t method;
    uint32_t size; /* bytes */
};

struct chimaera_admin_get_or_create_pool_task {
    struct chi_task base;
    IN struct chi_string mod_name;  /* "<ns>_<mod>" */
    IN struct chi_string pool_name; /* chosen by the user; not empty */
    IN struct chi_string params;
    IN chi_pool_id_t pool_id; /* requested id; {0, 0}: any */
    IN uint32_t containers;   /* per node; 0: any number, 1 for a new pool */
    IN CHI_VECTOR(struct chimaera_admin_task_hash) schemas; /* compared with the module's */
    OUT chi_pool_id_t new_pool_id;
    OUT uint32_t container_count;
    OUT uint8_t created; /* 1: created now; 0: it existed */
    OUT struct chi_string error_message;
};

struct chimaera_admin_destroy_pool_task {
    struct chi_task base;
    IN chi_pool_id_t pool_id;       /* {0, 0}: the pool is selected by name */
    IN struct chi_string pool_name; /* only read if pool_id is {0, 0} */
    IN uint32_t cancel;             /* 1: cancel its queued and parked tasks */
};

struct chimaera_admin_stop_runtime_task {
    struct chi_task base;
    IN uint64_t grace_period_ns; /* for running tasks; UINT64_MAX: runtime.grace_period */
};

struct chimaera_admin_flush_task {
    struct chi_task base;
};

struct chimaera_admin_ping_task {
    struct chi_task base;
};

/* Finds an existing pool by name, by id, or both. */
struct chimaera_admin_open_pool_task {
    struct chi_task base;
    IN struct chi_string mod_name; /* empty: any */
    IN struct chi_string pool_name;
    IN chi_pool_id_t pool_id;
    IN CHI_VECTOR(struct chimaera_admin_task_hash) schemas;
    OUT chi_pool_id_t found_pool_id;
    OUT struct chi_string error_message;
};

#endif
