/* SPDX-License-Identifier: BSD-3-Clause */
/* Each client's share of a worker's fibers. See share.h. */
#include "runtime/worker/share.h"

#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/worker/worker.h"

/* Parked tasks of each client: enough for a client that waits for several tasks at once, and the
 * minimum when there are few fibers. */
#define SHARE_MAX 16u
#define SHARE_MIN 4u

/* A stack needs two of the 65,000 mappings of a process; the rest is for everything else. */
#define STACKS_OF_ALL_WORKERS 28000u
/* Reserve for spares, and for tasks that another worker sends meanwhile. */
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
 * Clients' tasks get at most half of the fibers: max_fibers for one client, and the shares of the
 * others. With hundreds of clients and dozens of workers that is not enough for all; then the
 * clients that come last have no guaranteed share.
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
        return true; /* its tasks end instead of starting */
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

/* A client whose task was taken goes to the end of the list. */
struct chi_record *chi_share_take_deferred(struct chi_worker *worker, struct chi_worker *owner)
{
    struct chi_share *share;
    STAILQ_FOREACH (share, &owner->lanes.deferred, link) {
        struct chi_record *record = chi_record_of_message(STAILQ_FIRST(&share->deferred));
        /* Foreign tasks run on the thread of `owner`, and later tasks stay behind them. */
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

/* Each accepted subtask can get a fiber, so subtasks that wait for each other cannot block for lack
 * of one. Fibers that are reserved for clients' tasks do not count. */
bool chi_share_has_subtask_room(struct chi_worker *worker)
{
    const struct chi_runtime *runtime = worker->runtime;
    uint32_t live = atomic_load_explicit(&worker->stats.parked, memory_order_relaxed) -
                    worker->waits.clients +
                    atomic_load_explicit(&worker->stats.unstarted_subtasks, memory_order_relaxed);
    return live + FIBERS_KEPT < chi_share_fiber_cap(runtime) - runtime->clients_room;
}
