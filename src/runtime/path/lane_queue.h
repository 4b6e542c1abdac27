/* SPDX-License-Identifier: BSD-3-Clause */
/* Lanes of containers. Caller: the thread that serves the lanes of `owner`. */
#ifndef CHI_RUNTIME_LANE_QUEUE_H
#define CHI_RUNTIME_LANE_QUEUE_H

#include "runtime/worker/worker.h"

/* Puts a routed record on a lane of `owner`'s. */
void chi_worker_append(struct chi_worker *owner, struct chi_lane *lane, struct chi_record *record);
/* In which of `owner`'s lanes the record is queued. */
static inline struct chi_lane *chi_worker_lane_of(struct chi_worker *owner,
                                                  const struct chi_record *record)
{
    return record->foreign ? &owner->lanes.foreign : record->lane;
}

/* Counts one out that was taken from a list of a lane of `owner`'s. */
void chi_worker_unqueue(struct chi_worker *owner, struct chi_lane *lane, struct chi_fifo *fifo);
/* Runs up to `budget` unstarted tasks of them on `worker`; returns how many. */
uint32_t chi_worker_run_lanes(struct chi_worker *worker, struct chi_worker *owner, uint32_t budget);

#endif
