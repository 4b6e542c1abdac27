/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who owns each unit (64 KiB) of a segment. Lives in the daemon's private memory: a client cannot
 * touch it, and every position a client sends is checked against it.
 *
 * A unit goes free -> owned -> retired -> free. Retired means: no check passes for it any more, but
 * it is not granted anew, because tasks that passed the check before may still use it.
 *
 * Threads: any daemon thread may call everything here. Changes are made under the table's mutex;
 * chi_extents_owns() takes no lock.
 */
#ifndef CHI_SHM_EXTENTS_H
#define CHI_SHM_EXTENTS_H

#include "shm/segment.h"
#include "shm/unit_map.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CHI_EXTENT_UNIT 65536u /* bytes */

/* Owners: client slot + 1, or one of these. */
#define CHI_OWNER_FREE       0u
#define CHI_OWNER_CLIENT_MAX 0xFFF0u
#define CHI_OWNER_RUNTIME    0xFFFEu
#define CHI_OWNER_RETIRED    0xFFFFu

struct chi_extents {
    _Atomic(uint16_t) *owners; /* what checks see, by unit */
    uint64_t limit;            /* bytes in whole units */
    pthread_mutex_t lock;
    uint16_t *accounts;             /* whom a unit is charged to until it is free; lock */
    struct chi_unit_map free_units; /* lock */
    int fd;                         /* the segment's; borrowed */
    /* Set before there are threads, or NULL: told of units that are about to lose their memory. */
    void (*leave)(void *context, uint32_t first, uint32_t units);
    void *leave_context;
};

/*
 * A table for the segment, which must stay open as long. The first `reserved_units` belong to
 * CHI_OWNER_RUNTIME and are backed with memory; in a segment whose position 0 means "none", reserve
 * at least one. Returns 0, -EINVAL (no whole unit, or more reserved than there are), -EFBIG,
 * -ENOMEM.
 */
int chi_extents_create(const struct chi_segment_map *map, uint32_t reserved_units,
                       struct chi_extents **extents);
void chi_extents_destroy(struct chi_extents *extents);

/*
 * Gives `units` neighbouring free units to `owner` and backs them with memory, so that touching
 * them cannot raise SIGBUS. Their content is zero. Returns 0, -EINVAL for 0 units or an owner that
 * is free or retired, -ENOMEM where the segment or the machine has no room (nothing changed), or
 * -errno.
 */
int chi_extents_grant(struct chi_extents *extents, uint16_t owner, uint32_t units, uint32_t *first);

/*
 * As chi_extents_grant(), from free units and those that `owner` itself has retired: it harms
 * nobody else if its own tasks still use them. O(units of the segment): for when a grant has
 * failed.
 */
int chi_extents_regrant(struct chi_extents *extents, uint16_t owner, uint32_t units,
                        uint32_t *first);

/* Retires units that all belong to `owner`. Returns 0, or -EINVAL with nothing changed. */
int chi_extents_retire(struct chi_extents *extents, uint16_t owner, uint32_t first, uint32_t units);

/*
 * Makes owned or retired units free and gives their memory back to the system. Units that are free
 * or out of range are skipped. Two threads must not free the same units at once.
 */
void chi_extents_free(struct chi_extents *extents, uint32_t first, uint32_t units);

/*
 * Frees all units of `owner`, owned or retired by it; returns how many. A slot is used again only
 * after this. No grant to the same owner may be under way.
 */
uint32_t chi_extents_free_owner(struct chi_extents *extents, uint16_t owner);

/* Bytes charged to `owner`, retired ones included; for CHI_OWNER_RETIRED, all that are retired. */
uint64_t chi_extents_owner_bytes(struct chi_extents *extents, uint16_t owner);
uint64_t chi_extents_free_bytes(struct chi_extents *extents);

static inline uint64_t chi_extents_total_bytes(const struct chi_extents *extents)
{
    return extents->limit;
}

/*
 * The units of [offset, offset + size) and their neighbours on both sides with the same owner,
 * within an aligned window of `window` units: how many, and `first`. 0 where these units are free,
 * retired, of several owners, or not within one such window. What it says of the neighbours holds
 * as with chi_extents_owns().
 */
uint32_t chi_extents_around(const struct chi_extents *extents, uint64_t offset, uint64_t size,
                            uint32_t window, uint32_t *first);

/* The rest of chi_extents_owns() for a range over several units, which lie in the segment. */
bool chi_extents_owns_run(const struct chi_extents *extents, uint16_t owner, uint64_t first,
                          uint64_t last);

/*
 * Whether every byte of [offset, offset + size) belongs to `owner` (never CHI_OWNER_FREE). Of size
 * 0, whether `offset` does. Any offset and size are safe. The answer holds until someone retires
 * the units: whoever frees retired units first waits for the tasks that were checked.
 */
static inline bool chi_extents_owns(const struct chi_extents *extents, uint16_t owner,
                                    uint64_t offset, uint64_t size)
{
    uint64_t first = offset / CHI_EXTENT_UNIT;
    uint64_t last;

    if (offset >= extents->limit || size > extents->limit - offset)
        return false;
    /* Acquire: pairs with the release in set_owner(); an owner that is seen has backed memory. */
    if (atomic_load_explicit(&extents->owners[first], memory_order_acquire) != owner)
        return false;
    last = (offset + size - (size != 0)) / CHI_EXTENT_UNIT;
    return first == last || chi_extents_owns_run(extents, owner, first + 1, last);
}

#endif
