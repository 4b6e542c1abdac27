/* SPDX-License-Identifier: BSD-3-Clause */
/* The scheduling loop of a worker. */
#ifndef CHI_RUNTIME_LOOP_H
#define CHI_RUNTIME_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct chi_worker;

/* Runs until the worker is asked to stop. On a fiber of the worker's thread. */
void chi_worker_loop(struct chi_worker *worker);

/* The same for a worker without a thread: goes back to the thread's own stack after each round. */
void chi_worker_step_loop(struct chi_worker *worker);

/* ---- idle.c: when there is nothing to do */

/* Looks for up to `timeout_ns` for what descriptors have to say, and goes on with who waits for
 * them; whether there was anything. */
bool chi_worker_take_events(struct chi_worker *worker, uint64_t timeout_ns);

/* From here on it counts as idle, until chi_worker_end_idle(). */
void chi_worker_begin_idle(struct chi_worker *worker, uint64_t now);

/* How long to poll before sleeping, in ns. */
uint64_t chi_worker_poll_budget(struct chi_worker *worker);

/* Sleeps until there is something to do, if there is nothing now. */
void chi_worker_sleep(struct chi_worker *worker);

#endif
