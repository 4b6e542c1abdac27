/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OTHER_RELAY_TASKS_H
#define OTHER_RELAY_TASKS_H

#include <chimaera/task.h>

struct other_relay_add_twice_task {
    struct chi_task base;
    IN chi_pool_id_t tally;
    IN int64_t delta;
    OUT int64_t total;
};

#endif
