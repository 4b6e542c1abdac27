/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A history of allocations, writes, frees and flushes on a disk that forgets, with what the map was
 * at each commit; and what must hold of it when a crash has left an image of the disk. Include in
 * one file of a test.
 */
#ifndef CHI_TEST_BDEV_HISTORY_H
#define CHI_TEST_BDEV_HISTORY_H

#include "../../../chimods/bdev/src/space.h"
#include "fake_disk.h"

#define DISK_BYTES ((uint64_t)384 << 10)
#define SHIFT      12u
#define UNIT       (1u << SHIFT)
#define UNITS_MAX  256u
#define WORDS      (UNITS_MAX / 64 + 1)
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STEPS       130u /* each image costs many times as much */
#define SEEDS       1u
#define STRIDE      29u
#define KILL_STRIDE 11u
#else
#define STEPS       400u
#define SEEDS       3u
#define STRIDE      7u
#define KILL_STRIDE 1u
#endif
#define VARIANTS       6u
#define ALLOCATION_MAX 12u /* units */

/* The map when a commit began, and what the blocks' first units had been written with. */
struct moment {
    uint64_t used[WORDS];
    uint64_t starts[WORDS];
    uint64_t stamps[UNITS_MAX];
    size_t begun; /* operations of the disk before it */
    size_t ended; /* and after it; SIZE_MAX where it failed or never ended */
};

struct history {
    struct fake_disk disk; /* first, for others_go_on() */
    struct bdev_superblock super;
    struct bdev_log log;
    struct bdev_space space;
    uint64_t stamps[UNITS_MAX]; /* 0: not written */
    struct chimaera_bdev_block owned[UNITS_MAX];
    size_t owned_count;
    struct moment *moments;
    size_t moment_count;
    uint64_t seed, next_stamp;
    unsigned meanwhile; /* changes during a commit */
};

static inline void take_moment(struct history *h)
{
    h->moments = realloc(h->moments, (h->moment_count + 1) * sizeof *h->moments);
    assert_non_null(h->moments);
    struct moment *m = &h->moments[h->moment_count++];
    *m = (struct moment){.begun = h->disk.count, .ended = SIZE_MAX};
    for (uint64_t w = 0; w < h->space.map.words; w++) {
        m->used[w] = h->space.map.used[w];
        m->starts[w] = h->space.map.starts[w];
    }
    memcpy(m->stamps, h->stamps, sizeof m->stamps);
}

/* Every commit goes through here, also those that allocating makes. */
static inline int flush(struct history *h)
{
    take_moment(h);
    size_t moment = h->moment_count - 1;
    int rc = bdev_space_flush(&h->space);
    if (rc == 0)
        h->moments[moment].ended = h->disk.count;
    return rc;
}

static inline void begin(struct history *h, uint64_t seed, unsigned fail_one_in)
{
    struct bdev_map map;
    *h = (struct history){.seed = seed, .next_stamp = 1};
    disk_init(&h->disk, DISK_BYTES, NULL, seed + 1);
    assert_int_equal(bdev_super_lay_out(&h->super, DISK_BYTES, SHIFT, 0x1234567), 0);
    assert_int_equal(bdev_map_init(&map, h->super.data_size, SHIFT), 0);
    assert_true(map.units <= UNITS_MAX);
    assert_int_equal(bdev_log_format(&h->log, &h->disk.base, &h->super, &map, true), 0);
    assert_int_equal(bdev_space_init(&h->space, &map, &h->log, 0x1234567), 0);
    h->disk.fail_one_in = fail_one_in;
    take_moment(h); /* the empty device */
    h->moments[0].begun = h->moments[0].ended = h->disk.count;
}

static inline void end(struct history *h)
{
    bdev_space_fini(&h->space);
    bdev_log_fini(&h->log);
    disk_fini(&h->disk);
    free(h->moments);
}

static inline void stamp_block(struct history *h, const struct chimaera_bdev_block *block)
{
    uint64_t *page = aligned_alloc(UNIT, UNIT);
    uint64_t stamp = h->next_stamp++;
    assert_non_null(page);
    for (unsigned i = 0; i < UNIT / 8; i++)
        page[i] = stamp;
    if (h->disk.base.write(&h->disk.base, h->super.data_offset + block->offset, page, UNIT) == 0)
        h->stamps[block->offset >> SHIFT] = stamp;
    free(page);
}

static inline void allocate(struct history *h)
{
    struct chi_bytes bytes = {0};
    uint64_t size = (1 + disk_random(&h->seed) % ALLOCATION_MAX) * UNIT;
    size_t held = h->space.pinned_count;
    size_t commits = h->log.commits;

    /* Where it must flush first, that is a commit like others. */
    if (held > 0 && size > h->space.free.units * UNIT && size <= bdev_space_remaining(&h->space) &&
        flush(h) < 0)
        return;
    commits = h->log.commits;
    int rc = bdev_space_allocate(&h->space, size, 0, &bytes);
    assert_true(rc == 0 || rc == -ENOSPC);
    if (rc == 0) {
        struct chi_view view = chi_bytes_view(&bytes);
        const struct chimaera_bdev_block *blocks = (const void *)view.data;
        for (size_t i = 0; i < view.size / sizeof *blocks; i++) {
            h->owned[h->owned_count++] = blocks[i];
            h->stamps[blocks[i].offset >> SHIFT] = 0;
            stamp_block(h, &blocks[i]);
        }
    }
    assert_int_equal(h->log.commits, commits);
    chi_bytes_fini(&bytes);
}

static inline void free_some(struct history *h)
{
    if (h->owned_count == 0)
        return;
    size_t which = disk_random(&h->seed) % h->owned_count;
    assert_int_equal(bdev_space_free(&h->space, &h->owned[which], 1), 0);
    h->owned[which] = h->owned[--h->owned_count];
}

/* While a commit waits for the disk: what needs no commit itself. */
static inline void others_go_on(struct fake_disk *disk)
{
    struct history *h = (struct history *)disk;
    uint64_t dice = disk_random(&h->seed) % 6;
    if (!h->space.committing || dice > 2)
        return;
    if (dice < 2 && h->space.free.units >= ALLOCATION_MAX)
        allocate(h);
    else
        free_some(h);
    take_moment(h);
    h->meanwhile++;
}

static inline void live(struct history *h)
{
    h->disk.during = others_go_on;
    for (unsigned step = 0; step < STEPS; step++) {
        uint64_t dice = disk_random(&h->seed) % 10;
        if (dice < 4)
            allocate(h);
        else if (dice < 7)
            free_some(h);
        else
            flush(h);
    }
}

/* ---- after the crash */

static inline bool same_map(const struct moment *m, const struct bdev_map *map)
{
    for (uint64_t w = 0; w < map->words; w++)
        if (m->used[w] != map->used[w] || m->starts[w] != map->starts[w])
            return false;
    return true;
}

/* The commit that the opened map is of: the latest that fits and had begun. */
static inline const struct moment *find_moment(const struct history *h, size_t crash,
                                               const struct bdev_map *map,
                                               const struct moment *oldest)
{
    for (size_t i = h->moment_count; i-- > 0;) {
        const struct moment *m = &h->moments[i];
        if (m->begun <= crash && same_map(m, map))
            return m >= oldest ? m : NULL;
    }
    return NULL;
}

/* The last commit that was said to be durable before the crash. */
static inline const struct moment *last_durable(const struct history *h, size_t crash)
{
    for (size_t i = h->moment_count; i-- > 0;)
        if (h->moments[i].ended <= crash)
            return &h->moments[i];
    return NULL;
}

static inline void check_data(const struct history *h, const struct moment *durable,
                              const struct bdev_map *map, const uint8_t *image)
{
    for (uint64_t unit = 0; unit < map->units; unit++) {
        bool starts = map->starts[unit / 64] >> unit % 64 & map->used[unit / 64] >> unit % 64 & 1;
        bool there =
            durable->starts[unit / 64] >> unit % 64 & durable->used[unit / 64] >> unit % 64 & 1;
        if (!starts || !there || durable->stamps[unit] == 0)
            continue;
        const uint64_t *page = (const void *)(image + h->super.data_offset + unit * UNIT);
        assert_int_equal(page[0], durable->stamps[unit]);
        assert_memory_equal(page, page + 1, UNIT - 8);
    }
}

/* Opens what a crash has left, with all checks. */
static inline void check_image(const struct history *h, size_t crash, const uint8_t *image,
                               struct fake_disk *after)
{
    struct bdev_superblock super;
    struct bdev_log log;
    struct bdev_map map;
    const struct moment *durable = last_durable(h, crash);

    assert_int_equal(bdev_super_read(&after->base, DISK_BYTES, &super), 0);
    assert_int_equal(bdev_map_init(&map, super.data_size, super.unit_shift), 0);
    assert_int_equal(bdev_log_open(&log, &after->base, &super, &map), 0);
    const struct moment *found = find_moment(h, crash, &map, durable);
    assert_non_null(found);
    check_data(h, durable, &map, image);
    bdev_log_fini(&log);
    bdev_map_fini(&map);
}

#endif
