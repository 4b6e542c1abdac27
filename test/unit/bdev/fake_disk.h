/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A disk for the allocation log that forgets. Writes stay in a list until a flush; a crash keeps of
 * those after the last flush any subset, in any order, each whole or torn. Every operation is
 * recorded, so that a crash can be made after each of them. One thread.
 *
 * A torn write is torn within a sector even, but not within a word of 8 bytes.
 */
#ifndef CHI_TEST_BDEV_FAKE_DISK_H
#define CHI_TEST_BDEV_FAKE_DISK_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../../chimods/bdev/src/store.h"
#include "support/cmocka_all.h"

#define DISK_SECTOR 512u

struct disk_op {
    bool flush;
    uint64_t offset;
    size_t size;
    uint8_t *bytes;
};

struct fake_disk {
    struct bdev_store base;
    uint64_t size;
    uint8_t *first; /* what it held before the first operation */
    uint8_t *now;   /* what a reader sees */
    struct disk_op *ops;
    size_t count, capacity;
    uint64_t seed;
    unsigned fail_one_in; /* writes and flushes; 0: none fails */
    unsigned failed;
    void (*during)(struct fake_disk *disk); /* called in each write and flush; not from itself */
    bool in_during;
    uint8_t *flushed; /* disk_after_crash(): what the first `flushed_count` operations have left */
    size_t flushed_count;
};

/* Images of disks come and go, and the system's memory is slow to get. All of one size at a time.
 */
static struct {
    uint8_t *spare[8];
    unsigned count;
    uint64_t size;
} disk_images;

static inline void disk_image_put(uint8_t *image)
{
    if (image != NULL && disk_images.count < 8)
        disk_images.spare[disk_images.count++] = image;
    else
        free(image);
}

static inline uint8_t *disk_image_get(uint64_t size)
{
    if (disk_images.size != size)
        while (disk_images.count > 0)
            free(disk_images.spare[--disk_images.count]);
    disk_images.size = size;
    uint8_t *image = disk_images.count > 0 ? disk_images.spare[--disk_images.count] : malloc(size);
    assert_non_null(image);
    return image;
}

static inline uint64_t disk_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static inline bool disk_fails(struct fake_disk *disk)
{
    bool fails = disk->fail_one_in != 0 && disk_random(&disk->seed) % disk->fail_one_in == 0;
    disk->failed += fails;
    return fails;
}

static inline void disk_record(struct fake_disk *disk, struct disk_op op)
{
    if (disk->count == disk->capacity) {
        disk->capacity = disk->capacity != 0 ? disk->capacity * 2 : 256;
        disk->ops = realloc(disk->ops, disk->capacity * sizeof *disk->ops);
        assert_non_null(disk->ops);
    }
    disk->ops[disk->count++] = op;
}

static inline int disk_read(struct bdev_store *store, uint64_t offset, void *memory, size_t size)
{
    struct fake_disk *disk = (struct fake_disk *)store;
    assert_true(offset <= disk->size && size <= disk->size - offset);
    memcpy(memory, disk->now + offset, size);
    return 0;
}

/* What others do while one waits for the disk. */
static inline void disk_let_others(struct fake_disk *disk)
{
    if (disk->during == NULL || disk->in_during)
        return;
    disk->in_during = true;
    disk->during(disk);
    disk->in_during = false;
}

/* One that fails has written a part. */
static inline int disk_write(struct bdev_store *store, uint64_t offset, const void *memory,
                             size_t size)
{
    struct fake_disk *disk = (struct fake_disk *)store;
    disk_let_others(disk);
    bool fails = disk_fails(disk);
    assert_true(offset <= disk->size && size <= disk->size - offset);
    if (fails)
        size = disk_random(&disk->seed) % (size / DISK_SECTOR + 1) * DISK_SECTOR;
    memcpy(disk->now + offset, memory, size);
    if (disk->first == NULL)
        return 0;
    struct disk_op op = {.offset = offset, .size = size, .bytes = malloc(size + 1)};
    assert_non_null(op.bytes);
    memcpy(op.bytes, memory, size);
    disk_record(disk, op);
    return fails ? -EIO : 0;
}

static inline int disk_flush(struct bdev_store *store)
{
    struct fake_disk *disk = (struct fake_disk *)store;
    disk_let_others(disk);
    if (disk->first == NULL)
        return 0;
    if (disk_fails(disk))
        return -EIO; /* nothing is known to be there */
    disk_record(disk, (struct disk_op){.flush = true});
    return 0;
}

/* A disk that holds `image`, which it takes over. What is on it after a crash cannot be asked for.
 */
static inline void disk_init_last(struct fake_disk *disk, uint64_t size, uint8_t *image)
{
    *disk = (struct fake_disk){
        .base = {.read = disk_read, .write = disk_write, .flush = disk_flush},
        .size = size,
        .now = image,
    };
}

/* A disk that holds a copy of `image`, or zeros. */
static inline void disk_init(struct fake_disk *disk, uint64_t size, const uint8_t *image,
                             uint64_t seed)
{
    disk_init_last(disk, size, disk_image_get(size));
    disk->first = disk_image_get(size);
    disk->seed = seed;
    if (image != NULL)
        memcpy(disk->now, image, size);
    else
        memset(disk->now, 0, size);
    memcpy(disk->first, disk->now, size);
}

static inline void disk_fini(struct fake_disk *disk)
{
    for (size_t i = 0; i < disk->count; i++)
        free(disk->ops[i].bytes);
    free(disk->ops);
    disk_image_put(disk->first);
    disk_image_put(disk->now);
    disk_image_put(disk->flushed);
}

/* A write that was under way when the power went: some of its sectors, the last of them torn. */
static inline void disk_tear(uint8_t *image, const struct disk_op *op, uint64_t *seed)
{
    for (size_t at = 0; at < op->size; at += DISK_SECTOR) {
        uint64_t dice = disk_random(seed) % 8;
        size_t keep = dice < 3   ? 0
                      : dice < 7 ? DISK_SECTOR
                                 : disk_random(seed) % (DISK_SECTOR / 8) * 8;
        memcpy(image + op->offset + at, op->bytes + at, keep);
    }
}

/* The operations before `end` that the last flush among them covers. */
static inline size_t disk_flushed(const struct fake_disk *disk, size_t end)
{
    while (end > 0 && !disk->ops[end - 1].flush)
        end--;
    return end;
}

/* What the first `end` operations have left, which end with a flush; kept for the next such call,
 * which costs little where it asks for no earlier state. */
static inline const uint8_t *disk_flushed_image(struct fake_disk *disk, size_t end)
{
    if (disk->flushed == NULL || end < disk->flushed_count) {
        if (disk->flushed == NULL)
            disk->flushed = disk_image_get(disk->size);
        memcpy(disk->flushed, disk->first, disk->size);
        disk->flushed_count = 0;
    }
    for (; disk->flushed_count < end; disk->flushed_count++) {
        const struct disk_op *op = &disk->ops[disk->flushed_count];
        if (!op->flush)
            memcpy(disk->flushed + op->offset, op->bytes, op->size);
    }
    return disk->flushed;
}

/*
 * What is on the disk after a crash behind operation `end` and at most what came before `end`. Of
 * what no flush covers: `variant` 0 keeps nothing, 1 everything, others a choice.
 */
static inline uint8_t *disk_after_crash(struct fake_disk *disk, size_t end, unsigned variant,
                                        uint64_t *seed)
{
    uint8_t *image = disk_image_get(disk->size);
    size_t flushed = disk_flushed(disk, end);
    memcpy(image, disk_flushed_image(disk, flushed), disk->size);
    size_t count = end - flushed;
    if (variant == 0 || count == 0)
        return image;
    size_t *order = malloc(count * sizeof *order);
    assert_non_null(order);
    for (size_t i = 0; i < count; i++)
        order[i] = flushed + i;
    for (size_t i = count; variant > 1 && i > 1; i--) {
        size_t other = disk_random(seed) % i, swap = order[i - 1];
        order[i - 1] = order[other];
        order[other] = swap;
    }
    for (size_t i = 0; i < count; i++) {
        const struct disk_op *op = &disk->ops[order[i]];
        uint64_t dice = variant == 1 ? 0 : disk_random(seed) % 3;
        if (dice == 0)
            memcpy(image + op->offset, op->bytes, op->size);
        else if (dice == 1)
            disk_tear(image, op, seed);
    }
    free(order);
    return image;
}

#endif
