/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Orders to a daemon over the control socket. They need no client slot, and stopping needs no
 * worker. Main thread.
 */
#ifndef CHIMAERA_TOOL_ORDER_H
#define CHIMAERA_TOOL_ORDER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Requests a stop. Blocks the thread for at most 10 s.
 *   grace_period_ns   nanoseconds that running tasks get; UINT64_MAX: as configured
 * Returns 0, or a negative code with chi_last_error() set.
 */
int order_stop(uint64_t grace_period_ns);

/*
 * Destroys a pool. Blocks the thread until its tasks are done; the daemon answers with -EBUSY if no
 * worker can begin within 10 s.
 *   pool     "2.0" or "2" is an id, anything else a name
 *   cancel   ends the tasks that are parked or unstarted
 * Returns 0, or a negative code with chi_last_error() set.
 */
int order_destroy(const char *pool, bool cancel);

#endif
