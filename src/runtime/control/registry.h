/* SPDX-License-Identifier: BSD-3-Clause */
/* Attached clients: attaching, memory grants, detaching. Called by control.c on the control thread.
 */
#ifndef CHI_RUNTIME_CONTROL_REGISTRY_H
#define CHI_RUNTIME_CONTROL_REGISTRY_H

#include <stdint.h>

struct chi_control_request;
struct chi_origin;
struct chi_runtime;

/*
 * Attaches the peer of `socket` as a client and sends it the reply with all descriptors. On success
 * the origin owns `socket`.
 * Returns 0, or
 *   -EUSERS       no slot is free
 *   -ENOMEM       out of memory, or no units for its lanes
 *   other codes   errno values of the socket's calls
 */
int chi_registry_attach(struct chi_runtime *runtime, int socket, struct chi_origin **origin);

/* Drops a client: closes its socket; chi_registry_advance() frees what it held. */
void chi_registry_drop(struct chi_runtime *runtime, struct chi_origin *origin);

/*
 * Grants units of a segment to a client and sets `first`. Returns 0, or
 *   -EINVAL   segment or number of units not valid
 *   -ENOMEM   no such run of units is free
 */
int chi_registry_grant(struct chi_runtime *runtime, struct chi_origin *origin,
                       const struct chi_control_request *request, uint32_t *first);

/*
 * Retires units that a client releases; they are free after a grace period. Returns 0, or
 *   -EINVAL       a segment that has no grants, or units of the client's lanes
 *   -ENOMEM       out of memory; the units stay granted
 *   other codes   those of chi_extents_retire()
 */
int chi_registry_release(struct chi_runtime *runtime, struct chi_origin *origin,
                         const struct chi_control_request *request);

/* Advances grace periods and detaching by one step. Returns whether any is under way. */
int chi_registry_advance(struct chi_runtime *runtime);

#endif
