/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a task has to end before its time, and with which code. Workers' threads. */
#ifndef CHI_RUNTIME_VERDICT_H
#define CHI_RUNTIME_VERDICT_H

#include <stdint.h>

struct chi_record;
struct chi_worker;

/*
 * Why a task on this worker is to end: 0, -ECANCELED, -ETIMEDOUT; remembered in record->ended.
 * Marks are: CHI_TASK_CANCEL in the task's state, the pool's `cancel`, the runtime's `cancel_all`,
 * the deadline.
 */
int chi_record_verdict(struct chi_worker *worker, struct chi_record *record, uint64_t now_ns);

/* The same for one whose handler has not begun: also where its client is gone, and, for a periodic
 * task, where pool or runtime take no more. */
int chi_record_verdict_unstarted(struct chi_worker *worker, struct chi_record *record,
                                 uint64_t now_ns);

#endif
