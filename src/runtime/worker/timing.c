/* SPDX-License-Identifier: BSD-3-Clause */
/* The deadlines of parked tasks. See timing.h. */
#include "runtime/worker/timing.h"

#include <errno.h>

#include "runtime/core/record.h"
#include "runtime/core/timers.h"
#include "runtime/worker/wait_entry.h"
#include "runtime/worker/worker.h"

static void deadline_passed(struct chi_worker *worker, struct chi_timer *timer)
{
    struct chi_timing *timing = timer->argument;
    if (timing->record->ended == 0) {
        timing->record->ended = -ETIMEDOUT;
        timing->parked->end(worker, timing->parked, -ETIMEDOUT);
    }
}

int chi_timing_park(struct chi_worker *worker, struct chi_record *record,
                    struct chi_wait_entry *entry)
{
    struct chi_timing *timing = record->timing;

    if (timing->deadline_ns == UINT64_MAX || record->ended != 0)
        return 0;
    timing->parked = entry;
    timing->timer = (struct chi_timer){
        .deadline_ns = timing->deadline_ns, .fire = deadline_passed, .argument = timing};
    return chi_timers_add(&worker->waits.timers, &timing->timer);
}

void chi_timing_unpark(struct chi_worker *worker, struct chi_record *record)
{
    chi_timers_remove(&worker->waits.timers, &record->timing->timer);
}
