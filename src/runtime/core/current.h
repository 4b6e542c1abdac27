/* SPDX-License-Identifier: BSD-3-Clause */
/* The calling thread's worker. */
#ifndef CHI_RUNTIME_CURRENT_H
#define CHI_RUNTIME_CURRENT_H

struct chi_worker;

/* NULL on threads that are no worker's, and between the steps of a stepped runtime. */
extern _Thread_local struct chi_worker *chi_worker_self;

#endif
