/* SPDX-License-Identifier: BSD-3-Clause */
/* What a caller says of a task before it is submitted. Its maker's thread; writes the task alone.
 */
#include "task/task_time.h"

#include <errno.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "chimaera/status.h"

static bool is_new(struct chi_task *task)
{
    return (atomic_load_explicit(&task->state, memory_order_relaxed) & CHI_TASK_STATE_MASK) ==
           CHI_TASK_UNSUBMITTED;
}

static void set_time(struct chi_task *task, uint64_t time_ns)
{
    task->time_low = (uint32_t)time_ns;
    task->return_code = (int32_t)(uint32_t)(time_ns >> 32);
}

int chi_task_set_timeout(struct chi_task *task, uint64_t timeout_ns)
{
    if (!is_new(task))
        return chi_error(-EINVAL, "a timeout is set before the task is submitted");
    if (task->flags & CHI_TASK_PERIODIC)
        return chi_error(-EINVAL, "a periodic task has no timeout");
    set_time(task, chi_clock_deadline_ns(chi_clock_now_ns(), timeout_ns));
    task->flags |= CHI_TASK_TIMED;
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
    set_time(task, period_ns);
    task->flags |= CHI_TASK_PERIODIC;
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
