/* SPDX-License-Identifier: BSD-3-Clause */
/* Pollers of modules, declared in chimaera/park.h. Called by sched/ on the worker's thread. */
#ifndef CHI_RUNTIME_WORKER_POLLER_H
#define CHI_RUNTIME_WORKER_POLLER_H

#include "chimaera/park.h"
#include "runtime/worker/worker.h"

/* Calls each poller once. Returns whether any of them did something. */
bool chi_worker_poll(struct chi_worker *worker);

/* Returns the data of a poller's epoll events: its address plus 1, so that waiters differ. */
static inline void *chi_poller_event(struct chi_poller *poller)
{
    return (char *)poller + 1;
}

#endif
