/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control thread. It attaches clients, grants memory and drops clients that are gone; it
 * carries out grace periods, renders the status, and runs the orchestrator and the deadlock
 * monitor. It never waits for a client. Of modules it calls only the watches of clients' memory.
 */
#ifndef CHI_RUNTIME_CONTROL_CONTROL_H
#define CHI_RUNTIME_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chi_control;
struct chi_runtime;

/*
 * Creates the socket, after the segments. This and the next three: the thread that starts and stops
 * the runtime. Returns 0, -ENOMEM, or an errno value of the system call that failed.
 */
int chi_control_create(struct chi_runtime *runtime, struct chi_control **control);

/* Starts the thread; none if the runtime is stepped. Returns 0 or an errno value, negative. */
int chi_control_start(struct chi_control *control);

/* Drops all clients, then ends the thread and joins it. */
void chi_control_stop(struct chi_control *control);

/* Frees what was created. */
void chi_control_destroy(struct chi_control *control);

/* One turn of its loop, in a stepped runtime. Returns whether there was anything to do. */
bool chi_control_step(struct chi_control *control);

/* Requests that all clients are dropped, because shared memory was damaged. Async-signal-safe. */
void chi_control_damaged(struct chi_control *control);

/* Removes the name of the socket if it still is this one's. Async-signal-safe. */
void chi_control_remove_name(struct chi_control *control);

#endif
