/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Routes: which lane of this client leads to the worker that runs a task. A thread submits to its
 * own lane what it knows nothing about. If another worker ran the task, the task says so when it is
 * done (CHI_TASK_MOVED), and later tasks for that container go to that worker's lane. A container
 * whose lanes belong to several workers gets the lane of the worker that runs most of them.
 *
 * Tasks of one thread for one container, whatever their methods, must not overtake each other in a
 * lane. So a route changes only when the worker of the old lane has passed on every task that took
 * the route: the lane's `routed` says how far it is. The worker of the new lane reads messages from
 * other workers before tasks that it takes from clients. Until then the old route is used, which is
 * longer, not wrong. Tasks for several containers, and those whose containers a monitor chooses,
 * have no route and no such order with others.
 *
 *   route          task goes to               next state
 *   none           the thread's own lane      made by the first task that says it was moved
 *   lane = wanted  `lane`                     most tasks were moved: `wanted` changes
 *   lane < wanted  `lane`                     `routed` has reached `position`: lane = wanted
 *
 * If a pool is destroyed and created anew with the same id and another number of containers, tasks
 * that were sent by the old routes meanwhile have no order with those after them.
 *
 * Each thread has its own; nothing is shared. If the runtime dies, the routes end with the
 * attachment.
 */
#ifndef CHI_CLIENT_ROUTES_H
#define CHI_CLIENT_ROUTES_H

#include "client/attach.h"

struct chi_routes;

struct chi_route {
    uint64_t position; /* the last task on this route, plus 1: in the positions of `lane` */
    uint16_t lane;     /* index in the client's lanes; CHI_NO_LANE: there is no route */
    uint16_t wanted;
    uint16_t sent; /* tasks, lately; of these */
    uint16_t moved;
};

/*
 * Returns the route of a task that is about to be pushed, with `lane` brought up to date; NULL: the
 * thread's own lane.
 */
struct chi_route *chi_route_take(struct chi_routes *routes, const struct chi_client *client,
                                 const struct chi_task *task);

/*
 * Learns from a task that was moved.
 *   routes      NULL: none yet; created here
 *   own         index of the thread's own lane
 *   position    the thread's last push there, plus 1
 * Without memory, and beyond 65536 containers, nothing is learned.
 */
void chi_routes_learn(struct chi_routes **routes, const struct chi_client *client,
                      const struct chi_task *task, uint16_t own, uint64_t position);

/* Frees the routes; NULL is fine. */
void chi_routes_destroy(struct chi_routes *routes);

#endif
