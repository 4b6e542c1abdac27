/* SPDX-License-Identifier: BSD-3-Clause */
/* A task's time, as chi_task_set_timeout() and chi_task_set_period() store it. */
#ifndef CHI_TASK_TASK_TIME_H
#define CHI_TASK_TASK_TIME_H

#include "chimaera/task.h"

/* Of a task that is not done: by its flags, a deadline of the monotonic clock or a period, in ns.
 */
static inline uint64_t chi_task_time_ns(const struct chi_task *task)
{
    return (uint64_t)(uint32_t)task->return_code << 32 | task->time_low;
}

#endif
