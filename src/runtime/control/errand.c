/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions that run as tasks. See errand.h. */
#include "runtime/control/errand.h"

#include <string.h>
#include <unistd.h>

#include "runtime/core/current.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/path/complete.h"
#include "runtime/path/lane_queue.h"
#include "runtime/worker/send.h"
#include "runtime/worker/worker.h"

static int run(void *argument)
{
    struct chi_errand *errand = argument;
    int rc = errand->function(errand);
    errand->done(errand, rc);
    return rc;
}

/* On the thread that serves the lanes of `owner`. */
static void begin(struct chi_worker *owner, struct chi_message *message)
{
    struct chi_worker *self = chi_worker_self;
    struct chi_record *record = chi_record_new(&self->caches.records, sizeof(struct chi_task));

    if (record == NULL) { /* out of memory: try again in the next round */
        chi_worker_send_lanes(owner, message);
        return;
    }
    memset((void *)&record->task, 0, sizeof(record->task));
    record->is_call = true;
    record->call = run;
    record->call_argument = message;
    record->origin = &owner->runtime->origins[owner->runtime->max_clients];
    record->lane = &owner->lanes.own;
    record->home = self;
    record->task.node.pid = (uint32_t)getpid();
    record->shield = true;
    atomic_store_explicit(&record->task.state, CHI_TASK_QUEUED | CHI_TASK_DETACHED,
                          memory_order_relaxed);
    chi_worker_count(self, owner, record);
    chi_worker_append(owner, &owner->lanes.own, record);
}

void chi_errand_send(struct chi_runtime *runtime, struct chi_errand *errand)
{
    errand->message.handle = begin;
    chi_worker_send_lanes(runtime->workers[0], &errand->message);
}
