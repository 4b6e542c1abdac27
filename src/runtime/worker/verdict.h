/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Verdicts: whether a task has to end early, and with which code. Called by scans, before a task
 * runs, and by chi_task_cancelled(). The thread that has the record.
 */
#ifndef CHI_RUNTIME_WORKER_VERDICT_H
#define CHI_RUNTIME_WORKER_VERDICT_H

#include <stdint.h>

struct chi_record;
struct chi_worker;

/*
 * Checks the marks of a task: CHI_TASK_CANCEL in its state, the pool's `cancel`, the runtime's
 * `cancel_all`, whether its client lives, and its deadline. The result is kept in record->ended.
 *   now_ns   the time, if the task has a deadline; else anything
 * Returns 0, or
 *   -ECANCELED   it is marked, or its client is gone
 *   -ETIMEDOUT   its deadline is over
 */
int chi_record_verdict(struct chi_worker *worker, struct chi_record *record, uint64_t now_ns);

/*
 * As chi_record_verdict(), for a task whose handler has not begun, or a periodic task between runs.
 * Returns also
 *   CHI_ERUNTIME_DOWN   its client is gone
 *   CHI_ESTOPPING       it is periodic, and the runtime stops
 *   -ECANCELED          it is periodic, and its pool or its client goes
 */
int chi_record_verdict_unstarted(struct chi_worker *worker, struct chi_record *record,
                                 uint64_t now_ns);

#endif
