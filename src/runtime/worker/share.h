/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Clients share the fibers of a worker. Each client may always have `client_share` tasks waiting
 * there; those that clients have beyond that are `common_room` together at most. So one that lets
 * as many tasks wait as it may keeps nobody else out, and neither do many such clients.
 *
 * Whether a task may start is asked where it would: its client's ingress lane is left alone while
 * it may not, and a task whose turn comes in a lane of a container is set aside until it may, so
 * that those of other clients behind it go on. Tasks set aside keep their order and are in the
 * worker's counts as in their lanes. Subtasks are never asked: others wait for them.
 *
 * | member                  | who touches it                      |
 * |-------------------------|-------------------------------------|
 * | share.parked and sums   | the worker's thread                 |
 * | share.deferred, .next      | whoever serves the worker's lanes   |
 *
 * When a client dies its tasks that wait are counted until they end, and its slot has no new tenant
 * before. Those set aside start at once, which ends them: see chi_worker_run().
 */
#ifndef CHI_RUNTIME_SHARE_H
#define CHI_RUNTIME_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cpu.h"
#include "runtime/core/origin.h"
#include "runtime/worker/worker.h"

struct chi_origin;
struct chi_record;
struct chi_runtime;
struct chi_worker;

/* Divides the fibers of a worker according to the configuration: sets `client_share` and so on. */
void chi_share_divide(struct chi_runtime *runtime);

/* A client's task of this worker's waits, or does no longer. */
void chi_share_park(struct chi_worker *worker, const struct chi_record *record);
void chi_share_unpark(struct chi_worker *worker, const struct chi_record *record);

/* Slow part of chi_share_has_room(). */
bool chi_share_has_own_room(const struct chi_worker *worker, const struct chi_origin *origin);

/* Whether tasks of that client are set aside in lanes of `owner`'s: others of it come after them.
 */
bool chi_share_has_deferred(const struct chi_worker *owner, const struct chi_origin *origin);

/* Sets a client's record aside that was taken from a lane of `owner`'s, but not counted out. */
void chi_share_defer(struct chi_worker *owner, struct chi_record *record);

/* Takes the next deferred record that may start on `worker`; NULL: none. The caller counts it out
 * of its lane. */
struct chi_record *chi_share_take_deferred(struct chi_worker *worker, struct chi_worker *owner);

/* Takes clients without tasks set aside off the worker's list of those with. */
void chi_share_drop_empty(struct chi_worker *owner);

/* The most fibers a worker can have: what the process's mappings allow. */
uint32_t chi_share_fiber_cap(const struct chi_runtime *runtime);

/* Whether another subtask of this worker's can be sure of a fiber. */
bool chi_share_has_subtask_room(struct chi_worker *worker);

/* Whether another task of that client may wait on this worker; its thread. */
static inline bool chi_share_has_room(const struct chi_worker *worker,
                                      const struct chi_origin *origin)
{
    return CHI_LIKELY(worker->waits.clients < worker->runtime->common_room) ||
           chi_share_has_own_room(worker, origin);
}

/* Whether a client's task of `owner`'s lanes may start on `worker`, which serves them. */
static inline bool chi_share_may_start(const struct chi_worker *worker,
                                       const struct chi_worker *owner,
                                       const struct chi_origin *origin)
{
    return chi_share_has_room(worker, origin) &&
           (CHI_LIKELY(STAILQ_EMPTY(&owner->lanes.deferred)) ||
            !chi_share_has_deferred(owner, origin));
}

#endif
