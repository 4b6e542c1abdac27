/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Deadlines and periods: their start and end, and the runs of a periodic task. Called by ingest.c,
 * subtask.c and complete.c, on the thread of the worker that has the record.
 */
#ifndef CHI_RUNTIME_PATH_PERIODIC_H
#define CHI_RUNTIME_PATH_PERIODIC_H

#include "chimaera/task.h"
#include "runtime/core/record.h"
#include "runtime/worker/timing.h"

/*
 * Sets up the timing of a new record that is counted as in flight.
 * Returns 0, or the code with which the caller completes it:
 *   -ECANCELED     it was cancelled already
 *   -ETIMEDOUT     its deadline is over
 *   -EAGAIN        its origin has the maximum of periodic tasks
 *   -ENOMEM        out of memory
 *   CHI_EBADTASK   invalid flags or period
 */
int chi_timing_begin(struct chi_worker *worker, struct chi_record *record);

/*
 * A run has ended with `*rc`. Returns true if the record now waits for the next run. False: the
 * caller completes it with `*rc`, which may have changed.
 */
bool chi_timing_again(struct chi_worker *worker, struct chi_record *record, int *rc);

/* Frees the timing of a record that completes. */
void chi_timing_end(struct chi_record *record);

#endif
