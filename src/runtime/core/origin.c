/* SPDX-License-Identifier: BSD-3-Clause */
/* Origins and their counts. See origin.h. */
#include "runtime/core/origin.h"

#include <errno.h>
#include <stdlib.h>

#include "runtime/core/runtime.h"

int64_t chi_origin_count(const struct chi_runtime *runtime, const struct chi_origin *origin,
                         uint32_t parity)
{
    uint64_t begun = 0;
    uint64_t ended = 0;
    /*
     * Acquire: pairs with the release in uncount() of path/complete.c, which follows the task's
     * last use of memory. `begun` is read later, so a task that counts as ended counts as begun.
     */
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        ended += atomic_load_explicit(&origin->cells[w].ended[parity], memory_order_acquire);
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        begun += atomic_load_explicit(&origin->cells[w].begun[parity], memory_order_acquire);
    return (int64_t)(begun - ended);
}

int64_t chi_origin_in_flight(const struct chi_runtime *runtime, const struct chi_origin *origin)
{
    return chi_origin_count(runtime, origin, 0) + chi_origin_count(runtime, origin, 1);
}

uint64_t chi_origin_ask_grace(struct chi_runtime *runtime, struct chi_origin *origin)
{
    uint64_t number = atomic_fetch_add_explicit(&origin->grace_asked, 1, memory_order_acq_rel) + 1;
    chi_runtime_wake_control(runtime);
    return number;
}

static void reset_cells(struct chi_runtime *runtime, struct chi_origin *origin)
{
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        struct chi_origin_cell *cell = &origin->cells[w];
        atomic_store_explicit(&cell->parity, 0, memory_order_relaxed);
        for (int p = 0; p < 2; p++) {
            atomic_store_explicit(&cell->begun[p], 0, memory_order_relaxed);
            atomic_store_explicit(&cell->ended[p], 0, memory_order_relaxed);
        }
        atomic_store_explicit(&cell->refused, 0, memory_order_relaxed);
        atomic_store_explicit(&cell->lent, 0, memory_order_relaxed);
        cell->share = (struct chi_share){.origin = origin};
        STAILQ_INIT(&cell->share.deferred);
    }
}

uint64_t chi_origin_lent(const struct chi_runtime *runtime, const struct chi_origin *origin)
{
    uint64_t lent = 0;
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        lent += atomic_load_explicit(&origin->cells[w].lent, memory_order_relaxed);
    return lent;
}

int chi_origin_init(struct chi_runtime *runtime, struct chi_origin *origin, uint16_t owner)
{
    uint32_t workers = runtime->worker_count;

    if (origin->cells == NULL)
        origin->cells = aligned_alloc(CHI_CACHE_LINE, workers * sizeof(*origin->cells));
    if (origin->messages == NULL)
        origin->messages = calloc(workers, sizeof(*origin->messages));
    if (origin->ingress == NULL)
        origin->ingress = calloc(runtime->lanes_per_client, sizeof(*origin->ingress));
    if (origin->cells == NULL || origin->messages == NULL || origin->ingress == NULL)
        return -ENOMEM; /* the arrays that exist serve the next client */
    reset_cells(runtime, origin);
    origin->owner = owner;
    origin->notify_fd = origin->socket = -1;
    origin->dropping = false;
    origin->scanned = false;
    origin->grace_running = 0;
    origin->retired = NULL;
    atomic_store_explicit(&origin->cancels, false, memory_order_relaxed);
    atomic_store_explicit(&origin->held, 0, memory_order_relaxed);
    atomic_store_explicit(&origin->copied, 0, memory_order_relaxed);
    atomic_store_explicit(&origin->grace_asked, 0, memory_order_relaxed);
    atomic_store_explicit(&origin->grace_done, 0, memory_order_relaxed);
    atomic_store_explicit(&origin->flushing[0], 0, memory_order_relaxed);
    atomic_store_explicit(&origin->flushing[1], 0, memory_order_relaxed);
    return 0;
}

void chi_origin_fini(struct chi_origin *origin)
{
    free(origin->cells);
    free(origin->messages);
    free(origin->ingress);
    origin->cells = NULL;
    origin->messages = NULL;
    origin->ingress = NULL;
}
