/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stepping: a runtime without threads. The thread that started it makes each step of the workers
 * and of control, in an order that a seed decides, with a clock that only this code moves. So a run
 * depends only on the program and the seed. Called by the test kit and by tests.
 *
 * The thread is in turn the application and each worker. During a step it has the worker's
 * allocator, task backend, fiber, last error and errno; between steps its own. The clock is the
 * runtime's in both. Only that thread may call these functions, and no handler.
 */
#ifndef CHI_RUNTIME_HOST_STEPPER_H
#define CHI_RUNTIME_HOST_STEPPER_H

#include <stdbool.h>
#include <stdint.h>

#include "chimaera/types.h"

struct chi_runtime;
struct chi_task;

/* Time at the start, in ns. Not 0, so that a deadline of 0 is always over. */
#define CHI_STEPPER_BEGIN_NS UINT64_C(1000000000)

/*
 * Makes the calling thread the one that steps the runtime. Returns 0, or
 *   -ENOMEM   out of memory
 *   -EPERM    in a handler, or the thread steps another runtime
 */
int chi_stepper_create(struct chi_runtime *runtime);

/* Ends that. Does nothing if the runtime is not stepped. */
void chi_stepper_destroy(struct chi_runtime *runtime);

/*
 * Returns whether the calling thread steps `runtime` and is in no handler, which all functions
 * below require.
 */
CHI_API bool chi_stepper_may_step(const struct chi_runtime *runtime);

/* Runs one round of a worker, given by its index. Returns whether there was anything to do. */
CHI_API bool chi_stepper_step(struct chi_runtime *runtime, uint32_t worker);

/*
 * Steps workers and control until none has anything to do at this time. Returns false if that does
 * not happen, because tasks keep yielding.
 */
CHI_API bool chi_stepper_run(struct chi_runtime *runtime);

/* Moves the clock, from timer to timer, with chi_stepper_run() at each. */
CHI_API void chi_stepper_advance(struct chi_runtime *runtime, uint64_t duration_ns);

/*
 * Steps until `done(argument)` returns true, which is checked before each step. If there is nothing
 * to do, moves the clock to the next timer; while a task waits for a descriptor, that takes as long
 * in real time.
 *   timeout_ns   nanoseconds of the runtime's clock
 * Returns 0, or
 *   -ETIMEDOUT   the timeout is over
 *   -EDEADLK     nothing can happen any more; chi_last_error() says what waits
 */
CHI_API int chi_stepper_wait(struct chi_runtime *runtime, bool (*done)(void *argument),
                             void *argument, uint64_t timeout_ns);

/* Returns the time of the runtime's clock, in ns. */
CHI_API uint64_t chi_stepper_now_ns(const struct chi_runtime *runtime);

/* ---- direct.c: the thread submits private tasks, as a handler does, without a client */

/*
 * Gives the thread a task backend and allocator until chi_direct_close(). Tasks and memory made
 * with them must be freed before that.
 */
CHI_API void chi_direct_open(struct chi_runtime *runtime);

/* Ends that. Does nothing if this thread has not opened the runtime. */
CHI_API void chi_direct_close(struct chi_runtime *runtime);

/* Returns the number of tasks made and not deleted. */
CHI_API uint64_t chi_direct_tasks(const struct chi_runtime *runtime);

/*
 * Submits the task to a container of its pool on a given worker, without pool query and monitor.
 * Returns 0, or
 *   CHI_ENOPOOL            there is no such pool
 *   CHI_ENOMETHOD          the module has no such method
 *   CHI_ESCHEMA            the size of the task differs from the module's
 *   CHI_EQUERY_CONTAINER   the pool has no such container
 *   -EALREADY              the task was submitted before
 *   -EINVAL                there is no such worker, or the task is periodic
 */
CHI_API int chi_direct_start(struct chi_runtime *runtime, struct chi_task *task, uint32_t container,
                             uint32_t worker);

#endif
