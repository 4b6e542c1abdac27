/* SPDX-License-Identifier: BSD-3-Clause */
/* What the client API does on a worker's thread. */
#ifndef CHI_RUNTIME_SUBTASK_H
#define CHI_RUNTIME_SUBTASK_H

struct chi_worker;

/* Fills in worker->host. The thread that makes the worker. */
void chi_subtask_host_init(struct chi_worker *worker);

#endif
