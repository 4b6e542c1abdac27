/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The space of a device: allocates and frees blocks, and, with a log, makes that durable. Owned by
 * the metadata lane. The comments below say which functions park.
 *
 * Freed space is pinned (not allocated again) until the record of its freeing is on the device.
 * Otherwise a crash could bring the old block back with the new owner's data in it.
 */
#ifndef CHIMAERA_BDEV_SPACE_H
#define CHIMAERA_BDEV_SPACE_H

#include "alloc_log.h"
#include "block_map.h"
#include "free_extents.h"

struct bdev_flush_waiter;

struct bdev_space {
    struct bdev_map map;
    struct bdev_free_extents free;
    uint32_t device;      /* the number that blocks name */
    uint64_t blocks;      /* allocated */
    struct bdev_log *log; /* NULL: nothing is made durable */

    /* Pinned extents, in the order of their records. */
    struct bdev_pinned {
        uint64_t first, count; /* units */
    } * pinned;
    size_t pinned_count, pinned_capacity;
    uint64_t pinned_units;

    /* Commits: one at a time; a flush that arrives meanwhile waits for the next one. */
    uint64_t commits_begun;
    bool committing;
    struct bdev_flush_waiter *waiters;
};

/* Takes ownership of a map; `log` may be NULL. Returns 0, or -ENOMEM: the caller still owns the
 * map. */
int bdev_space_init(struct bdev_space *space, struct bdev_map *map, struct bdev_log *log,
                    uint32_t device);
void bdev_space_fini(struct bdev_space *space);

/* Bytes that can be allocated, pinned ones included. */
uint64_t bdev_space_remaining(const struct bdev_space *space);

/*
 * Allocates `size` bytes in at most `max_blocks` blocks (0: any number), all or nothing, and adds
 * them to `blocks`, a zeroed vector of struct chimaera_bdev_block. May park.
 * Returns:
 *   0
 *   -EINVAL   size 0
 *   -ENOSPC   less is free
 *   -ENOBUFS  it would take more blocks
 *   -ENOMEM   no memory
 *   codes of bdev_log_commit(), where pinned space must be committed first
 */
int bdev_space_allocate(struct bdev_space *space, uint64_t size, uint32_t max_blocks,
                        struct chi_bytes *blocks);

/*
 * Frees blocks exactly as they were allocated, all or none. Does not park.
 * Returns:
 *   0
 *   -EXDEV     a block of another device
 *   -EALREADY  a block was freed before, or is named twice
 *   -ENOMEM    no memory
 *   other codes of bdev_map_check_block()
 */
int bdev_space_free(struct bdev_space *space, const struct chimaera_bdev_block *blocks,
                    size_t count);

/* Makes all earlier allocations, frees and writes durable. Parks. Returns the codes of
 * bdev_log_commit(). */
int bdev_space_flush(struct bdev_space *space);

/* Whether so many records are pending that the caller should flush. */
bool bdev_space_wants_flush(const struct bdev_space *space);

#endif
