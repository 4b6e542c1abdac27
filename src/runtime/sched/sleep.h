/* SPDX-License-Identifier: BSD-3-Clause */
/* A worker without work: how long it polls, and how it sleeps. Called by loop.c on its thread. */
#ifndef CHI_RUNTIME_SCHED_SLEEP_H
#define CHI_RUNTIME_SCHED_SLEEP_H

#include <stdbool.h>
#include <stdint.h>

struct chi_worker;

/* Waits up to `timeout_ns` for epoll events and unparks their waiters. Returns whether any came. */
bool chi_worker_take_events(struct chi_worker *worker, uint64_t timeout_ns);

/* Returns how long to poll before a sleep, in ns. */
uint64_t chi_worker_poll_budget(struct chi_worker *worker);

/* Sleeps until there is something to do; returns at once if there is. Blocks the thread. */
void chi_worker_sleep(struct chi_worker *worker);

#endif
