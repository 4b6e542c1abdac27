/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The work orchestrator: when a task holds a worker for longer than runtime.stall_ms, another
 * worker serves that one's lanes, of containers and of clients alike, until the task has ended or
 * parked. The control thread looks and decides; workers take over and give back.
 *
 * A worker's lanes go as a whole, under their worker's name: who sends to them notices nothing, and
 * the order of arrival stays what it was. What stays behind are the tasks that have begun: a fiber
 * stays on its thread. A lane with such tasks sends new ones after them (see struct chi_lane).
 *
 * Who may touch a worker's lanes is told by two words. `current`, the worker's own: the task that
 * runs, NULL in the scheduler; only there it touches its lanes. `claim`, the orchestrator's.
 *
 *   worker, a handler has returned or parks       orchestrator
 *   ---------------------------------------       ------------
 *   current = NULL                                claim = 1
 *   (nothing but the compiler's order)            membarrier()
 *   if claim: wait until it is 0                  if current is NULL: claim = 0
 *   touch the lanes                               else: the lanes are another's to serve
 *
 * Each side writes, then reads what the other writes. The barrier that the worker leaves out is
 * made by membarrier() on all processors, so that the path of a task pays for a load and a branch.
 *
 * | lanes of T are | server | claim | next                                                      |
 * |----------------|--------|-------|-----------------------------------------------------------|
 * | at home        | T      | 0     | claimed, by the orchestrator that found T stalled         |
 * | claimed        | T      | 1     | at home, if T is in its scheduler or nobody can take them |
 * |                |        |       | (then only T's guests go home); else on their way         |
 * | on their way   | none   | 1     | away, when the message is handled; it cannot be refused   |
 * | away, at V     | V      | 1     | at home, when T wants them; or, if V stalls, as claimed   |
 *
 * V takes and gives in its scheduler alone, and T waits for its lanes before it goes on; so whoever
 * is in a scheduler serves its own lanes, and nobody waits for one that waits for it: V took T's
 * lanes while it had its own, so a chain of those that wait leads to ever later hand-overs.
 * test/model/handover.pml checks the words, and that they fail without the barrier.
 */
#ifndef CHI_RUNTIME_ORCHESTRATOR_H
#define CHI_RUNTIME_ORCHESTRATOR_H

#include <stdbool.h>
#include <stdint.h>

struct chi_runtime;
struct chi_worker;

/* Readies the process; false where the kernel has no membarrier(): then lanes stay where they are.
 */
bool chi_orchestrator_start(void);

/*
 * Looks at every worker and moves the lanes of those that have stalled. Control thread, or a test's
 * in its place. `now_ns` only ever grows. Returns after how many milliseconds to look again; -1:
 * when woken, for no worker has anything to do.
 */
int chi_orchestrator_scan(struct chi_runtime *runtime, uint64_t now_ns);

/*
 * Asks for all lanes back and waits until they are at home; nobody looks any more. False where some
 * were not after `timeout_ns`.
 */
bool chi_orchestrator_recall(struct chi_runtime *runtime, uint64_t timeout_ns);

/* Scheduler: gives back the lanes that are wanted, and serves the others for a while. */
bool chi_worker_serve_lent(struct chi_worker *worker);

#endif
