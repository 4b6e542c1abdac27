/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The allocation log: keeps a block map in a file so that a crash at any point leaves what was last
 * committed, or a later state. Records of what changed wait in memory until a commit writes them
 * behind each other, page by page; no page is written twice in an epoch. When the log is full, or a
 * write to it has failed, the commit writes a snapshot of the map to the other region and then the
 * superblock of the next epoch, which makes that region the one that counts.
 *
 * Owner's lane only; commit parks and must not run twice at a time, append may be called meanwhile.
 */
#ifndef CHIMAERA_BDEV_ALLOC_LOG_H
#define CHIMAERA_BDEV_ALLOC_LOG_H

#include "block_map.h"
#include "superblock.h"
#include <stdbool.h>
#include <stddef.h>

struct bdev_log {
    struct bdev_store *store;
    struct bdev_superblock super; /* the one that counts on the device */
    struct bdev_superblock next;  /* of a compaction */
    uint32_t next_page;           /* of the log */
    struct bdev_record *pending;
    size_t count;
    size_t capacity;
    bool compact;    /* the next commit must write a snapshot; records need not be kept */
    bool super_sent; /* `next` may be on the device or not: nothing else may be written before it
                        surely is */
    uint64_t commits;
    uint64_t pages;
    uint64_t compactions;
};

/*
 * Writes an empty map of the layout in `super`. `empty`: the device holds nothing that could be
 * lost; then a crash leaves it so, see bdev_super_begin(). 0, -ENOMEM, the store's codes.
 */
int bdev_log_format(struct bdev_log *log, struct bdev_store *store,
                    const struct bdev_superblock *super, const struct bdev_map *map, bool empty);

/*
 * Fills `map`, which is empty and has super->data_size bytes, with what the device says, and begins
 * a new epoch. 0, -EUCLEAN (damaged), -ENOMEM, the store's codes.
 */
int bdev_log_open(struct bdev_log *log, struct bdev_store *store,
                  const struct bdev_superblock *super, struct bdev_map *map);

/* Makes room for `records` more, so that adding them cannot fail. 0, -ENOMEM. */
int bdev_log_reserve(struct bdev_log *log, size_t records);

/* Adds a record of what has just happened to the map. */
void bdev_log_append(struct bdev_log *log, uint64_t first, uint64_t count, bool freed);

/*
 * Writes what was added before, and flushes: afterwards it is on stable storage, as is everything
 * else that was written to the device before. Parks. 0, -ENOMEM, the store's codes; after those the
 * next commit takes care of it.
 */
int bdev_log_commit(struct bdev_log *log, const struct bdev_map *map);

void bdev_log_fini(struct bdev_log *log);

#endif
