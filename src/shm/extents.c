/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of extents. The control thread grants and frees; workers do the same for the daemon's
 * own memory. Workers check with chi_extents_owns().
 *
 * Backing memory and returning it can take long, so neither happens under the lock. Meanwhile the
 * units are marked RETIRED, so no check passes for them and they are not granted.
 */
#include "shm/extents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "shm/arena.h"

_Static_assert(CHI_EXTENT_UNIT == CHI_ARENA_UNIT, "the table and the arenas must agree");

/* The account of units that were free and have no owner yet. */
#define BEING_BACKED CHI_OWNER_RETIRED

/* Memory is backed in pieces, so that an interrupting signal repeats only one piece. */
#define BACK_PIECE_BYTES (UINT64_C(4) << 20)

/* Release: pairs with the acquire in chi_extents_owns() and chi_extents_owns_run(). */
static void set_owner(struct chi_extents *extents, uint32_t unit, uint16_t owner)
{
    atomic_store_explicit(&extents->owners[unit], owner, memory_order_release);
}

/* Lock held, which orders it. */
static uint16_t get_owner(const struct chi_extents *extents, uint32_t unit)
{
    return atomic_load_explicit(&extents->owners[unit], memory_order_relaxed);
}

static void release_memory(struct chi_extents *extents, uint32_t first, uint32_t units)
{
    int rc;

    do
        rc = fallocate(extents->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                       (off_t)first * CHI_EXTENT_UNIT, (off_t)units * CHI_EXTENT_UNIT);
    while (rc != 0 && errno == EINTR);
}

static int back_with_memory(struct chi_extents *extents, uint32_t first, uint32_t units)
{
    uint64_t offset = (uint64_t)first * CHI_EXTENT_UNIT;
    uint64_t end = offset + (uint64_t)units * CHI_EXTENT_UNIT;

    while (offset < end) {
        uint64_t piece = end - offset < BACK_PIECE_BYTES ? end - offset : BACK_PIECE_BYTES;
        int error = posix_fallocate(extents->fd, (off_t)offset, (off_t)piece);
        if (error == EINTR)
            continue;
        if (error != 0)
            return error == ENOSPC || error == EDQUOT ? -ENOMEM : -error;
        offset += piece;
    }
    return 0;
}

int chi_extents_create(const struct chi_segment_map *map, uint32_t reserved_units,
                       struct chi_extents **out)
{
    uint64_t units = map->size / CHI_EXTENT_UNIT;
    struct chi_extents *extents;
    int rc = -ENOMEM;

    if (units == 0 || reserved_units > units)
        return -EINVAL;
    if (units > CHI_UNIT_MAP_MAX)
        return -EFBIG;
    extents = calloc(1, sizeof(*extents));
    if (extents == NULL)
        return -ENOMEM;
    extents->fd = map->fd;
    extents->limit = units * CHI_EXTENT_UNIT;
    extents->owners = calloc(units, sizeof(*extents->owners));
    if (extents->owners == NULL)
        goto free_table;
    extents->accounts = calloc(units, sizeof(*extents->accounts));
    if (extents->accounts == NULL)
        goto free_owners;
    rc = chi_unit_map_init(&extents->free_units, (uint32_t)units);
    if (rc < 0)
        goto free_accounts;
    rc = -pthread_mutex_init(&extents->lock, NULL);
    if (rc < 0)
        goto fini_free_units;
    chi_unit_map_add(&extents->free_units, 0, (uint32_t)units);
    extents->homes_first = (uint32_t)units;
    if (reserved_units > 0) {
        uint32_t first; /* 0: the one run there is */
        rc = chi_extents_grant(extents, CHI_OWNER_RUNTIME, reserved_units, &first);
        if (rc < 0)
            goto destroy_lock;
    }
    *out = extents;
    return 0;

destroy_lock:
    pthread_mutex_destroy(&extents->lock);
fini_free_units:
    chi_unit_map_fini(&extents->free_units);
free_accounts:
    free(extents->accounts);
free_owners:
    free(extents->owners);
free_table:
    free(extents);
    return rc;
}

void chi_extents_destroy(struct chi_extents *extents)
{
    if (extents == NULL)
        return;
    pthread_mutex_destroy(&extents->lock);
    chi_unit_map_fini(&extents->free_kept);
    chi_unit_map_fini(&extents->free_units);
    free(extents->accounts);
    free(extents->owners);
    free(extents);
}

int chi_extents_keep(struct chi_extents *extents, uint32_t owners, uint32_t units)
{
    uint32_t total = extents->free_units.units;
    uint32_t homes = units == 0 ? 0 : extents->free_units.count / 8 / units;

    if (homes > owners)
        homes = owners;
    if (homes == 0)
        return 0;
    int rc = chi_unit_map_init(&extents->free_kept, total);
    if (rc < 0)
        return rc;
    extents->homes = homes;
    extents->home_units = units;
    extents->homes_first = total - homes * units;
    chi_unit_map_remove(&extents->free_units, extents->homes_first, homes * units);
    chi_unit_map_add(&extents->free_kept, extents->homes_first, homes * units);
    return 0;
}

/* The set that the unit is in when it is free. */
static struct chi_unit_map *map_of(struct chi_extents *extents, uint32_t unit)
{
    return unit < extents->homes_first ? &extents->free_units : &extents->free_kept;
}

/* Takes the lock. */
static void make_free(struct chi_extents *extents, uint32_t first, uint32_t units)
{
    pthread_mutex_lock(&extents->lock);
    for (uint32_t unit = first; unit < first + units; unit++) {
        extents->accounts[unit] = CHI_OWNER_FREE;
        set_owner(extents, unit, CHI_OWNER_FREE);
    }
    uint32_t common = first < extents->homes_first ? extents->homes_first - first : 0;
    if (common > units)
        common = units;
    if (common > 0)
        chi_unit_map_add(&extents->free_units, first, common);
    if (units > common)
        chi_unit_map_add(&extents->free_kept, first + common, units - common);
    pthread_mutex_unlock(&extents->lock);
}

/*
 * Frees, run by run, the units of [first, end) that are charged to `owner`, or to any owner for
 * CHI_OWNER_FREE. Returns the number of units.
 */
static uint32_t free_range(struct chi_extents *extents, uint32_t first, uint32_t end,
                           uint16_t owner)
{
    uint32_t freed = 0;

    while (first < end) {
        uint32_t units = 0;
        pthread_mutex_lock(&extents->lock);
        for (uint32_t unit = first; unit < end; unit++) {
            uint16_t account = extents->accounts[unit];
            if (account != CHI_OWNER_FREE && (owner == CHI_OWNER_FREE || owner == account)) {
                set_owner(extents, unit, CHI_OWNER_RETIRED);
                units++;
            } else if (units > 0) {
                break;
            } else {
                first++;
            }
        }
        pthread_mutex_unlock(&extents->lock);
        if (units == 0)
            break;
        if (extents->leave != NULL)
            extents->leave(extents->leave_context, first, units);
        release_memory(extents, first, units);
        make_free(extents, first, units);
        freed += units;
        first += units;
    }
    return freed;
}

/* Finds a free run in the home of `owner`. Lock held. */
static bool find_at_home(struct chi_extents *extents, uint16_t owner, uint32_t units,
                         uint32_t *first)
{
    if (owner > extents->homes || units > extents->home_units)
        return false;
    uint32_t from = extents->homes_first + (owner - 1) * extents->home_units;
    uint32_t end = from + extents->home_units;
    uint32_t length;
    while (from < end && chi_unit_map_next_run(&extents->free_kept, from, first, &length)) {
        from = *first + length; /* the run may go on in the next home */
        if (*first < end && units <= (from < end ? from : end) - *first)
            return true;
    }
    return false;
}

/*
 * Finds a run and removes it from the free units. The units are RETIRED until they are backed. Lock
 * held.
 */
static bool take_run(struct chi_extents *extents, uint16_t owner, uint32_t units, uint32_t *first)
{
    if (!find_at_home(extents, owner, units, first) &&
        !chi_unit_map_best_fit(&extents->free_units, units, first))
        return false;
    chi_unit_map_remove(map_of(extents, *first), *first, units);
    for (uint32_t unit = *first; unit < *first + units; unit++) {
        if (extents->accounts[unit] != CHI_OWNER_FREE)
            continue; /* retired by its owner; stays so if the grant fails */
        extents->accounts[unit] = BEING_BACKED;
        set_owner(extents, unit, CHI_OWNER_RETIRED);
    }
    return true;
}

static int back_and_own(struct chi_extents *extents, uint16_t owner, uint32_t first, uint32_t units)
{
    int rc = back_with_memory(extents, first, units);
    if (rc < 0) {
        free_range(extents, first, first + units, BEING_BACKED);
        return rc;
    }
    pthread_mutex_lock(&extents->lock);
    for (uint32_t unit = first; unit < first + units; unit++) {
        extents->accounts[unit] = owner;
        set_owner(extents, unit, owner);
    }
    pthread_mutex_unlock(&extents->lock);
    return 0;
}

int chi_extents_grant(struct chi_extents *extents, uint16_t owner, uint32_t units, uint32_t *out)
{
    if (units == 0 || owner == CHI_OWNER_FREE || owner == CHI_OWNER_RETIRED)
        return -EINVAL;
    pthread_mutex_lock(&extents->lock);
    bool found = take_run(extents, owner, units, out);
    pthread_mutex_unlock(&extents->lock);
    return found ? back_and_own(extents, owner, *out, units) : -ENOMEM;
}

/* Lets the units that `owner` has retired count as free, or no longer. Lock held. */
static void count_retired_as_free(struct chi_extents *extents, uint16_t owner, bool free_now)
{
    for (uint32_t unit = 0; unit < extents->free_units.units; unit++) {
        if (get_owner(extents, unit) != CHI_OWNER_RETIRED || extents->accounts[unit] != owner)
            continue;
        if (free_now)
            chi_unit_map_add(map_of(extents, unit), unit, 1);
        else if (chi_unit_map_has(map_of(extents, unit), unit))
            chi_unit_map_remove(map_of(extents, unit), unit, 1);
    }
}

int chi_extents_regrant(struct chi_extents *extents, uint16_t owner, uint32_t units, uint32_t *out)
{
    if (units == 0 || owner == CHI_OWNER_FREE || owner == CHI_OWNER_RETIRED)
        return -EINVAL;
    pthread_mutex_lock(&extents->lock);
    count_retired_as_free(extents, owner, true);
    bool found = take_run(extents, owner, units, out);
    count_retired_as_free(extents, owner, false);
    pthread_mutex_unlock(&extents->lock);
    return found ? back_and_own(extents, owner, *out, units) : -ENOMEM;
}

int chi_extents_retire(struct chi_extents *extents, uint16_t owner, uint32_t first, uint32_t units)
{
    uint32_t total = extents->free_units.units;
    int rc = 0;

    if (units == 0 || first >= total || units > total - first || owner == CHI_OWNER_FREE ||
        owner == CHI_OWNER_RETIRED)
        return -EINVAL;
    pthread_mutex_lock(&extents->lock);
    for (uint32_t unit = first; unit < first + units && rc == 0; unit++)
        if (get_owner(extents, unit) != owner)
            rc = -EINVAL;
    for (uint32_t unit = first; unit < first + units && rc == 0; unit++)
        set_owner(extents, unit, CHI_OWNER_RETIRED);
    pthread_mutex_unlock(&extents->lock);
    return rc;
}

void chi_extents_free(struct chi_extents *extents, uint32_t first, uint32_t units)
{
    uint32_t total = extents->free_units.units;

    if (first >= total)
        return;
    free_range(extents, first, first + (units < total - first ? units : total - first),
               CHI_OWNER_FREE);
}

uint32_t chi_extents_free_owner(struct chi_extents *extents, uint16_t owner)
{
    if (owner == CHI_OWNER_FREE || owner == CHI_OWNER_RETIRED)
        return 0;
    return free_range(extents, 0, extents->free_units.units, owner);
}

uint64_t chi_extents_owner_bytes(struct chi_extents *extents, uint16_t owner)
{
    uint64_t units = 0;

    pthread_mutex_lock(&extents->lock);
    for (uint32_t unit = 0; unit < extents->free_units.units; unit++)
        units += owner ==
                 (owner == CHI_OWNER_RETIRED ? get_owner(extents, unit) : extents->accounts[unit]);
    pthread_mutex_unlock(&extents->lock);
    return units * CHI_EXTENT_UNIT;
}

uint64_t chi_extents_free_bytes(struct chi_extents *extents)
{
    uint64_t units;

    pthread_mutex_lock(&extents->lock);
    units = (uint64_t)extents->free_units.count + extents->free_kept.count;
    pthread_mutex_unlock(&extents->lock);
    return units * CHI_EXTENT_UNIT;
}

static uint16_t owner_of(const struct chi_extents *extents, uint64_t unit)
{
    /* Acquire: pairs with the release in set_owner(). */
    return atomic_load_explicit(&extents->owners[unit], memory_order_acquire);
}

uint32_t chi_extents_around(const struct chi_extents *extents, uint64_t offset, uint64_t size,
                            uint32_t window, uint32_t *out)
{
    if (offset >= extents->limit || size > extents->limit - offset)
        return 0;
    uint64_t first = offset / CHI_EXTENT_UNIT;
    uint64_t end = (offset + size - (size != 0)) / CHI_EXTENT_UNIT + 1;
    uint64_t low = first - first % window, high = low + window;
    uint16_t owner = owner_of(extents, first);
    if (high > extents->limit / CHI_EXTENT_UNIT)
        high = extents->limit / CHI_EXTENT_UNIT;
    if (end > high || owner == CHI_OWNER_FREE || owner == CHI_OWNER_RETIRED ||
        !chi_extents_owns_run(extents, owner, first, end - 1))
        return 0;
    while (first > low && owner_of(extents, first - 1) == owner)
        first--;
    while (end < high && owner_of(extents, end) == owner)
        end++;
    *out = (uint32_t)first;
    return (uint32_t)(end - first);
}

bool chi_extents_owns_run(const struct chi_extents *extents, uint16_t owner, uint64_t first,
                          uint64_t last)
{
    for (uint64_t unit = first; unit <= last; unit++)
        if (owner_of(extents, unit) != owner)
            return false;
    return true;
}
