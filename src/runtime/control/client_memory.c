/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Clients' memory for modules: functions of chimaera/client_memory.h, for handlers. Watches are
 * called on the control thread, when no task uses units any more that a client has released, or
 * whose client is gone.
 */
#include "runtime/control/client_memory.h"

#include "base/assert.h"
#include "chimaera/client_memory.h"
#include "runtime/core/current.h"
#include "runtime/core/runtime.h"
#include "runtime/worker/worker.h"

_Static_assert(CHI_CLIENT_MEMORY_UNIT == CHI_EXTENT_UNIT, "one unit");

static struct chi_runtime *own_runtime(void)
{
    CHI_ASSERT(chi_worker_self != NULL, "client memory is for handlers");
    return chi_worker_self->runtime;
}

uint8_t *chi_client_memory_base(uint32_t *units)
{
    struct chi_runtime *runtime = own_runtime();
    *units = (uint32_t)(chi_extents_total_bytes(runtime->extents[CHI_SEGMENT_CLIENT_DATA]) /
                        CHI_EXTENT_UNIT);
    return runtime->segments[CHI_SEGMENT_CLIENT_DATA].base;
}

struct chi_client_memory_run chi_client_memory_around(const void *address, uint64_t size,
                                                      uint32_t window)
{
    struct chi_runtime *runtime = own_runtime();
    struct chi_client_memory_run run;
    /* For an address below the segment it wraps, and is too large. */
    uint64_t offset =
        (uint64_t)((uintptr_t)address - (uintptr_t)runtime->segments[CHI_SEGMENT_CLIENT_DATA].base);
    run.units = chi_extents_around(runtime->extents[CHI_SEGMENT_CLIENT_DATA], offset, size, window,
                                   &run.first);
    return run;
}

void chi_client_memory_watch_add(struct chi_client_memory_watch *watch)
{
    struct chi_runtime *runtime = own_runtime();
    pthread_mutex_lock(&runtime->memory_lock);
    watch->runtime = runtime;
    watch->next = runtime->memory_watches;
    runtime->memory_watches = watch;
    pthread_mutex_unlock(&runtime->memory_lock);
}

void chi_client_memory_watch_remove(struct chi_client_memory_watch *watch)
{
    struct chi_runtime *runtime = watch->runtime;
    pthread_mutex_lock(&runtime->memory_lock);
    struct chi_client_memory_watch **link = &runtime->memory_watches;
    while (*link != watch)
        link = &(*link)->next;
    *link = watch->next;
    pthread_mutex_unlock(&runtime->memory_lock);
}

void chi_client_memory_leave(void *runtime_pointer, uint32_t first, uint32_t units)
{
    struct chi_runtime *runtime = runtime_pointer;
    const struct chi_client_memory_run run = {.first = first, .units = units};
    pthread_mutex_lock(&runtime->memory_lock);
    for (struct chi_client_memory_watch *w = runtime->memory_watches; w != NULL; w = w->next)
        w->leave(w, run);
    pthread_mutex_unlock(&runtime->memory_lock);
}
