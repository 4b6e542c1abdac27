/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A device's space: allocating and freeing blocks, and, where the device has a log, making that
 * durable. All on one lane (the "owner"); what parks says so.
 *
 * Freed space is not given anew before the record of its freeing is on the device: a crash would
 * bring the old block back, with what the new owner wrote.
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
    uint32_t device;      /* the number in blocks */
    uint64_t blocks;      /* allocated */
    struct bdev_log *log; /* NULL: nothing is kept */

    /* Freed, and not yet to be given anew, in the order of their records. */
    struct bdev_held {
        uint64_t first, count;
    } * held;
    size_t held_count, held_capacity;
    uint64_t held_units;

    /* Commits: at most one at a time; those who come meanwhile wait for the next. */
    uint64_t commits_begun;
    bool committing;
    struct bdev_flush_waiter *waiters;
};

/*
 * Takes over a map, and a log or NULL. 0, -ENOMEM (then the map is still the caller's).
 */
int bdev_space_init(struct bdev_space *space, struct bdev_map *map, struct bdev_log *log,
                    uint32_t device);
void bdev_space_fini(struct bdev_space *space);

/* Bytes that can be allocated. */
uint64_t bdev_space_remaining(const struct bdev_space *space);

/*
 * Allocates `size` bytes in up to `max_blocks` blocks (0: any number), which are added to `blocks`,
 * a zeroed vector of struct chimaera_bdev_block. All or nothing. May park. 0, -EINVAL (size 0),
 * -ENOSPC, -ENOBUFS (it would take more blocks), -ENOMEM, and where freed space must first be
 * recorded the codes of bdev_log_commit().
 */
int bdev_space_allocate(struct bdev_space *space, uint64_t size, uint32_t max_blocks,
                        struct chi_bytes *blocks);

/* Frees blocks as they were allocated, all or none. Does not park. The codes of
 * bdev_map_check_block(); -EXDEV (of another device); -EALREADY also for one named twice; -ENOMEM.
 */
int bdev_space_free(struct bdev_space *space, const struct chimaera_bdev_block *blocks,
                    size_t count);

/* Makes all that was allocated, freed and written before durable. Parks. The codes of
 * bdev_log_commit(). */
int bdev_space_flush(struct bdev_space *space);

/* Whether so many records wait that whoever comes by should flush. */
bool bdev_space_wants_flush(const struct bdev_space *space);

#endif
