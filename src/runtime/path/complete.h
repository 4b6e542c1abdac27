/* SPDX-License-Identifier: BSD-3-Clause */
/* The last step: every way out of the others leads here, once. A worker's thread. */
#ifndef CHI_RUNTIME_COMPLETE_H
#define CHI_RUNTIME_COMPLETE_H

#include "runtime/worker/worker.h"

/* Completes it with a code; the record may be gone afterwards. */
void chi_worker_complete(struct chi_worker *worker, struct chi_record *record, int rc);
/* The same for a client's task of which no record exists. */
void chi_worker_complete_shared(struct chi_origin *origin, struct chi_task *shared, int rc,
                                uint32_t failed);
/* Ends a client's record without a word to the client, whose memory is not there any more. */
void chi_worker_drop(struct chi_worker *worker, struct chi_record *record);
/* The task's last use of its lane in this run; `rc` is what it ends with. */
void chi_worker_leave_lane(struct chi_worker *worker, struct chi_record *record, int rc);
/* Counts a new record in; `owner` is the worker whose count of the origin's it goes by. */
void chi_worker_count(struct chi_worker *worker, const struct chi_worker *owner,
                      struct chi_record *record);
/* Counts it out until its next run. */
void chi_worker_uncount_run(struct chi_worker *worker, struct chi_record *record);

/* The client's own task. */
static inline struct chi_task *chi_worker_shared_task(const struct chi_worker *worker,
                                                      uint64_t offset)
{
    return (struct chi_task *)(void *)((char *)worker->runtime->segments[CHI_SEGMENT_MAIN].base +
                                       offset);
}

#endif
