/* SPDX-License-Identifier: BSD-3-Clause */
/* Sending messages to workers. Any thread of the runtime. */
#ifndef CHI_RUNTIME_WORKER_SEND_H
#define CHI_RUNTIME_WORKER_SEND_H

#include <stdbool.h>

struct chi_message;
struct chi_worker;

/* Sends a message to the thread of a worker. */
void chi_worker_send(struct chi_worker *worker, struct chi_message *message);

/*
 * Sends a message to the thread that serves the worker's lanes. The handler is called with
 * `worker`, but perhaps on the thread of another worker, chi_worker_self, and may access only the
 * lanes of `worker`.
 */
void chi_worker_send_lanes(struct chi_worker *worker, struct chi_message *message);

/* Moves the messages in the inbox for the lanes to the end of `lanes.messages`. Caller: the thread
 * that serves the lanes. */
void chi_worker_fetch_lane_messages(struct chi_worker *worker);

/* Handles all messages for the lanes of `worker`. Returns whether there were any. The same caller.
 */
bool chi_worker_take_lane_messages(struct chi_worker *worker);

#endif
