/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Truncated segments. A client can truncate a segment, and shared memory objects cannot be sealed
 * against that. The daemon's next access raises SIGBUS; the handler restores the length of the
 * segment, with zeros, and requests that all clients are dropped. Other faults go to the handler
 * that was installed before.
 */
#ifndef CHI_RUNTIME_CONTROL_SIGBUS_H
#define CHI_RUNTIME_CONTROL_SIGBUS_H

struct chi_runtime;

/* Installs the handler. The thread that starts the runtime. Returns 0 or an errno value, negative.
 */
int chi_sigbus_arm(struct chi_runtime *runtime);

/* Restores the handler before. Does nothing if this runtime has installed none. */
void chi_sigbus_disarm(struct chi_runtime *runtime);

#endif
