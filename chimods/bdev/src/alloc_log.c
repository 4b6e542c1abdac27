/* SPDX-License-Identifier: BSD-3-Clause */
/* The allocation log. See alloc_log.h. */
#include "alloc_log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CHECKSUM_AT    offsetof(struct bdev_page_head, checksum)
#define PAGES_PER_READ 64u
#define COMMIT_MAX     ((uint64_t)UINT16_MAX * BDEV_PAGE_RECORDS)

static void *alloc_pages(size_t pages)
{
    void *memory = aligned_alloc(BDEV_PAGE, pages * BDEV_PAGE);
    if (memory != NULL)
        memset(memory, 0, pages * BDEV_PAGE);
    return memory;
}

static uint32_t pages_per_read(uint32_t left)
{
    return left < PAGES_PER_READ ? left : PAGES_PER_READ;
}

static struct bdev_page_head head_of(const struct bdev_superblock *super, uint32_t magic,
                                     uint32_t index)
{
    return (struct bdev_page_head){
        .magic = magic, .epoch = super->epoch, .index = index, .device = super->device};
}

static bool is_page(const struct bdev_page_head *head, const struct bdev_superblock *super,
                    uint32_t magic, uint32_t index)
{
    return head->magic == magic && head->epoch == super->epoch && head->index == index &&
           head->device == super->device && bdev_page_sealed(head, CHECKSUM_AT);
}

static uint64_t log_offset(const struct bdev_superblock *super)
{
    return bdev_super_region(super, super->epoch) + (uint64_t)super->snapshot_pages * BDEV_PAGE;
}

/* ---- snapshots */

/* Number of map words in page `index`. */
static uint64_t words_of(const struct bdev_map *map, uint32_t index)
{
    uint64_t first = (uint64_t)index * BDEV_PAGE_WORDS;
    uint64_t left = map->words > first ? map->words - first : 0;
    return left < BDEV_PAGE_WORDS ? left : BDEV_PAGE_WORDS;
}

static struct bdev_snapshot_page *take_snapshot(const struct bdev_map *map,
                                                const struct bdev_superblock *super)
{
    struct bdev_snapshot_page *pages = alloc_pages(super->snapshot_pages);
    for (uint32_t i = 0; pages != NULL && i < super->snapshot_pages; i++) {
        struct bdev_snapshot_page *page = &pages[i];
        page->head = head_of(super, BDEV_SNAPSHOT_MAGIC, i);
        for (uint64_t w = 0; w < words_of(map, i); w++) {
            uint64_t word = (uint64_t)i * BDEV_PAGE_WORDS + w;
            page->used[w] = atomic_load_explicit(&map->used[word], memory_order_relaxed);
            page->starts[w] = map->starts[word];
        }
        bdev_page_seal(page, CHECKSUM_AT);
    }
    return pages;
}

static int load_snapshot(struct bdev_log *log, struct bdev_map *map)
{
    const struct bdev_superblock *super = &log->super;
    struct bdev_snapshot_page *pages = alloc_pages(pages_per_read(super->snapshot_pages));
    int rc = pages == NULL ? -ENOMEM : 0;

    for (uint32_t i = 0; i < super->snapshot_pages && rc == 0; i++) {
        if (i % PAGES_PER_READ == 0)
            rc = log->store->read(
                log->store, bdev_super_region(super, super->epoch) + (uint64_t)i * BDEV_PAGE, pages,
                (size_t)pages_per_read(super->snapshot_pages - i) * BDEV_PAGE);
        const struct bdev_snapshot_page *page = &pages[i % PAGES_PER_READ];
        if (rc == 0 && !is_page(&page->head, super, BDEV_SNAPSHOT_MAGIC, i))
            rc = -EUCLEAN;
        for (uint64_t w = 0; w < words_of(map, i) && rc == 0; w++) {
            uint64_t word = (uint64_t)i * BDEV_PAGE_WORDS + w;
            atomic_store_explicit(&map->used[word], page->used[w], memory_order_relaxed);
            map->starts[word] = page->starts[w];
        }
    }
    free(pages);
    return rc == 0 && !bdev_map_is_sound(map) ? -EUCLEAN : rc;
}

/* ---- replay */

static uint32_t records_of(const struct bdev_log_page *page)
{
    return page->head.count & ~BDEV_COMMIT_BEGINS;
}

/* Applies the records of a page. Each must be possible in the state of the map before it. */
static int replay_page(struct bdev_map *map, const struct bdev_log_page *page)
{
    for (uint32_t i = 0; i < records_of(page); i++) {
        const struct bdev_record record = page->records[i];
        uint64_t first = record.first & ~BDEV_FREED;
        bool freed = record.first & BDEV_FREED;
        if (record.count == 0 || record.count > CHIMAERA_BDEV_BLOCK_MAX >> map->unit_shift ||
            first >= map->units || record.count > map->units - first ||
            !(freed ? bdev_map_is_block(map, first, record.count)
                    : bdev_map_is_free(map, first, record.count)))
            return -EUCLEAN;
        if (freed)
            bdev_map_clear(map, first, record.count);
        else
            bdev_map_set(map, first, record.count);
    }
    return 0;
}

/* State of a validation of a log's pages. */
struct validation {
    bool has_super;    /* the epoch has a superblock, so the first page is not needed */
    uint32_t complete; /* pages up to the end of the last complete commit */
    uint32_t left;     /* pages still missing of the current commit */
    bool ended;        /* an invalid page was found */
};

/*
 * Validates one page. A valid page behind an invalid one belongs either to the same commit, which
 * was not durable, or to a later one. A later commit began only after the earlier one was durable,
 * so in that case the invalid page is damaged.
 */
static int validate_page(struct validation *validation, const struct bdev_superblock *super,
                         const struct bdev_log_page *page, uint32_t index)
{
    if (!is_page(&page->head, super, BDEV_LOG_MAGIC, index)) {
        validation->ended = index > 0 || !validation->has_super;
        return 0;
    }
    if (validation->ended)
        return page->head.count & BDEV_COMMIT_BEGINS ? -EUCLEAN : 0;
    if (records_of(page) > BDEV_PAGE_RECORDS ||
        (validation->left != 0 && page->head.left != validation->left - 1))
        return -EUCLEAN;
    validation->left = page->head.left;
    if (validation->left == 0)
        validation->complete = index + 1;
    return 0;
}

/* Replays a page that was validated. Validates it again, since another process may write to the
 * device between the two reads. */
static int replay_validated(struct bdev_map *map, const struct bdev_superblock *super,
                            const struct bdev_log_page *page, uint32_t index)
{
    if (!is_page(&page->head, super, BDEV_LOG_MAGIC, index))
        return index == 0 ? 0 : -EUCLEAN;
    return records_of(page) <= BDEV_PAGE_RECORDS ? replay_page(map, page) : -EUCLEAN;
}

/* Reads the first `pages` pages of an epoch's log, and validates them or, with a map, replays
 * them. */
static int scan(struct bdev_log *log, const struct bdev_superblock *super, uint32_t pages,
                struct bdev_map *map, struct validation *validation)
{
    struct bdev_log_page *memory = alloc_pages(pages_per_read(pages));
    int rc = memory == NULL ? -ENOMEM : 0;

    for (uint32_t i = 0; i < pages && rc == 0; i++) {
        if (i % PAGES_PER_READ == 0)
            rc = log->store->read(log->store, log_offset(super) + (uint64_t)i * BDEV_PAGE, memory,
                                  (size_t)pages_per_read(pages - i) * BDEV_PAGE);
        const struct bdev_log_page *page = &memory[i % PAGES_PER_READ];
        if (rc == 0)
            rc = map != NULL ? replay_validated(map, super, page, i)
                             : validate_page(validation, super, page, i);
    }
    free(memory);
    return rc;
}

static int replay(struct bdev_log *log, struct bdev_map *map)
{
    const struct bdev_superblock *super = &log->super;
    struct validation validation = {.has_super = true};
    int rc = scan(log, super, super->log_pages, NULL, &validation);
    return rc == 0 && validation.complete > 0
               ? scan(log, super, validation.complete, map, &validation)
               : rc;
}

/*
 * Recovers the superblock of the next epoch, if that epoch has a log but no valid superblock: a
 * crash came before it was written, or it was damaged since. The epoch's snapshot was durable
 * before its superblock and log were written, and its region has not changed since, as that would
 * take a superblock in place of the one that was read. So its content is known. It is written
 * first, since the next compaction overwrites the only valid superblock.
 */
static int recover_super(struct bdev_log *log)
{
    struct bdev_superblock next = log->super;
    struct validation validation = {0};
    next.epoch++;
    int rc = scan(log, &next, next.log_pages, NULL, &validation);
    if (rc == -EIO)
        return 0; /* that region is overwritten next, and the current one can be read */
    if (rc < 0 || validation.complete == 0)
        return rc;
    log->super = next;
    return bdev_super_write(log->store, &next);
}

/* ---- commit */

/*
 * Makes the epoch of `next`, whose snapshot is durable, the current one. Two pages record that, so
 * that either may be lost later: the superblock, and the first page of the log, which has no
 * records.
 */
static int send_super(struct bdev_log *log)
{
    log->super_sent = true;
    struct bdev_log_page *first = alloc_pages(1);
    if (first == NULL)
        return -ENOMEM;
    first->head = head_of(&log->next, BDEV_LOG_MAGIC, 0);
    first->head.count = BDEV_COMMIT_BEGINS;
    bdev_page_seal(first, CHECKSUM_AT);
    int rc = log->store->write(log->store, log_offset(&log->next), first, sizeof *first);
    free(first);
    if (rc == 0)
        rc = bdev_super_write(log->store, &log->next);
    if (rc < 0)
        return rc;
    log->super_sent = false;
    log->super = log->next;
    log->next_page = 1;
    log->compactions++;
    return 0;
}

/* Writes a snapshot in place of all pending records. Records appended meanwhile stay pending. */
static int compact(struct bdev_log *log, const struct bdev_map *map)
{
    log->next = log->super;
    log->next.epoch++;
    struct bdev_snapshot_page *pages = take_snapshot(map, &log->next);
    if (pages == NULL)
        return -ENOMEM;
    log->compact = false;
    log->count = 0;
    int rc = log->store->write(log->store, bdev_super_region(&log->next, log->next.epoch), pages,
                               (size_t)log->next.snapshot_pages * BDEV_PAGE);
    if (rc == 0)
        rc = log->store->flush(log->store);
    free(pages);
    if (rc < 0) {
        log->compact = true;
        log->count = 0;
        return rc;
    }
    return send_super(log);
}

static int write_records(struct bdev_log *log)
{
    size_t count = log->count;
    uint32_t pages = (uint32_t)((count + BDEV_PAGE_RECORDS - 1) / BDEV_PAGE_RECORDS);
    struct bdev_log_page *memory = alloc_pages(pages);
    if (memory == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < pages; i++) {
        size_t first = (size_t)i * BDEV_PAGE_RECORDS;
        size_t here = count - first < BDEV_PAGE_RECORDS ? count - first : BDEV_PAGE_RECORDS;
        memory[i].head = head_of(&log->super, BDEV_LOG_MAGIC, log->next_page + i);
        memory[i].head.count = (uint16_t)(here | (i == 0 ? BDEV_COMMIT_BEGINS : 0));
        memory[i].head.left = (uint16_t)(pages - 1 - i);
        memcpy(memory[i].records, log->pending + first, here * sizeof *log->pending);
        bdev_page_seal(&memory[i], CHECKSUM_AT);
    }
    int rc = log->store->write(log->store,
                               log_offset(&log->super) + (uint64_t)log->next_page * BDEV_PAGE,
                               memory, (size_t)pages * BDEV_PAGE);
    if (rc == 0)
        rc = log->store->flush(log->store);
    free(memory);
    if (rc < 0) { /* the content of these pages is unknown; a snapshot does not need them */
        log->compact = true;
        log->count = 0;
        return rc;
    }
    log->next_page += pages;
    log->pages += pages;
    log->count -= count;
    memmove(log->pending, log->pending + count, log->count * sizeof *log->pending);
    return 0;
}

int bdev_log_commit(struct bdev_log *log, const struct bdev_map *map)
{
    int rc = 0;
    log->commits++;
    if (log->super_sent)
        rc = send_super(log);
    if (rc < 0)
        return rc;
    uint64_t room = (uint64_t)(log->super.log_pages - log->next_page) * BDEV_PAGE_RECORDS;
    if (room > COMMIT_MAX)
        room = COMMIT_MAX;
    if (log->compact || log->count > room)
        return compact(log, map);
    return log->count > 0 ? write_records(log) : log->store->flush(log->store);
}

/* ---- append, format, open */

int bdev_log_reserve(struct bdev_log *log, size_t records)
{
    if (log->capacity - log->count >= records)
        return 0;
    size_t capacity = log->capacity != 0 ? log->capacity * 2 : 256;
    while (capacity - log->count < records)
        capacity *= 2;
    void *pending = realloc(log->pending, capacity * sizeof *log->pending);
    if (pending == NULL)
        return -ENOMEM;
    log->pending = pending;
    log->capacity = capacity;
    return 0;
}

void bdev_log_append(struct bdev_log *log, uint64_t first, uint64_t count, bool freed)
{
    if (!log->compact)
        log->pending[log->count++] =
            (struct bdev_record){.first = first | (freed ? BDEV_FREED : 0), .count = count};
}

/* Commits twice: the first superblock goes to page 1, the second replaces the marker in page 0. */
int bdev_log_format(struct bdev_log *log, struct bdev_store *store,
                    const struct bdev_superblock *super, const struct bdev_map *map, bool empty)
{
    *log = (struct bdev_log){.store = store, .super = *super, .compact = true};
    int rc = bdev_super_begin_format(store, empty);
    if (rc == 0)
        rc = bdev_log_commit(log, map);
    log->compact = true;
    return rc == 0 ? bdev_log_commit(log, map) : rc;
}

int bdev_log_open(struct bdev_log *log, struct bdev_store *store,
                  const struct bdev_superblock *super, struct bdev_map *map)
{
    *log = (struct bdev_log){.store = store, .super = *super, .compact = true};
    /* Writes of a killed process may be readable but not durable. They must be durable before the
     * previous epoch is overwritten, to which a power loss could otherwise return. */
    int rc = store->flush(store);
    if (rc == 0)
        rc = recover_super(log);
    if (rc == 0)
        rc = load_snapshot(log, map);
    if (rc == 0)
        rc = replay(log, map);
    /* A valid page may lie behind the end of the log, and would seem to follow once the gap is
     * filled; so this log is not appended to. */
    return rc == 0 ? bdev_log_commit(log, map) : rc;
}

void bdev_log_fini(struct bdev_log *log)
{
    free(log->pending);
    *log = (struct bdev_log){0};
}
