/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The allocation log: keeps a block map in a file, such that a crash at any point leaves the map of
 * the last commit or of a later state. Records of changes are collected in memory; a commit appends
 * them to the log in pages, none of which is written twice in an epoch. When the log is full, or a
 * write to it has failed, the commit compacts: it writes a snapshot of the map to the other region
 * and then the superblock of the next epoch, which makes that region current.
 *
 * Metadata lane only. Commit parks and must not run twice at a time; append may run meanwhile.
 */
#ifndef CHIMAERA_BDEV_ALLOC_LOG_H
#define CHIMAERA_BDEV_ALLOC_LOG_H

#include "block_map.h"
#include "superblock.h"
#include <stdbool.h>
#include <stddef.h>

struct bdev_log {
    struct bdev_store *store;
    struct bdev_superblock super; /* the current one on the device */
    struct bdev_superblock next;  /* of a compaction */
    uint32_t next_page;           /* of the log */
    struct bdev_record *pending;  /* records of the next commit */
    size_t count;
    size_t capacity;
    bool compact;    /* the next commit must write a snapshot; records are not needed */
    bool super_sent; /* `next` may or may not be on the device, and must be written before any other
                        page */
    uint64_t commits;
    uint64_t pages;
    uint64_t compactions;
};

/*
 * Formats a device: writes an empty map with the layout of `super`. `empty`: the device holds no
 * data; a crash then leaves it so, see bdev_super_begin_format(). Parks. Returns 0, -ENOMEM or
 * codes of the store.
 */
int bdev_log_format(struct bdev_log *log, struct bdev_store *store,
                    const struct bdev_superblock *super, const struct bdev_map *map, bool empty);

/*
 * Loads the map on the device into `map`, which is empty and has super->data_size bytes, and begins
 * a new epoch. Parks. Returns 0, -EUCLEAN (damaged), -ENOMEM or codes of the store.
 */
int bdev_log_open(struct bdev_log *log, struct bdev_store *store,
                  const struct bdev_superblock *super, struct bdev_map *map);

/* Reserves memory for `records` more records, so that append cannot fail. Returns 0 or -ENOMEM. */
int bdev_log_reserve(struct bdev_log *log, size_t records);

/* Appends a record of a change that was made to the map. */
void bdev_log_append(struct bdev_log *log, uint64_t first, uint64_t count, bool freed);

/*
 * Writes all pending records, and flushes: they and all other earlier writes to the device are then
 * on stable storage. Parks. Returns 0, -ENOMEM or codes of the store; after an error the next
 * commit writes the whole map.
 */
int bdev_log_commit(struct bdev_log *log, const struct bdev_map *map);

void bdev_log_fini(struct bdev_log *log);

#endif
