/* SPDX-License-Identifier: BSD-3-Clause */
/* State of one stress container, and what its handlers share. */
#ifndef TEST_STRESS_RUNTIME_H
#define TEST_STRESS_RUNTIME_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/comutex.h>
#include <chimaera/container.h>
#include <chimaera/corwlock.h>
#include <stdatomic.h>
#include <test/stress/stress_tasks.h>

enum { TEST_STRESS_QUEUE, TEST_STRESS_QUEUE_SLOW };

/* Locks, and what each protects: plain variables, so that ThreadSanitizer looks at them too. */
struct test_stress_guarded {
    struct chi_comutex mutex;
    uint64_t under_mutex;
    struct chi_corwlock rw;
    uint64_t under_rw;
};

struct test_stress {
    struct chi_container base;
    struct test_stress_guarded guarded[TEST_STRESS_LOCKS];
    _Atomic(uint64_t) sections;           /* that changed what is guarded */
    _Atomic(uint64_t) visits;             /* all */
    _Atomic(uint64_t) estimated, cleaned; /* calls of the monitors */
};

extern _Atomic(uint64_t) test_stress_intrusions; /* into sections of all pools */

void test_stress_began(uint32_t id);
void test_stress_ended(uint32_t id);

/* Parks the calling fiber. 0, or what cut it short. */
int test_stress_walk(const struct test_stress_steps *steps);

/* How many of its lanes and tasks are not at rest. */
uint64_t test_stress_unsettled(struct test_stress *self);

void test_stress_monitor_load(struct test_stress *self, enum chi_monitor_mode mode,
                              struct chi_run_context *rctx);

/* A monitor that routes to the lane the task names, in the queue of its priority. */
#define TEST_STRESS_MONITOR(method, lane)                                                          \
    void test_stress_monitor_##method(struct test_stress *self, enum chi_monitor_mode mode,        \
                                      struct test_stress_##method##_task *task,                    \
                                      struct chi_run_context *rctx)                                \
    {                                                                                              \
        chi_monitor_query_by_hash(mode, &task->base, lane);                                        \
        chi_monitor_by_priority(&self->base, mode, &task->base, rctx, TEST_STRESS_QUEUE,           \
                                TEST_STRESS_QUEUE_SLOW, (lane) % TEST_STRESS_LANES);               \
        test_stress_monitor_load(self, mode, rctx);                                                \
    }

#endif
