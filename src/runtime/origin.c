/* SPDX-License-Identifier: BSD-3-Clause */
/* Origins and their counts. */
#include "runtime/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/control.h"
#include "runtime/runtime.h"

int64_t chi_origin_count(const struct chi_runtime *runtime, const struct chi_origin *origin,
                         uint32_t parity)
{
    int64_t sum = 0;
    /* Acquire: pairs with the release of uncount(); the task's last use of memory comes before. */
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        sum += atomic_load_explicit(&origin->cells[w].in_flight[parity], memory_order_acquire);
    return sum;
}

int64_t chi_origin_in_flight(const struct chi_runtime *runtime, const struct chi_origin *origin)
{
    return chi_origin_count(runtime, origin, 0) + chi_origin_count(runtime, origin, 1);
}

uint64_t chi_origin_ask_grace(struct chi_runtime *runtime, struct chi_origin *origin)
{
    uint64_t number = atomic_fetch_add_explicit(&origin->grace_asked, 1, memory_order_acq_rel) + 1;
    chi_control_poke(runtime->control);
    return number;
}

int chi_origin_init(struct chi_runtime *runtime, struct chi_origin *origin, uint16_t owner)
{
    size_t cells = runtime->worker_count * sizeof(*origin->cells);

    memset(origin, 0, sizeof(*origin));
    origin->owner = owner;
    origin->notify_fd = origin->socket = origin->pidfd = -1;
    origin->cells = aligned_alloc(CHI_CACHE_LINE, cells);
    origin->messages = calloc(runtime->worker_count, sizeof(*origin->messages));
    origin->ingress = calloc(runtime->lanes_per_client, sizeof(*origin->ingress));
    if (origin->cells == NULL || origin->messages == NULL || origin->ingress == NULL) {
        chi_origin_fini(origin);
        return -ENOMEM;
    }
    memset(origin->cells, 0, cells);
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
