/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages to workers. */
#ifndef CHI_RUNTIME_SEND_H
#define CHI_RUNTIME_SEND_H

struct chi_message;
struct chi_worker;

/* Sends a message to a worker's thread; any thread of the runtime. */
void chi_worker_send(struct chi_worker *worker, struct chi_message *message);
/*
 * The same to whoever serves the worker's lanes: it is handled with `worker` as its worker, but
 * perhaps on another one's thread, chi_worker_self, and may touch the worker's lanes only.
 */
void chi_worker_send_lanes(struct chi_worker *worker, struct chi_message *message);

#endif
