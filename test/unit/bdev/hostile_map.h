/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hostile map whose checksums are all correct, edited at random or by a fuzzer. Opening refuses
 * it or loads a consistent map, which allocates no unit twice, also after it is opened again.
 * Include in one file of a test.
 */
#ifndef CHI_TEST_BDEV_HOSTILE_MAP_H
#define CHI_TEST_BDEV_HOSTILE_MAP_H

#include <errno.h>
#include <stdalign.h>
#include <stdbool.h>
#include <string.h>

#include "../../../chimods/bdev/src/space.h"
#include "fuzz/fuzz.h"

#define HOSTILE_PAGES 40u
#define HOSTILE_BYTES (HOSTILE_PAGES * BDEV_PAGE)
#define HOSTILE_SHIFT 12u
#define HOSTILE_EDIT                                                                               \
    12u /* bytes: page and whether its checksum stays wrong, width, place, value                   \
         */

struct hostile_disk {
    struct bdev_store base;
    alignas(BDEV_PAGE) uint8_t bytes[HOSTILE_BYTES];
};

static inline int hostile_read(struct bdev_store *store, uint64_t offset, void *memory, size_t size)
{
    struct hostile_disk *disk = (struct hostile_disk *)store;
    MUST(offset <= HOSTILE_BYTES && size <= HOSTILE_BYTES - offset);
    memcpy(memory, disk->bytes + offset, size);
    return 0;
}

static inline int hostile_write(struct bdev_store *store, uint64_t offset, const void *memory,
                                size_t size)
{
    struct hostile_disk *disk = (struct hostile_disk *)store;
    MUST(offset <= HOSTILE_BYTES && size <= HOSTILE_BYTES - offset);
    memcpy(disk->bytes + offset, memory, size);
    return 0;
}

static inline int hostile_flush(struct bdev_store *store)
{
    (void)store;
    return 0;
}

static inline int hostile_open(struct hostile_disk *disk, struct bdev_log *log,
                               struct bdev_space *space)
{
    struct bdev_superblock super;
    struct bdev_map map;
    int rc = bdev_super_read(&disk->base, HOSTILE_BYTES, &super);
    if (rc < 0)
        return rc;
    MUST(super.data_offset + super.data_size <= HOSTILE_BYTES);
    MUST(bdev_map_init(&map, super.data_size, super.unit_shift) == 0);
    rc = bdev_log_open(log, &disk->base, &super, &map);
    if (rc == 0)
        rc = bdev_space_init(space, &map, log, (uint32_t)super.device);
    if (rc < 0) {
        bdev_map_fini(&map);
        bdev_log_fini(log);
    }
    return rc;
}

static inline void hostile_close(struct bdev_log *log, struct bdev_space *space)
{
    bdev_space_fini(space);
    bdev_log_fini(log);
}

/* Allocates blocks of one unit until none is free; no unit is allocated twice. */
static inline void hostile_fill(struct bdev_space *space)
{
    struct bdev_map *map = &space->map;
    uint64_t units = map->units, used = 0;
    for (uint64_t u = 0; u < units; u++)
        used += map->used[u / 64] >> u % 64 & 1;
    MUST(bdev_map_is_sound(map));
    MUST(space->blocks == bdev_map_blocks(map) && space->blocks <= used);
    MUST(bdev_space_remaining(space) == (units - used) << map->unit_shift);
    for (; used < units; used++) {
        struct chi_bytes bytes = {0};
        uint64_t before = space->blocks;
        MUST(bdev_space_allocate(space, 1, 1, &bytes) == 0);
        chi_bytes_fini(&bytes);
        MUST(space->blocks == before + 1 && bdev_map_blocks(map) == before + 1);
    }
    MUST(bdev_space_remaining(space) == 0);
}

/*
 * Two epochs, each with a log. Epoch 3 counts: superblock in page 1, snapshot in page 11, log in
 * pages 12 (empty), 13 and 14, with three records each.
 */
static inline void hostile_make(struct hostile_disk *disk)
{
    struct bdev_superblock super;
    struct bdev_log log = {0};
    struct bdev_map map;
    *disk = (struct hostile_disk){.base = {hostile_read, hostile_write, hostile_flush}};
    MUST(bdev_super_lay_out(&super, HOSTILE_BYTES, HOSTILE_SHIFT, 0x1234567) == 0);
    MUST(bdev_map_init(&map, super.data_size, HOSTILE_SHIFT) == 0);
    MUST(bdev_log_format(&log, &disk->base, &super, &map, true) == 0);
    MUST(bdev_log_reserve(&log, 16) == 0);
    for (uint64_t i = 0; i < 8; i += 2) {
        bdev_map_set(&map, i * 2, 2);
        bdev_log_append(&log, i * 2, 2, false);
        bdev_map_set(&map, i * 2 + 2, 2);
        bdev_log_append(&log, i * 2 + 2, 2, false);
        bdev_map_clear(&map, i * 2 + 2, 2);
        bdev_log_append(&log, i * 2 + 2, 2, true);
        MUST(bdev_log_commit(&log, &map) == 0);
        log.compact = i == 0; /* the next commit begins epoch 3 */
    }
    bdev_log_fini(&log);
    bdev_map_fini(&map);
}

enum seal { UNCHANGED, SEALED, UNSEALED };

static inline void hostile_edit(struct hostile_disk *disk, const uint8_t *edit, enum seal *seals)
{
    unsigned page = (edit[0] & 0x7f) % HOSTILE_PAGES, width = 1u << (edit[1] & 3);
    unsigned place = (edit[2] | (unsigned)edit[3] << 8) % (BDEV_PAGE - width + 1);
    memcpy(disk->bytes + (size_t)page * BDEV_PAGE + place, edit + 4, width);
    if (seals[page] != UNSEALED)
        seals[page] = edit[0] & 0x80 ? UNSEALED : SEALED;
}

static inline void hostile_seal(struct hostile_disk *disk, const enum seal *seals)
{
    for (unsigned page = 0; page < HOSTILE_PAGES; page++)
        if (seals[page] == SEALED)
            bdev_page_seal(disk->bytes + (size_t)page * BDEV_PAGE,
                           page < 2 ? offsetof(struct bdev_superblock, checksum)
                                    : offsetof(struct bdev_page_head, checksum));
}

/* Whether the map that these edits make was taken. */
static inline bool hostile_try(const uint8_t *edits, size_t size)
{
    static struct hostile_disk original, disk;
    enum seal seals[HOSTILE_PAGES] = {UNCHANGED};
    struct bdev_log log, again_log;
    struct bdev_space space, again;
    if (original.base.read == NULL)
        hostile_make(&original);
    disk = original;
    for (; size >= HOSTILE_EDIT; size -= HOSTILE_EDIT, edits += HOSTILE_EDIT)
        hostile_edit(&disk, edits, seals);
    hostile_seal(&disk, seals);
    if (hostile_open(&disk, &log, &space) < 0)
        return false;
    hostile_fill(&space);
    MUST(bdev_space_flush(&space) == 0);
    MUST(hostile_open(&disk, &again_log, &again) == 0);
    MUST(memcmp(space.map.used, again.map.used, space.map.words * 8) == 0);
    MUST(memcmp(space.map.starts, again.map.starts, space.map.words * 8) == 0);
    hostile_close(&again_log, &again);
    hostile_close(&log, &space);
    return true;
}

#endif
