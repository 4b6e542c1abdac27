/* SPDX-License-Identifier: BSD-3-Clause */
/* Sending messages to workers. Any thread of the runtime. See send.h. */
#include "runtime/worker/send.h"

#include "lane/bell.h"
#include "runtime/core/message.h"
#include "runtime/worker/worker.h"

/* seq_cst on both sides: see lane/bell.h. `asleep` is the private copy of `sleeping`. */
static void wake(struct chi_worker *worker)
{
    if (atomic_load_explicit(&worker->wake.asleep, memory_order_seq_cst))
        chi_eventfd_wake(worker->wake.private_fd);
}

void chi_worker_send(struct chi_worker *worker, struct chi_message *message)
{
    chi_inbox_push(&worker->wake.inbox, message);
    wake(worker);
}

void chi_worker_send_lanes(struct chi_worker *worker, struct chi_message *message)
{
    chi_inbox_push(&worker->wake.lane_inbox, message);
    wake(worker); /* a worker that serves lent lanes sleeps only for short times */
}

void chi_worker_fetch_lane_messages(struct chi_worker *worker)
{
    struct chi_message *message = chi_inbox_take(&worker->wake.lane_inbox);
    for (struct chi_message *next; message != NULL; message = next) {
        next = STAILQ_NEXT(message, link);
        STAILQ_INSERT_TAIL(&worker->lanes.messages, message, link);
    }
}

bool chi_worker_take_lane_messages(struct chi_worker *worker)
{
    struct chi_message *message;
    bool any = false;

    worker->lanes.handles_messages = true;
    chi_worker_fetch_lane_messages(worker);
    while ((message = STAILQ_FIRST(&worker->lanes.messages)) != NULL) {
        STAILQ_REMOVE_HEAD(&worker->lanes.messages, link);
        message->handle(worker, message);
        any = true;
    }
    worker->lanes.handles_messages = false;
    return any;
}
