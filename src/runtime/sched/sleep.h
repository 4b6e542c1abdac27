/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker does when there is nothing to do: how long it polls, and how it sleeps. Its thread.
 */
#ifndef CHI_RUNTIME_SLEEP_H
#define CHI_RUNTIME_SLEEP_H

#include <stdbool.h>
#include <stdint.h>

struct chi_worker;

/* Waits up to `timeout_ns` for epoll events and unparks their waiters. Returns whether any came. */
bool chi_worker_take_events(struct chi_worker *worker, uint64_t timeout_ns);

/* How long to poll before sleeping, in ns. */
uint64_t chi_worker_poll_budget(struct chi_worker *worker);

/* Sleeps until there is something to do, if there is nothing now. */
void chi_worker_sleep(struct chi_worker *worker);

#endif
