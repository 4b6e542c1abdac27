/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client can truncate a segment, and shared memory objects cannot be sealed against it. The next
 * access raises SIGBUS here: the handler makes the segment as long as it was, with zeros, and has
 * all clients detached. Other faults go to whoever handled SIGBUS before.
 */
#ifndef CHI_RUNTIME_SIGBUS_H
#define CHI_RUNTIME_SIGBUS_H

struct chi_runtime;

int chi_sigbus_arm(struct chi_runtime *runtime);
void chi_sigbus_disarm(struct chi_runtime *runtime);

#endif
