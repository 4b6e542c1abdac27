/* SPDX-License-Identifier: BSD-3-Clause */
/* What a task's state says. Any thread. */
#include <stdatomic.h>

#include "chimaera/task.h"

bool chi_task_done(const struct chi_task *task)
{
    /* Acquire: pairs with the runtime's exchange to DONE; its outputs are visible. */
    return (atomic_load_explicit(&task->state, memory_order_acquire) & CHI_TASK_STATE_MASK) ==
           CHI_TASK_DONE;
}

uint32_t chi_task_failed(const struct chi_task *task)
{
    uint32_t failed =
        atomic_load_explicit(&task->state, memory_order_acquire) >> CHI_TASK_FAILED_SHIFT;
    return failed > 0 || task->return_code >= 0 ? failed : 1;
}
