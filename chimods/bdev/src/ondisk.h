/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a file with a block map looks like; docs/reference/bdev.md has the picture. Little-endian.
 * All in pages of 4096 bytes, each with a checksum of its own:
 *
 *   page 0, 1          superblock, of even and of odd epochs
 *   region 0           snapshot of the map, then log; of even epochs
 *   region 1           the same, of odd epochs
 *   data_offset ...    the blocks
 */
#ifndef CHIMAERA_BDEV_ONDISK_H
#define CHIMAERA_BDEV_ONDISK_H

#include <assert.h>
#include <stdint.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is little-endian");

#define BDEV_PAGE           4096u
#define BDEV_VERSION        1u
#define BDEV_SUPER_MAGIC    0x0056454442494843u /* "CHIBDEV" */
#define BDEV_BEGUN_MAGIC    0x0057454e42494843u /* "CHIBNEW": see bdev_super_begin() */
#define BDEV_SNAPSHOT_MAGIC 0x50414e53u         /* "SNAP" */
#define BDEV_LOG_MAGIC      0x20474f4cu         /* "LOG " */
#define BDEV_PAGE_WORDS     254u                /* of each bit map, in a page of a snapshot */
#define BDEV_PAGE_UNITS     (BDEV_PAGE_WORDS * 64u)
#define BDEV_PAGE_RECORDS   254u
#define BDEV_FREED          ((uint64_t)1 << 63)
#define BDEV_COMMIT_BEGINS  0x8000u /* in `count` */

struct bdev_superblock {
    uint64_t magic;
    uint32_t version;
    uint32_t checksum; /* of the page, with this member 0 */
    uint64_t epoch;    /* the valid superblock with the higher one counts */
    uint64_t device;   /* random number; its lower half, never 0, stands in each block */
    uint64_t size;     /* bytes of the file that are used */
    uint64_t data_offset;
    uint64_t data_size;
    uint32_t unit_shift;
    uint32_t snapshot_pages; /* of each region */
    uint32_t log_pages;      /* of each region */
    uint32_t zero[1007];
};
static_assert(sizeof(struct bdev_superblock) == BDEV_PAGE, "a page");

struct bdev_page_head {
    uint32_t magic;
    uint32_t checksum; /* of the page, with this member 0 */
    uint64_t epoch;    /* that of the superblock it belongs to */
    uint32_t index;    /* in its snapshot or log */
    uint16_t count;    /* records in a page of the log, and BDEV_COMMIT_BEGINS */
    uint16_t left;   /* pages of the same commit that follow: it counts as a whole or not at all */
    uint64_t device; /* that of the superblock, so that pages of an earlier life do not count */
};

struct bdev_snapshot_page {
    struct bdev_page_head head;
    uint64_t used[BDEV_PAGE_WORDS]; /* a bit per unit, from index * BDEV_PAGE_UNITS on */
    uint64_t starts[BDEV_PAGE_WORDS];
};
static_assert(sizeof(struct bdev_snapshot_page) == BDEV_PAGE, "a page");

/* These units became one block, or were freed. */
struct bdev_record {
    uint64_t first; /* and BDEV_FREED */
    uint64_t count;
};

struct bdev_log_page {
    struct bdev_page_head head;
    struct bdev_record records[BDEV_PAGE_RECORDS];
};
static_assert(sizeof(struct bdev_log_page) == BDEV_PAGE, "a page");

#endif
