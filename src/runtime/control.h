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

/* Makes it look at grace periods; any thread. */
void chi_control_poke(struct chi_control *control);
/* All clients are to be dropped, because shared memory was damaged. Async-signal-safe. */
void chi_control_damaged(struct chi_control *control);

/* ---- registry.c: attached clients. Control thread. */

struct chi_origin;
struct chi_control_request;

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

/* ---- status.c */

enum chi_status_form {
    CHI_STATUS_TEXT = 0,
    CHI_STATUS_JSON = 1,
    CHI_POOLS_TEXT = 2,
    CHI_POOLS_JSON = 3
};

/* The status as malloc'ed text; NULL where memory is out. Control thread. */
char *chi_status_render(struct chi_runtime *runtime, uint32_t form, size_t *size);

#endif
