/* SPDX-License-Identifier: BSD-3-Clause */
/* What modules have the worker poll. Its thread. */
#ifndef CHI_RUNTIME_POLLER_H
#define CHI_RUNTIME_POLLER_H

#include "chimaera/park.h"
#include "runtime/worker/worker.h"

/* Calls each poller once; whether any found something to do. */
bool chi_worker_poll(struct chi_worker *worker);

/* What stands for a poller in an event of the worker's epoll: its address, made odd. */
static inline void *chi_poller_event(struct chi_poller *poller)
{
    return (char *)poller + 1;
}

#endif
