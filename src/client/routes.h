/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Routes: which lane of this client leads to the worker that runs a task. A thread submits to its
 * own lane what it knows nothing about. If another worker ran the task, the task says so when it is
 * done (CHI_TASK_MOVED), and later tasks of that method and container go to that worker's lane.
 *
 * Tasks of one thread for one method and container must not overtake each other. (Those of
 * different methods that share a lane can, while one has its route and the other has not.) So a
 * route changes only when the worker of the old lane has passed on every task that took the route:
 * the lane's `routed` says how far it is. The worker of the new lane reads messages from other
 * workers before tasks that it takes from clients. Until then the old route is used, which is
 * longer, not wrong.
 *
 *   route          task goes to               next state
 *   none           the thread's own lane      made by the first task that says it was moved
 *   lane = wanted  `lane`                     moved again: `wanted` changes
 *   lane < wanted  `lane`                     `routed` has reached `position`: lane = wanted
 *
 * Each thread has its own; nothing is shared.
 */
#ifndef CHI_CLIENT_ROUTES_H
#define CHI_CLIENT_ROUTES_H

#include "client/attach.h"

#define CHI_ROUTES_MAX 4096u /* of a thread; what finds no room goes to the thread's own lane */

struct chi_routes;

struct chi_route {
    chi_pool_id_t pool;
    uint32_t method;
    uint32_t container; /* a number, or one of those in routes.c */
    uint64_t position;  /* the last task on this route, plus 1: in the positions of `lane` */
    uint16_t lane;      /* index in the client's lanes */
    uint16_t wanted;
    uint32_t containers; /* of the pool: entries of that kind only */
};

/* Returns the route of the task, with `lane` brought up to date; NULL: the thread's own lane. */
struct chi_route *chi_route_of(struct chi_routes *routes, const struct chi_client *client,
                               const struct chi_task *task);

/*
 * Learns from a task that was moved.
 *   routes      NULL: none yet; created here
 *   own         index of the thread's own lane
 *   position    the thread's last push there, plus 1
 * Without memory nothing is learned.
 */
void chi_routes_learn(struct chi_routes **routes, const struct chi_client *client,
                      const struct chi_task *task, uint16_t own, uint64_t position);

void chi_routes_destroy(struct chi_routes *routes);

#endif
