/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The orchestrator. When a task holds a worker for longer than runtime.stall_ms, another worker
 * serves its lanes, of containers and of clients, until the task has ended or parked. The control
 * thread scans the workers and moves lanes; workers accept and return lent lanes.
 *
 * All lanes of a worker move together and stay the lanes of their owner, so senders notice nothing
 * and the order of arrival stays. Tasks that have begun stay behind, because a fiber stays on its
 * thread. A lane with such tasks sends new ones to their thread (see struct chi_lane).
 *
 * Two words decide which thread may access a worker's lanes. `current` is written by the worker:
 * the task that runs, or NULL in the scheduler, which alone accesses the lanes. `takeover` is set
 * by the orchestrator.
 *
 *   worker, a handler has returned or parks       orchestrator
 *   ---------------------------------------       ------------
 *   current = NULL                                takeover = 1
 *   (only the compiler's order)                   membarrier()
 *   if takeover: wait until it is 0               if current is NULL: takeover = 0
 *   access the lanes                              else: another worker may serve the lanes
 *
 * Each side writes, then reads what the other writes. membarrier() makes the barrier of the worker,
 * on all processors, so that the path of a task costs only a load and a branch.
 *
 * | lanes of T  | server | takeover | next                                                       |
 * |-------------|--------|----------|------------------------------------------------------------|
 * | at home     | T      | 0        | taken over, if the orchestrator finds T held               |
 * | taken over  | T      | 1        | at home, if T is in its scheduler or no worker can serve   |
 * |             |        |          | them (then lanes lent to T go home); else on their way     |
 * | on their way| none   | 1        | lent, when V handles the message; V cannot refuse it       |
 * | lent, to V  | V      | 1        | at home, when T wants them; if V is held, as taken over    |
 *
 * V accepts and returns lanes only in its scheduler, and T waits for its lanes before it goes on.
 * So a worker in its scheduler serves its own lanes. Waits form no cycle: V accepted T's lanes
 * while it had its own, so a chain of waiting workers leads to ever later takeovers.
 * test/model/handover.pml checks the protocol, and that it fails without the barrier.
 */
#ifndef CHI_RUNTIME_SCHED_ORCHESTRATOR_H
#define CHI_RUNTIME_SCHED_ORCHESTRATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chi_runtime;
struct chi_worker;

/*
 * Registers the process for membarrier(). Returns false if the kernel has none; lanes then stay at
 * home. The thread that starts the runtime.
 */
bool chi_orchestrator_start(void);

/*
 * Scans all workers and moves the lanes of held ones. The control thread, or a test in its place.
 *   now_ns   the time, not before that of the last call
 * Returns the milliseconds until the next scan; -1: when woken, as all workers are idle.
 */
int chi_orchestrator_scan(struct chi_runtime *runtime, uint64_t now_ns);

/*
 * Requests that all lanes go home and blocks until they have. After the last scan, on the thread
 * that stops the runtime.
 *   timeout_ns   nanoseconds from now
 * Returns false if some lanes are not at home then.
 */
bool chi_orchestrator_recall(struct chi_runtime *runtime, uint64_t timeout_ns);

/*
 * Describes the task that runs on a worker, as chi_record_describe(), while the worker cannot go on
 * with it. After chi_orchestrator_recall(), on its thread. Returns false if no task runs there, or
 * if that is not safe: its lanes are not at home, or the kernel has no membarrier().
 */
bool chi_orchestrator_describe(struct chi_worker *worker, char *text, size_t size);

/* Returns lent lanes that are wanted back and serves the others. In the scheduler of `worker`.
 * Returns whether there was anything to do. */
bool chi_worker_serve_lent(struct chi_worker *worker);

#endif
