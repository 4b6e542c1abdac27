/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The owner of each unit (64 KiB) of a segment. The table lies in the daemon's private memory,
 * where no client can change it. Every position that a client sends is checked against it.
 *
 * A unit is free, then owned, then retired, then free again. No check passes for a retired unit,
 * but it is not granted yet, because tasks that passed the check before may still use it.
 *
 * Any daemon thread may call these functions. Changes are made under the table's mutex;
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
    _Atomic(uint16_t) *owners; /* read by checks; by unit */
    uint64_t limit;            /* bytes in whole units */
    pthread_mutex_t lock;
    uint16_t *accounts;             /* the owner that a unit is charged to until it is free; lock */
    struct chi_unit_map free_units; /* for every owner; lock */
    struct chi_unit_map free_kept;  /* in homes: for their owners only; lock */
    uint32_t homes_first;           /* homes begin here; number of units if there are none */
    uint32_t home_units;            /* of each */
    uint32_t homes;                 /* owners 1 to this have one */
    int fd;                         /* the segment's; borrowed */
    /* Called before units lose their memory. Set before threads exist, or NULL. */
    void (*leave)(void *context, uint32_t first, uint32_t units);
    void *leave_context;
};

/*
 * Creates a table for the segment, which must stay open as long as the table.
 *   reserved_units   the first units, which belong to CHI_OWNER_RUNTIME and are backed with memory.
 *                    At least 1 if position 0 of the segment means "none"
 * Returns 0, or
 *   -EINVAL   the segment has no whole unit, or fewer units than reserved
 *   -EFBIG    the segment is too large
 *   -ENOMEM   out of memory
 */
int chi_extents_create(const struct chi_segment_map *map, uint32_t reserved_units,
                       struct chi_extents **extents);
void chi_extents_destroy(struct chi_extents *extents);

/*
 * Keeps a home of `units` adjacent units at the end of the segment for each owner from 1 to
 * `owners`, or for fewer if that were more than an eighth of what is free. Nobody else is granted
 * them, so whatever others take, and however they fragment it, these owners get that much. Once,
 * after chi_extents_create(). Returns 0 or -ENOMEM.
 */
int chi_extents_keep(struct chi_extents *extents, uint32_t owners, uint32_t units);

/*
 * Assigns `units` adjacent free units to `owner`, of its home if they fit there, and backs them
 * with memory, so that access cannot raise SIGBUS. Their content is zero.
 * Returns 0, or with nothing changed
 *   -EINVAL        units is 0, or the owner is FREE or RETIRED
 *   -ENOMEM        no free run outside of others' homes, or not enough memory in the system
 *   other -errno   of posix_fallocate()
 */
int chi_extents_grant(struct chi_extents *extents, uint16_t owner, uint32_t units, uint32_t *first);

/*
 * As chi_extents_grant(), but also uses units that `owner` itself has retired: only its own tasks
 * can still use those. O(units of the segment); for use after a grant has failed.
 */
int chi_extents_regrant(struct chi_extents *extents, uint16_t owner, uint32_t units,
                        uint32_t *first);

/* Retires units that all belong to `owner`. Returns 0, or -EINVAL with nothing changed. */
int chi_extents_retire(struct chi_extents *extents, uint16_t owner, uint32_t first, uint32_t units);

/*
 * Frees owned or retired units and returns their memory to the system. Skips units that are free or
 * out of range. Two threads must not free the same units concurrently.
 */
void chi_extents_free(struct chi_extents *extents, uint32_t first, uint32_t units);

/*
 * Frees all units of `owner`, owned or retired by it, and returns their number. A client slot is
 * reused only after this. No grant to the same owner may be in progress.
 */
uint32_t chi_extents_free_owner(struct chi_extents *extents, uint16_t owner);

/*
 * Returns the bytes charged to `owner`, including retired ones; for CHI_OWNER_RETIRED, all retired
 * bytes.
 */
uint64_t chi_extents_owner_bytes(struct chi_extents *extents, uint16_t owner);
uint64_t chi_extents_free_bytes(struct chi_extents *extents);

static inline uint64_t chi_extents_total_bytes(const struct chi_extents *extents)
{
    return extents->limit;
}

/*
 * Finds the units of [offset, offset + size), extended on both sides by adjacent units of the same
 * owner, within an aligned window of `window` units. The result is as current as that of
 * chi_extents_owns().
 * Returns the number of units, with `first` set; 0 if the units are free, retired, of several
 * owners, or span two windows.
 */
uint32_t chi_extents_around(const struct chi_extents *extents, uint64_t offset, uint64_t size,
                            uint32_t window, uint32_t *first);

/* Part of chi_extents_owns() for a range over several units, which lie in the segment. */
bool chi_extents_owns_run(const struct chi_extents *extents, uint16_t owner, uint64_t first,
                          uint64_t last);

/*
 * Returns whether every byte of [offset, offset + size) belongs to `owner`, which is not
 * CHI_OWNER_FREE. For size 0, whether `offset` does. Any offset and size are safe. The result is
 * valid until a thread retires the units; before retired units are freed, the tasks that were
 * checked must have completed.
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
