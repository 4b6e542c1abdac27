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
    IN uint32_t operation_id;     /* tasks of one id run one at a time, in order; 0: any order */
    OUT uint32_t result;          /* operation_id + 1: the id to use next */
};

/*
 * The tests below number the moments at which their tasks enter and leave what a lock guards: 1, 2,
 * 3 and so on, over all containers. Two tasks overlapped if one entered before the other had left.
 */
struct chimaera_MOD_NAME_co_mutex_test_task {
    struct chi_task base;
    IN uint32_t test_id; /* chooses the lane, and with that the worker */
    IN uint64_t hold_ns; /* how long to hold the container's mutex */
    OUT uint64_t entered;
    OUT uint64_t left;
};

struct chimaera_MOD_NAME_co_rw_lock_test_task {
    struct chi_task base;
    IN uint32_t test_id; /* chooses the lane */
    IN uint32_t writes;  /* 0: locks to read */
    IN uint64_t hold_ns; /* how long to hold the lock, which all containers share */
    OUT uint64_t entered;
    OUT uint64_t left;
};

struct chimaera_MOD_NAME_fire_and_forget_test_task {
    struct chi_task base;
    OUT uint64_t count; /* how many of these the container has run, with this one */
};

struct chimaera_MOD_NAME_wait_test_task {
    struct chi_task base;
    IN uint32_t test_id;  /* chooses the lane; a subtask has the next number */
    IN uint32_t depth;    /* how many levels of subtasks to make, up to 1000 */
    OUT uint32_t reached; /* how many there were */
};

#endif
