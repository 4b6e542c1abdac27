/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker asks of the scheduler, which is in a later room. */
#ifndef CHI_RUNTIME_WORKER_OPS_H
#define CHI_RUNTIME_WORKER_OPS_H

#include "runtime/core/message.h"

struct chi_timer;
struct chi_worker;

/* Functions of the scheduler in sched/, which this room may not call directly. */
struct chi_worker_ops {
    void (*loop)(struct chi_worker *worker); /* runs until wake.stop is set; on a fiber */
    /* The same, but returns to the thread after each round. */
    void (*step_loop)(struct chi_worker *worker);
    chi_message_handler_t scan_entries;
    chi_message_handler_t scan_lanes;
    void (*scan_due)(struct chi_worker *worker, struct chi_timer *timer);
};

#endif
