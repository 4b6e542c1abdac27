/* SPDX-License-Identifier: BSD-3-Clause */
/* The superblock. See superblock.h. A write replaces the superblock of the older epoch, so a torn
 * write leaves the other one intact. */
#include "superblock.h"

#include "checksum.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define CHECKSUM_AT        offsetof(struct bdev_superblock, checksum)
#define LOG_PAGES_MIN      8u
#define LOG_PAGES_MAX      4096u
#define BYTES_PER_LOG_PAGE ((uint64_t)1 << 20) /* of the device */
#define DATA_ALIGN         ((uint64_t)1 << 20) /* of the data, for large units */
#define EPOCH_MAX          (UINT64_MAX / 2) /* never reached; keeps epochs from wrapping around */

static uint32_t page_checksum(const uint8_t *page, uint32_t at)
{
    static const uint8_t zero[4];
    uint32_t crc = bdev_crc32c(0, page, at);
    crc = bdev_crc32c(crc, zero, sizeof zero);
    return bdev_crc32c(crc, page + at + 4, BDEV_PAGE - at - 4);
}

void bdev_page_seal(void *page, uint32_t at)
{
    uint32_t checksum = page_checksum(page, at);
    memcpy((uint8_t *)page + at, &checksum, sizeof checksum);
}

int bdev_page_sealed(const void *page, uint32_t at)
{
    uint32_t checksum;
    memcpy(&checksum, (const uint8_t *)page + at, sizeof checksum);
    return checksum == page_checksum(page, at);
}

static uint64_t round_up(uint64_t value, uint64_t to)
{
    return (value + to - 1) / to * to;
}

int bdev_super_lay_out(struct bdev_superblock *super, uint64_t size, uint32_t unit_shift,
                       uint64_t device)
{
    uint64_t unit = (uint64_t)1 << unit_shift;
    uint64_t snapshot = ((size >> unit_shift) + BDEV_PAGE_UNITS - 1) / BDEV_PAGE_UNITS;
    uint64_t log = size / BYTES_PER_LOG_PAGE;
    if (log < LOG_PAGES_MIN)
        log = LOG_PAGES_MIN;
    if (log > LOG_PAGES_MAX)
        log = LOG_PAGES_MAX;
    if (log < snapshot) /* a snapshot is no longer than the log that it replaces */
        log = snapshot;
    if (snapshot > UINT32_MAX / 2 || snapshot == 0)
        return snapshot == 0 ? -ENOSPC : -EFBIG;
    uint64_t align = unit < BDEV_PAGE ? BDEV_PAGE : unit < DATA_ALIGN ? unit : DATA_ALIGN;
    uint64_t data = round_up((2 + 2 * (snapshot + log)) * BDEV_PAGE, align);
    if (data > size || size - data < unit)
        return -ENOSPC;
    *super = (struct bdev_superblock){
        .magic = BDEV_SUPER_MAGIC,
        .version = BDEV_VERSION,
        .device = device,
        .size = size,
        .data_offset = data,
        .data_size = (size - data) >> unit_shift << unit_shift,
        .unit_shift = unit_shift,
        .snapshot_pages = (uint32_t)snapshot,
        .log_pages = (uint32_t)log,
    };
    return 0;
}

uint64_t bdev_super_region(const struct bdev_superblock *super, uint64_t epoch)
{
    uint64_t pages = (uint64_t)super->snapshot_pages + super->log_pages;
    return (2 + epoch % 2 * pages) * BDEV_PAGE;
}

/* Checks a superblock whose checksum is correct against the layout of this version. */
static int check(const struct bdev_superblock *super, uint64_t size)
{
    struct bdev_superblock laid_out;

    if (super->version != BDEV_VERSION)
        return -ENOTSUP;
    if (super->size > size)
        return -ENOSPC;
    if (super->epoch > EPOCH_MAX || super->unit_shift < BDEV_UNIT_SHIFT_MIN ||
        super->unit_shift > BDEV_UNIT_SHIFT_MAX || (uint32_t)super->device == 0 ||
        bdev_super_lay_out(&laid_out, super->size, super->unit_shift, super->device) < 0)
        return -EUCLEAN;
    laid_out.epoch = super->epoch;
    laid_out.checksum = super->checksum;
    return memcmp(&laid_out, super, sizeof laid_out) == 0 ? 0 : -EUCLEAN;
}

/* Whether page `index` holds a valid superblock. */
static bool is_super(const struct bdev_superblock *page, uint32_t index)
{
    return page->magic == BDEV_SUPER_MAGIC && page->epoch % 2 == index &&
           bdev_page_sealed(page, CHECKSUM_AT);
}

/* Whether page 1 is empty or holds a superblock whose write was torn. */
static bool is_torn_super(const struct bdev_superblock *page)
{
    static const struct bdev_superblock nothing;
    if (page->magic != BDEV_SUPER_MAGIC)
        return memcmp(page, &nothing, sizeof nothing) == 0;
    return memcmp(page->zero, nothing.zero, sizeof page->zero) == 0 && !is_super(page, 1);
}

bool bdev_super_is_interrupted(const struct bdev_superblock pages[2])
{
    static const struct bdev_superblock mark = {.magic = BDEV_FORMATTING_MAGIC};
    return memcmp(&pages[0], &mark, sizeof mark) == 0 && is_torn_super(&pages[1]);
}

bool bdev_super_is_region(const void *page)
{
    static const uint8_t nothing[BDEV_PAGE];
    const struct bdev_page_head *head = page;
    return head->magic == BDEV_SNAPSHOT_MAGIC || head->magic == BDEV_LOG_MAGIC ||
           memcmp(page, nothing, sizeof nothing) == 0;
}

int bdev_super_begin_format(struct bdev_store *store, bool empty)
{
    struct bdev_superblock *pages = aligned_alloc(BDEV_PAGE, 2 * sizeof *pages);
    if (pages == NULL)
        return -ENOMEM;
    memset(pages, 0, 2 * sizeof *pages);
    pages[0].magic = empty ? BDEV_FORMATTING_MAGIC : 0;
    int rc = store->write(store, 0, pages, 2 * sizeof *pages);
    if (rc == 0)
        rc = store->flush(store);
    free(pages);
    return rc;
}

int bdev_super_read(struct bdev_store *store, uint64_t size, struct bdev_superblock *super)
{
    const struct bdev_superblock *best = NULL;
    bool damaged = false;

    if (size < 2 * BDEV_PAGE)
        return -ENOENT;
    struct bdev_superblock *pages = aligned_alloc(BDEV_PAGE, 2 * sizeof *pages);
    if (pages == NULL)
        return -ENOMEM;
    int rc = store->read(store, 0, pages, 2 * sizeof *pages);
    for (uint32_t i = 0; i < 2 && rc == 0; i++) {
        if (!is_super(&pages[i], i))
            damaged = damaged || pages[i].magic == BDEV_SUPER_MAGIC;
        else if (best == NULL || pages[i].epoch > best->epoch)
            best = &pages[i];
    }
    if (rc == 0 && bdev_super_is_interrupted(pages))
        damaged = false;
    if (rc == 0 && best == NULL)
        rc = damaged ? -EUCLEAN : -ENOENT;
    if (rc == 0)
        rc = check(best, size);
    if (rc == 0)
        *super = *best;
    free(pages);
    return rc;
}

int bdev_super_write(struct bdev_store *store, const struct bdev_superblock *super)
{
    struct bdev_superblock *page = aligned_alloc(BDEV_PAGE, sizeof *page);
    if (page == NULL)
        return -ENOMEM;
    *page = *super;
    bdev_page_seal(page, CHECKSUM_AT);
    int rc = store->write(store, super->epoch % 2 * BDEV_PAGE, page, sizeof *page);
    if (rc == 0)
        rc = store->flush(store);
    free(page);
    return rc;
}
