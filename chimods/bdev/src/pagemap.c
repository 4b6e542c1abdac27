/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Extents of private anonymous memory. See pagemap.h. A page that is neither present nor swapped
 * nor being migrated has not been written since the mapping was made or the page was discarded, so
 * it reads as zeros. The kernel may discard a page of zeros itself. It reads the page table under
 * the locks that protect swapping, migration, and merging and splitting of huge pages, so no
 * intermediate state is visible.
 */
#include "pagemap.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FILL_MAX ((uint64_t)64 << 20) /* bytes of the device per call */
#define ENTRIES  512u                 /* of the page table, per pread() */
#define REGIONS  64u                  /* per PAGEMAP_SCAN */

static uint64_t page_size(void)
{
    return (uint64_t)sysconf(_SC_PAGESIZE);
}

/* ---- by PAGEMAP_SCAN (Linux 6.7), which the system's headers may lack */

#define IS_PRESENT ((uint64_t)1 << 3)
#define IS_SWAPPED ((uint64_t)1 << 4)
#define IS_ZERO    ((uint64_t)1 << 5) /* the shared zero page, mapped by a read */

struct region {
    uint64_t start, end;
    uint64_t categories;
};

struct scan {
    uint64_t size, flags;
    uint64_t start, end, walk_end; /* addresses */
    uint64_t vec, vec_len, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

#define SCAN _IOWR('f', 16, struct scan)

bool bdev_pagemap_scan(struct bdev_extents *extents, int pagemap, const uint8_t *memory)
{
    struct region regions[REGIONS];
    uint64_t page = page_size(), base = (uintptr_t)memory;
    uint64_t to =
        bdev_min(extents->at / page * page + FILL_MAX, (extents->end + page - 1) / page * page);
    struct scan scan = {.size = sizeof scan,
                        .start = base + extents->at / page * page,
                        .end = base + to,
                        .vec = (uintptr_t)regions,
                        .vec_len = REGIONS,
                        .category_inverted = IS_ZERO, /* select pages that are not the zero page */
                        .category_mask = IS_ZERO,
                        .category_anyof_mask = IS_PRESENT | IS_SWAPPED,
                        .return_mask = IS_PRESENT};
    int found = ioctl(pagemap, SCAN, &scan);

    if (found < 0 || found > (int)REGIONS || scan.walk_end <= scan.start ||
        scan.walk_end > scan.end)
        return false;
    for (int i = 0; i < found; i++) {
        bdev_extents_add(extents, regions[i].start - base, CHIMAERA_BDEV_EXTENT_HOLE);
        bdev_extents_add(extents, regions[i].end - base, 0);
    }
    bdev_extents_add(extents, scan.walk_end - base, CHIMAERA_BDEV_EXTENT_HOLE);
    return true;
}

/* ---- entry by entry */

/* Bit 63: present. Bit 62: swapped or being migrated. */
static bool has_page(uint64_t entry)
{
    return entry >> 62 != 0;
}

/* Reads entries from that of `address` on. Returns their number. */
static uint64_t read_entries(int pagemap, uintptr_t address, uint64_t *entries, uint64_t count)
{
    ssize_t got = pread(pagemap, entries, count * sizeof *entries,
                        (off_t)(address / page_size() * sizeof *entries));
    return got < 0 ? 0 : (uint64_t)got / sizeof *entries;
}

bool bdev_pagemap_read(struct bdev_extents *extents, int pagemap, const uint8_t *memory)
{
    uint64_t page = page_size(), begin = extents->at;
    uint64_t entries[ENTRIES];

    while (!bdev_extents_done(extents) && extents->at - begin < FILL_MAX) {
        uint64_t first = extents->at / page;
        uint64_t count = bdev_min(ENTRIES, (extents->end + page - 1) / page - first);
        uint64_t got = read_entries(pagemap, (uintptr_t)memory + first * page, entries, count);
        if (got == 0)
            return false;
        for (uint64_t i = 0; i < got; i++)
            bdev_extents_add(extents, (first + i + 1) * page,
                             has_page(entries[i]) ? 0 : CHIMAERA_BDEV_EXTENT_HOLE);
    }
    return true;
}

/* ---- open, fill, close */

int bdev_pagemap_open(void)
{
    uint64_t entry = 0; /* its page is present */
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

    /* An emulator may show the page table of another process. */
    if (pagemap >= 0 &&
        (read_entries(pagemap, (uintptr_t)&entry, &entry, 1) != 1 || !has_page(entry))) {
        close(pagemap);
        pagemap = -1;
    }
    return pagemap;
}

void bdev_pagemap_close(int pagemap)
{
    if (pagemap >= 0)
        close(pagemap);
}

void bdev_pagemap_fill(struct bdev_extents *extents, int pagemap, const uint8_t *memory)
{
    if (pagemap < 0 || (!bdev_pagemap_scan(extents, pagemap, memory) &&
                        !bdev_pagemap_read(extents, pagemap, memory)))
        bdev_extents_add(extents, extents->end, 0);
}
