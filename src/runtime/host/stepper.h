/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A runtime without threads: the thread that started it makes each step of workers and control by
 * hand, in an order that a seed decides, in a time that moves only when it is told to. So a run
 * depends on nothing but what the program does and the seed.
 *
 * The thread is by turns the application and each worker. During a step it has the worker's host,
 * fiber, last error and errno; between steps its own. The time is the runtime's in both. Only that
 * thread may call; handlers may not.
 */
#ifndef CHI_RUNTIME_STEPPER_H
#define CHI_RUNTIME_STEPPER_H

#include <stdbool.h>
#include <stdint.h>

#include "chimaera/types.h"

struct chi_runtime;
struct chi_task;

/* When the runtime starts; so a deadline of 0 is always over. */
#define CHI_STEPPER_BEGIN_NS UINT64_C(1000000000)

/* The calling thread is the one that steps from here on. 0, -ENOMEM, -EPERM in a handler. */
int chi_stepper_create(struct chi_runtime *runtime);
/* NULL stepper: nothing. */
void chi_stepper_destroy(struct chi_runtime *runtime);

/* Whether the calling thread is the one that steps `runtime`, and no handler. All below needs that.
 */
CHI_API bool chi_stepper_may_step(const struct chi_runtime *runtime);

/* One round of worker `worker`. Whether it did anything. */
CHI_API bool chi_stepper_step(struct chi_runtime *runtime, uint32_t worker);

/* Steps workers and control until none has anything to do at this time. False where that does not
 * come, because tasks keep yielding. */
CHI_API bool chi_stepper_run(struct chi_runtime *runtime);

/* Moves the time on, timer by timer, each time until nothing is left to do. */
CHI_API void chi_stepper_advance(struct chi_runtime *runtime, uint64_t duration_ns);

/*
 * Steps until `done(argument)`, checked before each step. Where nothing is left to do, goes on to
 * the next timer; while a task waits for a descriptor, the time to it passes as on the clock. 0;
 * -ETIMEDOUT after `timeout_ns` of the runtime's time; -EDEADLK where nothing can happen any more,
 * with chi_last_error() saying what waits.
 */
CHI_API int chi_stepper_wait(struct chi_runtime *runtime, bool (*done)(void *argument),
                             void *argument, uint64_t timeout_ns);

CHI_API uint64_t chi_stepper_now_ns(const struct chi_runtime *runtime);

/* ---- direct.c: the calling thread submits private tasks, as a handler does, without a client. */

/* Gives this thread a host of its own until chi_direct_close(). Tasks and memory made with it must
 * be freed before. */
CHI_API void chi_direct_open(struct chi_runtime *runtime);
CHI_API void chi_direct_close(struct chi_runtime *runtime);
/* Tasks made and not deleted. */
CHI_API uint64_t chi_direct_tasks(const struct chi_runtime *runtime);

/*
 * Submits the task to the handler of container `container` of its pool on worker `worker`, past
 * query and monitor. 0; CHI_ENOPOOL, CHI_ENOMETHOD, CHI_ESCHEMA, CHI_EQUERY_CONTAINER, -EALREADY,
 * -EINVAL (no such worker).
 */
CHI_API int chi_direct_start(struct chi_runtime *runtime, struct chi_task *task, uint32_t container,
                             uint32_t worker);

#endif
