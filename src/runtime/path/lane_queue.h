/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queueing and running tasks in lanes of containers. Called by path/, sched/ and host/ on the
 * thread that serves the lanes of `owner`.
 */
#ifndef CHI_RUNTIME_PATH_LANE_QUEUE_H
#define CHI_RUNTIME_PATH_LANE_QUEUE_H

#include "runtime/worker/worker.h"

/* Appends a routed record to a lane of `owner`. Completes it instead if it has to end early. */
void chi_worker_append(struct chi_worker *owner, struct chi_lane *lane, struct chi_record *record);

/* Returns the lane of `owner` in which the record is queued. */
static inline struct chi_lane *chi_worker_lane_of(struct chi_worker *owner,
                                                  const struct chi_record *record)
{
    return record->foreign ? &owner->lanes.foreign : record->lane;
}

/* Updates the counts after a record was removed from a list of a lane of `owner`. */
void chi_worker_unqueue(struct chi_worker *owner, struct chi_lane *lane, struct chi_fifo *fifo);

/*
 * Takes up to `budget` unstarted tasks from the lanes, and runs them on `worker` or sends them to
 * the runner of their lane. Returns their number. A handler may park the fiber.
 */
uint32_t chi_worker_run_lanes(struct chi_worker *worker, struct chi_worker *owner, uint32_t budget);

#endif
