/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory that clients' buffers lie in, for modules that have the system or a device keep hold
 * of its pages, such as buffers registered with an io_uring. It consists of units, each of which is
 * free or some client's. When a client gives units back or is gone, their pages go back to the
 * system, and others come in their place with the next client: whoever holds pages must let go of
 * them before, or a device moves bytes that nobody sees.
 */
#ifndef CHIMAERA_CLIENT_MEMORY_H
#define CHIMAERA_CLIENT_MEMORY_H

#include "chimaera/types.h"

CHI_BEGIN_DECLS

#define CHI_CLIENT_MEMORY_UNIT 65536u /* bytes */

/* Neighbouring units; `units` 0: none. */
struct chi_client_memory_run {
    uint32_t first;
    uint32_t units;
};

/* Where the runtime has unit 0; gives the number of units. Handlers. Does not park. */
CHI_API uint8_t *chi_client_memory_base(uint32_t *units);

/*
 * The units of [address, address + size), which is a buffer of the running task, and those on both
 * sides that are the same client's, within a window of `window` units that is aligned to its size.
 * None where the range is no client's, or not within one such window. What is known of other units
 * than the buffer's holds only until their client gives them back, of which a watch is told.
 * Handlers. Does not park.
 */
CHI_API struct chi_client_memory_run chi_client_memory_around(const void *address, uint64_t size,
                                                              uint32_t window);

/*
 * Who wants to know which units lose their pages. Zeroed, with `leave`; the other members are the
 * runtime's.
 */
struct chi_client_memory_watch {
    /* Called before these units, which no task uses any more, lose their pages. Any thread of the
     * runtime, no handler; must neither wait for tasks nor add or remove watches. */
    void (*leave)(struct chi_client_memory_watch *watch, struct chi_client_memory_run run);
    void *runtime;
    struct chi_client_memory_watch *next;
};

/* From now on. Handlers. Does not park. */
CHI_API void chi_client_memory_watch_add(struct chi_client_memory_watch *watch);

/* No call is under way any more when it returns. Any thread. Does not park. */
CHI_API void chi_client_memory_watch_remove(struct chi_client_memory_watch *watch);

CHI_END_DECLS

#endif
