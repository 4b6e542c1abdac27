/* SPDX-License-Identifier: BSD-3-Clause */
/* Each client's share of a worker's fibers. See share.h. */

/* Tasks of each client: what is enough for one that knows how to wait for several at once, and what
 * is kept for it where fibers are few. */
#define SHARE_MAX 16u
#define SHARE_MIN 4u

/* Two mappings a stack, of some 65,000 for the process; some are left for everything else. */
#define STACKS_OF_ALL_WORKERS 28000u
/* Spares, and tasks that another worker sends meanwhile. */
#include "runtime/worker/share.h"

#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/worker/worker.h"

#define FIBERS_KEPT 64u

uint32_t chi_share_fiber_cap(const struct chi_runtime *runtime)
{
    uint32_t share = STACKS_OF_ALL_WORKERS / runtime->worker_count;
    return share < CHI_FIBER_CAP_MAX ? share : CHI_FIBER_CAP_MAX;
}

static uint32_t min_of(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/*
 * Clients' tasks have half of the fibers at most: max_fibers for a client alone, and the shares of
 * the others. Where that is not enough for all, the last ones to come have none to rely on; it
 * takes hundreds of clients with dozens of workers.
 */
void chi_share_divide(struct chi_runtime *runtime)
{
    uint32_t cap = chi_share_fiber_cap(runtime);
    uint32_t half = cap / 2;
    uint32_t kept = min_of(SHARE_MIN * runtime->max_clients, half / 2);
    uint32_t most = min_of(runtime->config.max_fibers, half - kept);
    uint32_t share = min_of(SHARE_MAX, min_of((half - most) / runtime->max_clients, most / 4));

    runtime->client_share = share > 0 ? share : 1;
    runtime->common_room = most - runtime->client_share;
    runtime->clients_room =
        min_of(runtime->common_room + runtime->client_share * runtime->max_clients, half);
}

static struct chi_share *share_of(const struct chi_worker *worker, const struct chi_origin *origin)
{
    return &origin->cells[worker->id].share;
}

void chi_share_park(struct chi_worker *worker, const struct chi_record *record)
{
    struct chi_share *share = share_of(worker, record->origin);
    worker->waits.clients++;
    if (++share->parked > worker->runtime->client_share)
        worker->waits.beyond_shares++;
}

void chi_share_unpark(struct chi_worker *worker, const struct chi_record *record)
{
    struct chi_share *share = share_of(worker, record->origin);
    worker->waits.clients--;
    if (share->parked-- > worker->runtime->client_share)
        worker->waits.beyond_shares--;
}

bool chi_share_has_own_room(const struct chi_worker *worker, const struct chi_origin *origin)
{
    const struct chi_runtime *runtime = worker->runtime;

    if (atomic_load_explicit(&origin->state, memory_order_relaxed) == CHI_ORIGIN_DYING)
        return true; /* it ends where it would start */
    return worker->waits.clients < runtime->clients_room &&
           (share_of(worker, origin)->parked < runtime->client_share ||
            worker->waits.beyond_shares < runtime->common_room);
}

bool chi_share_has_deferred(const struct chi_worker *owner, const struct chi_origin *origin)
{
    return !STAILQ_EMPTY(&share_of(owner, origin)->deferred);
}

void chi_share_defer(struct chi_worker *owner, struct chi_record *record)
{
    struct chi_share *share = share_of(owner, record->origin);

    if (STAILQ_EMPTY(&share->deferred))
        STAILQ_INSERT_TAIL(&owner->lanes.deferred, share, link);
    STAILQ_INSERT_TAIL(&share->deferred, &record->message, link);
}

/* A client of which one was taken goes to the end of the list. */
struct chi_record *chi_share_take_deferred(struct chi_worker *worker, struct chi_worker *owner)
{
    struct chi_share *share;
    STAILQ_FOREACH (share, &owner->lanes.deferred, link) {
        struct chi_record *record = chi_record_of_message(STAILQ_FIRST(&share->deferred));
        /* Foreign tasks are for their own thread, and what came later is behind them. */
        if ((record->foreign && worker != owner) || !chi_share_has_room(worker, share->origin))
            continue;
        STAILQ_REMOVE(&owner->lanes.deferred, share, chi_share, link);
        STAILQ_REMOVE_HEAD(&share->deferred, link);
        if (!STAILQ_EMPTY(&share->deferred))
            STAILQ_INSERT_TAIL(&owner->lanes.deferred, share, link);
        return record;
    }
    return NULL;
}

void chi_share_drop_empty(struct chi_worker *owner)
{
    struct chi_share *share = STAILQ_FIRST(&owner->lanes.deferred);

    STAILQ_INIT(&owner->lanes.deferred);
    for (struct chi_share *next; share != NULL; share = next) {
        next = STAILQ_NEXT(share, link);
        if (!STAILQ_EMPTY(&share->deferred))
            STAILQ_INSERT_TAIL(&owner->lanes.deferred, share, link);
    }
}

/* Every subtask that is let in can get a fiber: so those that wait for each other cannot lock up.
 * Fibers that clients' tasks have a right to are none of theirs. */
bool chi_share_has_subtask_room(struct chi_worker *worker)
{
    const struct chi_runtime *runtime = worker->runtime;
    uint32_t live = atomic_load_explicit(&worker->stats.parked, memory_order_relaxed) -
                    worker->waits.clients +
                    atomic_load_explicit(&worker->stats.unstarted_subtasks, memory_order_relaxed);
    return live + FIBERS_KEPT < chi_share_fiber_cap(runtime) - runtime->clients_room;
}
