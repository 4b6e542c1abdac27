/* SPDX-License-Identifier: BSD-3-Clause */
/* Options of a task that is not submitted yet: timeout, period, priority. The maker's thread. */
#include <errno.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "task/task_phase.h"

static bool is_new(struct chi_task *task)
{
    return (atomic_load_explicit(&task->state, memory_order_relaxed) & CHI_TASK_STATE_MASK) ==
           CHI_TASK_UNSUBMITTED;
}

int chi_task_set_timeout(struct chi_task *task, uint64_t timeout_ns)
{
    if (!is_new(task))
        return chi_error(-EINVAL, "a timeout is set before the task is submitted");
    if (task->flags & CHI_TASK_PERIODIC)
        return chi_error(-EINVAL, "a periodic task has no timeout");
    chi_task_put_deadline(task, chi_clock_deadline_ns(chi_clock_now_ns(), timeout_ns));
    return 0;
}

int chi_task_set_period(struct chi_task *task, uint64_t period_ns)
{
    if (!is_new(task))
        return chi_error(-EINVAL, "a period is set before the task is submitted");
    if (task->flags & CHI_TASK_TIMED)
        return chi_error(-EINVAL, "a task with a timeout cannot be periodic");
    if (period_ns == 0)
        return chi_error(-EINVAL, "the period is 0");
    chi_task_put_period(task, period_ns);
    return 0;
}

int chi_task_set_priority(struct chi_task *task, enum chi_priority priority)
{
    if (!is_new(task))
        return chi_error(-EINVAL, "a priority is set before the task is submitted");
    if (priority != CHI_LOW_LATENCY && priority != CHI_HIGH_LATENCY)
        return chi_error(-EINVAL, "%u is no priority", (unsigned)priority);
    if (priority == CHI_HIGH_LATENCY)
        task->flags |= CHI_TASK_HIGH_LATENCY;
    else
        task->flags = (uint16_t)(task->flags & ~CHI_TASK_HIGH_LATENCY);
    return 0;
}

enum chi_priority chi_task_priority(const struct chi_task *task)
{
    return task->flags & CHI_TASK_HIGH_LATENCY ? CHI_HIGH_LATENCY : CHI_LOW_LATENCY;
}
