/* SPDX-License-Identifier: BSD-3-Clause */
/* Create parameters and tasks of the MOD_NAME module; chi_refresh_repo reads this file. */
#ifndef CHIMAERA_MOD_NAME_TASKS_H
#define CHIMAERA_MOD_NAME_TASKS_H

#include <chimaera/string.h>
#include <chimaera/task.h>

/* Zeroed members: defaults. */
struct chimaera_MOD_NAME_create_params {
    IN struct chi_string config_data; /* text that Custom appends; empty: "_processed" */
    IN uint32_t worker_count;         /* lanes of Custom, up to 1024; 0: 4 */
};

struct chimaera_MOD_NAME_custom_task {
    struct chi_task base;
    INOUT struct chi_string data; /* returned with the pool's config_data appended */
    IN uint32_t operation_id;     /* tasks with one id run one at a time, in order; 0: any order */
    OUT uint32_t result;          /* operation_id + 1, the id to use next */
};

/*
 * The tests below number the moments at which their tasks acquire and release a lock: 1, 2, 3 and
 * so on, over all containers. Two tasks overlap if one acquires the lock before the other has
 * released it.
 */
struct chimaera_MOD_NAME_co_mutex_test_task {
    struct chi_task base;
    IN uint32_t test_id; /* selects the lane and thus the worker */
    IN uint64_t hold_ns; /* time to hold the container's mutex */
    OUT uint64_t entered;
    OUT uint64_t left;
};

struct chimaera_MOD_NAME_co_rw_lock_test_task {
    struct chi_task base;
    IN uint32_t test_id; /* selects the lane */
    IN uint32_t writes;  /* 0: locks for reading */
    IN uint64_t hold_ns; /* time to hold the lock that all containers share */
    OUT uint64_t entered;
    OUT uint64_t left;
};

struct chimaera_MOD_NAME_fire_and_forget_test_task {
    struct chi_task base;
    OUT uint64_t count; /* number of these that the container has run, including this one */
};

struct chimaera_MOD_NAME_wait_test_task {
    struct chi_task base;
    IN uint32_t test_id;  /* selects the lane; a subtask has the next number */
    IN uint32_t depth;    /* levels of subtasks to create, up to 1000 */
    OUT uint32_t reached; /* levels that were created */
};

#endif
