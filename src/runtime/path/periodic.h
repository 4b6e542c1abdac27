/* SPDX-License-Identifier: BSD-3-Clause */
/* Deadlines and periods: how they begin and end, and the runs of a periodic task. The thread of the
 * worker that has the record. */
#ifndef CHI_RUNTIME_PERIODIC_H
#define CHI_RUNTIME_PERIODIC_H

#include "chimaera/task.h"
#include "runtime/core/record.h"
#include "runtime/worker/timing.h"

/* A new, counted record: 0, or why it is to be completed at once: -ECANCELED, -ETIMEDOUT, -ENOMEM,
 * CHI_EBADTASK, -EAGAIN where its origin has too many periodic tasks. */
int chi_timing_begin(struct chi_worker *worker, struct chi_record *record);

/* A run has ended with `*rc`. True: the record rests until the next one. False: complete it, with
 * what `*rc` is now. */
bool chi_timing_again(struct chi_worker *worker, struct chi_record *record, int *rc);

/* The record is counted out: frees what is kept of it here. */
void chi_timing_end(struct chi_record *record);

#endif
