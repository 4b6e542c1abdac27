/* SPDX-License-Identifier: BSD-3-Clause */
/* The space of a device. See space.h. */
#include "space.h"

#include <chimaera/park.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_MAX ((size_t)64 * BDEV_PAGE_RECORDS) /* pending records that call for a flush */

/* ---- commits */

/* A flush that waits for a commit that begins later. On its fiber's stack. */
struct bdev_flush_waiter {
    struct chi_parking parking;
    uint64_t commit; /* number of the first commit that covers the flush */
    struct bdev_flush_waiter *next;
};

#define RUN_COMMIT 1 /* result of parking: the waiter is to run the next commit */

static int wait_for_commit(struct bdev_space *space, uint64_t commit)
{
    struct bdev_flush_waiter waiter = {.commit = commit, .next = space->waiters};
    chi_parking_init(&waiter.parking);
    space->waiters = &waiter;
    return chi_task_park(&waiter.parking);
}

/* Wakes the waiters that commit number `commit` covers, and one of the others to run the next. */
static void end_commit(struct bdev_space *space, uint64_t commit, int rc)
{
    struct bdev_flush_waiter *waiter = space->waiters, *next;
    bool handed_over = false;
    space->waiters = NULL;
    space->committing = false;
    for (; waiter != NULL; waiter = next) {
        next = waiter->next;
        if (waiter->commit <= commit) {
            chi_task_unpark(&waiter->parking, rc);
        } else if (!handed_over) {
            handed_over = true;
            chi_task_unpark(&waiter->parking, RUN_COMMIT);
        } else {
            waiter->next = space->waiters;
            space->waiters = waiter;
        }
    }
}

static void unpin(struct bdev_space *space, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bdev_free_extents_put(&space->free, space->pinned[i].first, space->pinned[i].count);
        space->pinned_units -= space->pinned[i].count;
    }
    space->pinned_count -= count;
    if (count > 0)
        memmove(space->pinned, space->pinned + count, space->pinned_count * sizeof *space->pinned);
}

int bdev_space_flush(struct bdev_space *space)
{
    uint64_t needed = space->commits_begun + 1;

    if (space->log == NULL)
        return 0;
    while (space->committing) {
        int rc = wait_for_commit(space, needed);
        if (rc != RUN_COMMIT)
            return rc;
    }
    size_t pinned = space->pinned_count;
    uint64_t commit = ++space->commits_begun;
    space->committing = true;
    int rc = bdev_log_commit(space->log, &space->map);
    if (rc == 0)
        unpin(space, pinned);
    end_commit(space, commit, rc);
    return rc;
}

bool bdev_space_wants_flush(const struct bdev_space *space)
{
    return space->log != NULL && !space->committing && space->log->count >= RECORDS_MAX;
}

/* ---- allocate */

/* Allocates one block of at most `units`. */
static int take_block(struct bdev_space *space, uint64_t units, struct chi_bytes *blocks,
                      size_t taken, uint64_t *got)
{
    uint64_t first;
    int rc =
        bdev_free_extents_reserve(&space->free, space->blocks + taken + space->pinned_count + 2);
    if (rc < 0)
        return rc;
    uint64_t most = CHIMAERA_BDEV_BLOCK_MAX >> space->map.unit_shift;
    *got = bdev_free_extents_take(&space->free, units < most ? units : most, &first);
    if (*got == 0)
        return -ENOSPC;
    const struct chimaera_bdev_block block = {.offset = first << space->map.unit_shift,
                                              .size = (uint32_t)(*got << space->map.unit_shift),
                                              .device = space->device};
    rc = chi_bytes_append(blocks, &block, sizeof block);
    if (rc < 0)
        bdev_free_extents_put(&space->free, first, *got);
    return rc;
}

static const struct chimaera_bdev_block *items_of(const struct chi_bytes *blocks, size_t *count)
{
    struct chi_view view = chi_bytes_view(blocks);
    *count = view.size / sizeof(struct chimaera_bdev_block);
    return (const void *)view.data;
}

/* Allocates from the extents that are free now; does not park. */
static int take_all(struct bdev_space *space, uint64_t units, uint32_t max_blocks,
                    struct chi_bytes *blocks)
{
    uint32_t shift = space->map.unit_shift;
    size_t count = 0;
    int rc = units > space->free.units ? -ENOSPC : 0;
    for (uint64_t got; units > 0 && rc == 0; units -= got) {
        got = 0;
        rc = max_blocks != 0 && count == max_blocks ? -ENOBUFS
                                                    : take_block(space, units, blocks, count, &got);
        count += rc == 0;
    }
    if (rc == 0 && space->log != NULL)
        rc = bdev_log_reserve(space->log, count);
    const struct chimaera_bdev_block *items = items_of(blocks, &count);
    for (size_t i = 0; i < count; i++) {
        uint64_t first = items[i].offset >> shift, here = items[i].size >> shift;
        if (rc < 0) {
            bdev_free_extents_put(&space->free, first, here);
            continue;
        }
        bdev_map_set(&space->map, first, here);
        if (space->log != NULL)
            bdev_log_append(space->log, first, here, false);
    }
    if (rc < 0)
        chi_bytes_fini(blocks);
    else
        space->blocks += count;
    return rc;
}

int bdev_space_allocate(struct bdev_space *space, uint64_t size, uint32_t max_blocks,
                        struct chi_bytes *blocks)
{
    uint32_t shift = space->map.unit_shift;
    if (size == 0)
        return -EINVAL;
    if (size > bdev_space_remaining(space))
        return -ENOSPC;
    uint64_t units = (size >> shift) + ((size & (((uint64_t)1 << shift) - 1)) != 0);
    int rc = take_all(space, units, max_blocks, blocks);
    while ((rc == -ENOSPC || rc == -ENOBUFS) && space->pinned_count > 0) {
        int flushed = bdev_space_flush(space); /* others may allocate what it unpins */
        if (flushed < 0)
            return flushed;
        rc = take_all(space, units, max_blocks, blocks);
    }
    return rc;
}

/* ---- free */

static int reserve_pinned(struct bdev_space *space, size_t more)
{
    if (space->pinned_capacity - space->pinned_count >= more)
        return 0;
    size_t capacity = space->pinned_capacity != 0 ? space->pinned_capacity * 2 : 256;
    while (capacity - space->pinned_count < more)
        capacity *= 2;
    void *pinned = realloc(space->pinned, capacity * sizeof *space->pinned);
    if (pinned == NULL)
        return -ENOMEM;
    space->pinned = pinned;
    space->pinned_capacity = capacity;
    return 0;
}

int bdev_space_free(struct bdev_space *space, const struct chimaera_bdev_block *blocks,
                    size_t count)
{
    uint32_t shift = space->map.unit_shift;
    size_t i;
    int rc = space->log != NULL ? bdev_log_reserve(space->log, count) : 0;
    if (rc == 0 && space->log != NULL)
        rc = reserve_pinned(space, count);
    for (i = 0; i < count && rc == 0; i++) {
        rc = blocks[i].device == space->device ? bdev_map_check_block(&space->map, blocks[i])
                                               : -EXDEV;
        if (rc == 0) /* now, so that the same block named twice is found */
            bdev_map_clear(&space->map, blocks[i].offset >> shift, blocks[i].size >> shift);
    }
    if (rc < 0) {
        for (i -= i > 0; i-- > 0;) /* all but the one that failed */
            bdev_map_set(&space->map, blocks[i].offset >> shift, blocks[i].size >> shift);
        return rc;
    }
    for (i = 0; i < count; i++) {
        uint64_t first = blocks[i].offset >> shift, here = blocks[i].size >> shift;
        if (space->log == NULL) {
            bdev_free_extents_put(&space->free, first, here);
            continue;
        }
        bdev_log_append(space->log, first, here, true);
        space->pinned[space->pinned_count++] = (struct bdev_pinned){first, here};
        space->pinned_units += here;
    }
    space->blocks -= count;
    return 0;
}

/* ---- init and fini */

int bdev_space_init(struct bdev_space *space, struct bdev_map *map, struct bdev_log *log,
                    uint32_t device)
{
    *space = (struct bdev_space){.device = device, .blocks = bdev_map_blocks(map), .log = log};
    if (bdev_free_extents_reserve(&space->free, space->blocks + 2) < 0)
        return -ENOMEM;
    for (uint64_t first = 0; first < map->units;) {
        first = bdev_map_next_used(map, first, false);
        uint64_t end = bdev_map_next_used(map, first, true);
        if (first < end)
            bdev_free_extents_put(&space->free, first, end - first);
        first = end;
    }
    space->map = *map;
    *map = (struct bdev_map){0};
    return 0;
}

void bdev_space_fini(struct bdev_space *space)
{
    bdev_map_fini(&space->map);
    bdev_free_extents_fini(&space->free);
    free(space->pinned);
    *space = (struct bdev_space){0};
}

uint64_t bdev_space_remaining(const struct bdev_space *space)
{
    return (space->free.units + space->pinned_units) << space->map.unit_shift;
}
