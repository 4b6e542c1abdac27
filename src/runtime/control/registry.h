/* SPDX-License-Identifier: BSD-3-Clause */
/* Attached clients: they come, are granted memory, and go. Control thread. */
#ifndef CHI_RUNTIME_REGISTRY_H
#define CHI_RUNTIME_REGISTRY_H

#include <stdint.h>

struct chi_control_request;
struct chi_origin;
struct chi_runtime;

/*
 * Makes the peer of `socket` a client and sends it everything; takes over `socket` and `notify_fd`
 * on success. 0 or a negative code.
 */
int chi_registry_attach(struct chi_runtime *runtime, int socket, struct chi_origin **origin);
/* The client is gone or is to go: closes its socket and begins to take back what it held. */
void chi_registry_drop(struct chi_runtime *runtime, struct chi_origin *origin);
/* A client's GRANT and RELEASE. */
int chi_registry_grant(struct chi_runtime *runtime, struct chi_origin *origin,
                       const struct chi_control_request *request, uint32_t *first);
int chi_registry_release(struct chi_runtime *runtime, struct chi_origin *origin,
                         const struct chi_control_request *request);
/* Moves grace periods and departures one step on. Returns whether any is still under way. */
int chi_registry_advance(struct chi_runtime *runtime);

#endif
