/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Completing: the last step of a task, to which all other steps lead, exactly once. Called by all
 * of path/ and by host/call.c and host/direct.c. A worker's thread; never parks.
 */
#ifndef CHI_RUNTIME_PATH_COMPLETE_H
#define CHI_RUNTIME_PATH_COMPLETE_H

#include "runtime/worker/worker.h"

/* Completes a task with return code `rc`. The record may be freed afterwards. */
void chi_worker_complete(struct chi_worker *worker, struct chi_record *record, int rc);

/* Completes a client's task that has no record. `bits` are set in its state besides DONE. */
void chi_worker_complete_shared(struct chi_origin *origin, struct chi_task *shared, int rc,
                                uint32_t bits);

/* Frees the record of a client's task whose memory the client has released; writes nothing there.
 */
void chi_worker_drop(struct chi_worker *worker, struct chi_record *record);

/* Ends the task's use of its lane in this run, which ends with `rc`. */
void chi_worker_leave_lane(struct chi_worker *worker, struct chi_record *record, int rc);

/*
 * Counts a record as in flight in its origin.
 *   owner   the worker of its ingress lane, whose `parity` applies; else `worker`
 */
void chi_worker_count(struct chi_worker *worker, const struct chi_worker *owner,
                      struct chi_record *record);

/* Counts it as not in flight until its next run. */
void chi_worker_uncount_run(struct chi_worker *worker, struct chi_record *record);

/* Returns the client's task at `offset` of the main segment. */
static inline struct chi_task *chi_worker_shared_task(const struct chi_worker *worker,
                                                      uint64_t offset)
{
    return (struct chi_task *)(void *)((char *)worker->runtime->segments[CHI_SEGMENT_MAIN].base +
                                       offset);
}

#endif
