/* SPDX-License-Identifier: BSD-3-Clause */
/* The third step: the handler is called. */
#ifndef CHI_RUNTIME_RUN_H
#define CHI_RUNTIME_RUN_H

#include "runtime/worker/worker.h"

/* Runs it now; the scheduler only. */
void chi_worker_run(struct chi_worker *worker, struct chi_record *record);

#endif
