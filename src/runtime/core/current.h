/* SPDX-License-Identifier: BSD-3-Clause */
/* The worker of the calling thread. Defined in runtime.c; set by worker/lifetime.c. */
#ifndef CHI_RUNTIME_CORE_CURRENT_H
#define CHI_RUNTIME_CORE_CURRENT_H

struct chi_worker;

/* NULL on threads that belong to no worker, and between the steps of a stepped runtime. */
extern _Thread_local struct chi_worker *chi_worker_self;

#endif
