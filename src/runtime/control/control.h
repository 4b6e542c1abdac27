/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control thread: clients attach, ask for memory and go; grace periods are carried through;
 * status is told. It never waits for a client and never runs a module's code.
 */
#ifndef CHI_RUNTIME_CONTROL_H
#define CHI_RUNTIME_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chi_control;
struct chi_runtime;

/* Binds the socket; the runtime's segments are in place. 0 or a code, recorded. */
int chi_control_create(struct chi_runtime *runtime, struct chi_control **control);
/* Starts to serve. 0 or -errno. */
int chi_control_start(struct chi_control *control);
/* Drops all clients and ends the thread. */
void chi_control_stop(struct chi_control *control);
void chi_control_destroy(struct chi_control *control);

/* What its thread does, once, in a runtime without threads. Whether anything had come. */
bool chi_control_step(struct chi_control *control);

/* All clients are to be dropped, because shared memory was damaged. Async-signal-safe. */
void chi_control_damaged(struct chi_control *control);

#endif
