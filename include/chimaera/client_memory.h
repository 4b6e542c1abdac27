/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory of the clients' buffers, for modules that let the kernel or a device pin its pages,
 * such as buffers registered with an io_uring. It consists of units; each unit is free or belongs
 * to one client. When a client releases units or detaches, their pages return to the system, and
 * the next client gets different pages at the same place. A module must release pinned pages before
 * that, or a device accesses pages that are no longer mapped.
 */
#ifndef CHIMAERA_CLIENT_MEMORY_H
#define CHIMAERA_CLIENT_MEMORY_H

#include "chimaera/types.h"

CHI_BEGIN_DECLS

#define CHI_CLIENT_MEMORY_UNIT 65536u /* bytes */

/* Adjacent units. `units` 0: none. */
struct chi_client_memory_run {
    uint32_t first;
    uint32_t units;
};

/*
 * Returns the address of unit 0 in the runtime, and the number of units in `*units`. Only in
 * handlers. Never parks.
 */
CHI_API uint8_t *chi_client_memory_base(uint32_t *units);

/*
 * Returns the units of a buffer of the running task, extended on both sides by adjacent units of
 * the same client. Units outside the buffer belong to the client only until it releases them, which
 * a watch reports. Only in handlers. Never parks.
 *   address   start of the range
 *   size      bytes of the range
 *   window    units; the result lies within one window of this size, aligned to its size
 * Returns no units if the range belongs to no client or spans two windows.
 */
CHI_API struct chi_client_memory_run chi_client_memory_around(const void *address, uint64_t size,
                                                              uint32_t window);

/*
 * A listener for units that lose their pages. Zeroed but for `leave`; the other members belong to
 * the runtime.
 */
struct chi_client_memory_watch {
    /*
     * Called before these units, which no task uses any more, lose their pages. Any thread of the
     * runtime, not a handler. Must not wait for tasks, and must not add or remove watches.
     */
    void (*leave)(struct chi_client_memory_watch *watch, struct chi_client_memory_run run);
    void *runtime;
    struct chi_client_memory_watch *next;
};

/* Adds a watch. Only in handlers. Never parks. */
CHI_API void chi_client_memory_watch_add(struct chi_client_memory_watch *watch);

/*
 * Removes a watch. When it returns, no call of `leave` is in progress, which it may block the
 * thread for. Any thread. Never parks.
 */
CHI_API void chi_client_memory_watch_remove(struct chi_client_memory_watch *watch);

CHI_END_DECLS

#endif
