/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Routing: the second step of a task, which gets its container and lane. A worker's thread, in the
 * scheduler or in a handler.
 */
#ifndef CHI_RUNTIME_PATH_ROUTE_H
#define CHI_RUNTIME_PATH_ROUTE_H

#include "runtime/worker/worker.h"

/*
 * Prepares a task and appends it to its lane, or completes it with an error.
 *   run_now   runs the task at once if the lane belongs to this worker and is empty; only in the
 *             scheduler, where the handler may park the fiber
 */
void chi_worker_route(struct chi_worker *worker, struct chi_record *record, bool run_now);

/*
 * Appends the tasks that other workers have sent to lanes of `owner`, before other messages. Called
 * between taking items from a client and routing them: the client may have sent earlier tasks by
 * way of another worker (client/routes.h). Caller: the thread that serves the lanes.
 */
void chi_worker_take_deliveries(struct chi_worker *owner);

/*
 * Counts a client's task in the backlog of a worker: tasks in its lanes or on their way there, and
 * parents. The backlog has a maximum, because each task takes private memory. Returns false if it
 * is full; copies and later runs of a periodic task always enter. The code that removes the task
 * from its lane, or that completes the parent, subtracts it.
 */
bool chi_worker_enter_backlog(struct chi_worker *target, const struct chi_record *record);

#endif
