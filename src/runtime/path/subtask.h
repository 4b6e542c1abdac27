/* SPDX-License-Identifier: BSD-3-Clause */
/* The task backend of workers: what the task API of clients does inside a handler. */
#ifndef CHI_RUNTIME_PATH_SUBTASK_H
#define CHI_RUNTIME_PATH_SUBTASK_H

struct chi_worker;

/* Sets worker->allocator and worker->backend. The thread that creates the worker. */
void chi_subtask_backend_init(struct chi_worker *worker);

#endif
