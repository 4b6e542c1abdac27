/* SPDX-License-Identifier: BSD-3-Clause */
/* Runtime side of the twice module: adds. */
#include <chimaera/admin/admin_tasks.h>
#include <test/twice/autogen/twice_runtime_methods.h>
#include <test/twice/twice_tasks.h>

struct test_twice {
    struct chi_container base;
    uint64_t calls;
};

int test_twice_run_create(struct test_twice *self, struct chi_create_task *task,
                          struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    return chi_container_create_queue(&self->base, 0, 1, CHI_LOW_LATENCY);
}

int test_twice_run_destroy(struct test_twice *self, struct chi_destroy_task *task,
                           struct chi_run_context *rctx)
{
    (void)self, (void)task, (void)rctx;
    return 0;
}

int test_twice_run_add(struct test_twice *self, struct test_twice_add_task *task,
                       struct chi_run_context *rctx)
{
    (void)rctx;
    self->calls++;
    task->sum = (uint64_t)task->a + task->b;
    return 0;
}

int test_twice_run_extra(struct test_twice *self, struct test_twice_extra_task *task,
                         struct chi_run_context *rctx)
{
    (void)rctx;
    task->calls = self->calls;
    return 0;
}

#define MONITOR(name, task_type)                                                                   \
    void test_twice_monitor_##name(struct test_twice *self, enum chi_monitor_mode mode,            \
                                   struct task_type *task, struct chi_run_context *rctx)           \
    {                                                                                              \
        (void)task;                                                                                \
        chi_monitor_lane(&self->base, mode, rctx, 0, 0);                                           \
    }
MONITOR(create, chi_create_task)
MONITOR(destroy, chi_destroy_task)
MONITOR(add, test_twice_add_task)
MONITOR(extra, test_twice_extra_task)

CHI_TASK_CC(test_twice, "0.1.0");
