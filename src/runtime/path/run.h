/* SPDX-License-Identifier: BSD-3-Clause */
/* Running: the third step of a task, which calls its handler. */
#ifndef CHI_RUNTIME_PATH_RUN_H
#define CHI_RUNTIME_PATH_RUN_H

#include "runtime/worker/worker.h"

/*
 * Runs the task, or completes it if it has to end early. Only in the scheduler of `worker`; returns
 * when the handler has returned or parked.
 */
void chi_worker_run(struct chi_worker *worker, struct chi_record *record);

#endif
