/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * On-disk format of a file with a block map; docs/reference/bdev.md describes it. Little-endian, in
 * pages of 4096 bytes, each with its own checksum:
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

#define BDEV_PAGE        4096u
#define BDEV_VERSION     1u
#define BDEV_SUPER_MAGIC 0x0056454442494843u /* "CHIBDEV" */
#define BDEV_FORMATTING_MAGIC                                                                      \
    0x0057454e42494843u                 /* "CHIBNEW": marker, see bdev_super_begin_format() */
#define BDEV_SNAPSHOT_MAGIC 0x50414e53u /* "SNAP" */
#define BDEV_LOG_MAGIC      0x20474f4cu /* "LOG " */
#define BDEV_PAGE_WORDS     254u        /* of each bit map in a snapshot page */
#define BDEV_PAGE_UNITS     (BDEV_PAGE_WORDS * 64u)
#define BDEV_PAGE_RECORDS   254u
#define BDEV_FREED          ((uint64_t)1 << 63)
#define BDEV_COMMIT_BEGINS  0x8000u /* in `count` */

struct bdev_superblock {
    uint64_t magic;
    uint32_t version;
    uint32_t checksum; /* CRC-32C of the page with this member 0 */
    uint64_t epoch;    /* the valid superblock with the higher epoch is current */
    uint64_t device;   /* random; blocks name its lower half, which is never 0 */
    uint64_t size;     /* bytes used of the file */
    uint64_t data_offset;
    uint64_t data_size;
    uint32_t unit_shift;
    uint32_t snapshot_pages; /* of each region */
    uint32_t log_pages;      /* of each region */
    uint32_t zero[1007];
};
static_assert(sizeof(struct bdev_superblock) == BDEV_PAGE, "one page");

struct bdev_page_head {
    uint32_t magic;
    uint32_t checksum; /* CRC-32C of the page with this member 0 */
    uint64_t epoch;    /* of its superblock */
    uint32_t index;    /* in its snapshot or log */
    uint16_t count;    /* records in a page of the log, and BDEV_COMMIT_BEGINS */
    uint16_t left;     /* pages that follow in the same commit; an incomplete commit is ignored */
    uint64_t device;   /* of the superblock; tells pages of an earlier format apart */
};

struct bdev_snapshot_page {
    struct bdev_page_head head;
    uint64_t used[BDEV_PAGE_WORDS]; /* a bit per unit, from index * BDEV_PAGE_UNITS on */
    uint64_t starts[BDEV_PAGE_WORDS];
};
static_assert(sizeof(struct bdev_snapshot_page) == BDEV_PAGE, "one page");

/* An allocation of one block, or its freeing. */
struct bdev_record {
    uint64_t first; /* unit; with BDEV_FREED set: freed */
    uint64_t count;
};

struct bdev_log_page {
    struct bdev_page_head head;
    struct bdev_record records[BDEV_PAGE_RECORDS];
};
static_assert(sizeof(struct bdev_log_page) == BDEV_PAGE, "one page");

#endif
