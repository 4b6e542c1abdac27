/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Clients share the fibers of a worker. Each client may always have `client_share` parked tasks on
 * it; those that clients have beyond their shares are at most `common_room` together. So a client
 * with many parked tasks does not keep others from working, and neither do many such clients.
 *
 * The share is checked where a task would start. While no task of a client may start, its ingress
 * lanes are not polled. A task that reaches the front of a container's lane and may not start is
 * deferred, so that tasks of other clients behind it go on. Deferred tasks keep their order, and
 * count as unstarted in the worker and in their lanes. Subtasks are not checked: others wait for
 * them.
 *
 * | member                          | accessed by                                |
 * |---------------------------------|--------------------------------------------|
 * | share.parked; worker.waits      | the worker's thread                        |
 * | share.deferred, share.next      | the thread that serves the worker's lanes  |
 *
 * When a client is gone, its parked tasks count until they end, and its slot is not used again
 * before that. Its deferred tasks start at once, which ends them: see chi_worker_run().
 */
#ifndef CHI_RUNTIME_WORKER_SHARE_H
#define CHI_RUNTIME_WORKER_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cpu.h"
#include "runtime/core/origin.h"
#include "runtime/worker/worker.h"

struct chi_origin;
struct chi_record;
struct chi_runtime;
struct chi_worker;

/*
 * Computes client_share, common_room and clients_room from the configuration. The thread that
 * starts the runtime.
 */
void chi_share_divide(struct chi_runtime *runtime);

/* Counts a parked task of a client. The worker's thread. */
void chi_share_park(struct chi_worker *worker, const struct chi_record *record);

/* Ends that when the task is resumed. The worker's thread. */
void chi_share_unpark(struct chi_worker *worker, const struct chi_record *record);

/* Slow path of chi_share_has_room(). */
bool chi_share_has_own_room(const struct chi_worker *worker, const struct chi_origin *origin);

/*
 * Returns whether the client has deferred tasks in lanes of `owner`; later ones stay behind them.
 * This and the next three: the thread that serves the lanes of `owner`.
 */
bool chi_share_has_deferred(const struct chi_worker *owner, const struct chi_origin *origin);

/* Defers a record of a client, which was taken from a lane of `owner` and still counts there. */
void chi_share_defer(struct chi_worker *owner, struct chi_record *record);

/*
 * Takes the next deferred record that may start on `worker`; NULL if there is none. The caller
 * calls chi_worker_unqueue().
 */
struct chi_record *chi_share_take_deferred(struct chi_worker *worker, struct chi_worker *owner);

/* Removes shares without deferred tasks from the worker's list. */
void chi_share_drop_empty(struct chi_worker *owner);

/* Returns the maximum number of fibers of a worker, which the limit of mappings sets. */
uint32_t chi_share_fiber_cap(const struct chi_runtime *runtime);

/* Returns whether a fiber is free for another subtask of this worker. Its thread. */
bool chi_share_has_subtask_room(struct chi_worker *worker);

/* Returns whether another task of the client may park on this worker. The worker's thread. */
static inline bool chi_share_has_room(const struct chi_worker *worker,
                                      const struct chi_origin *origin)
{
    return CHI_LIKELY(worker->waits.clients < worker->runtime->common_room) ||
           chi_share_has_own_room(worker, origin);
}

/* Returns whether a client's task of the lanes of `owner` may start on `worker`, which serves them.
 */
static inline bool chi_share_may_start(const struct chi_worker *worker,
                                       const struct chi_worker *owner,
                                       const struct chi_origin *origin)
{
    return chi_share_has_room(worker, origin) &&
           (CHI_LIKELY(STAILQ_EMPTY(&owner->lanes.deferred)) ||
            !chi_share_has_deferred(owner, origin));
}

#endif
