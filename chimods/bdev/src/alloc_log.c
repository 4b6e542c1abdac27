/* SPDX-License-Identifier: BSD-3-Clause */
/* The allocation log. See alloc_log.h. */
#include "alloc_log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CHECKSUM_AT  offsetof(struct bdev_page_head, checksum)
#define PAGES_A_READ 64u
#define COMMIT_MAX   ((uint64_t)UINT16_MAX * BDEV_PAGE_RECORDS)

static void *alloc_pages(size_t pages)
{
    void *memory = aligned_alloc(BDEV_PAGE, pages * BDEV_PAGE);
    if (memory != NULL)
        memset(memory, 0, pages * BDEV_PAGE);
    return memory;
}

static uint32_t pages_a_read(uint32_t left)
{
    return left < PAGES_A_READ ? left : PAGES_A_READ;
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

/* Words of the map that page `index` holds. */
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
    struct bdev_snapshot_page *pages = alloc_pages(pages_a_read(super->snapshot_pages));
    int rc = pages == NULL ? -ENOMEM : 0;

    for (uint32_t i = 0; i < super->snapshot_pages && rc == 0; i++) {
        if (i % PAGES_A_READ == 0)
            rc = log->store->read(
                log->store, bdev_super_region(super, super->epoch) + (uint64_t)i * BDEV_PAGE, pages,
                (size_t)pages_a_read(super->snapshot_pages - i) * BDEV_PAGE);
        const struct bdev_snapshot_page *page = &pages[i % PAGES_A_READ];
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

/* Each record must be what could have happened to the map before it. */
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

/* What a walk over the pages of a log has seen. */
struct walk {
    bool
        has_super; /* of the log's epoch; then nobody needs the first page, unless it has records */
    uint32_t whole; /* pages up to the end of the last whole commit */
    uint32_t left;  /* pages that the commit under way must still have */
    bool ended;     /* at a page that does not count */
};

/*
 * A page behind one that does not count is of the same commit, which was not durable then; or it is
 * of a later one, which was begun only when all before it was durable: then what does not count any
 * more is damaged.
 */
static int walk_page(struct walk *walk, const struct bdev_superblock *super,
                     const struct bdev_log_page *page, uint32_t index)
{
    if (!is_page(&page->head, super, BDEV_LOG_MAGIC, index)) {
        walk->ended = index > 0 || !walk->has_super;
        return 0;
    }
    if (walk->ended)
        return page->head.count & BDEV_COMMIT_BEGINS ? -EUCLEAN : 0;
    if (records_of(page) > BDEV_PAGE_RECORDS ||
        (walk->left != 0 && page->head.left != walk->left - 1))
        return -EUCLEAN;
    walk->left = page->head.left;
    if (walk->left == 0)
        walk->whole = index + 1;
    return 0;
}

/* Replays a page that a walk has found to be one, and looks again: whoever writes to the device
 * may do so while we read. */
static int replay_again(struct bdev_map *map, const struct bdev_superblock *super,
                        const struct bdev_log_page *page, uint32_t index)
{
    if (!is_page(&page->head, super, BDEV_LOG_MAGIC, index))
        return index == 0 ? 0 : -EUCLEAN;
    return records_of(page) <= BDEV_PAGE_RECORDS ? replay_page(map, page) : -EUCLEAN;
}

/* Looks at pages of the log of an epoch: without a map walks over all `pages`, with one replays
 * them. */
static int scan(struct bdev_log *log, const struct bdev_superblock *super, uint32_t pages,
                struct bdev_map *map, struct walk *walk)
{
    struct bdev_log_page *memory = alloc_pages(pages_a_read(pages));
    int rc = memory == NULL ? -ENOMEM : 0;

    for (uint32_t i = 0; i < pages && rc == 0; i++) {
        if (i % PAGES_A_READ == 0)
            rc = log->store->read(log->store, log_offset(super) + (uint64_t)i * BDEV_PAGE, memory,
                                  (size_t)pages_a_read(pages - i) * BDEV_PAGE);
        const struct bdev_log_page *page = &memory[i % PAGES_A_READ];
        if (rc == 0)
            rc = map != NULL ? replay_again(map, super, page, i) : walk_page(walk, super, page, i);
    }
    free(memory);
    return rc;
}

static int replay(struct bdev_log *log, struct bdev_map *map)
{
    const struct bdev_superblock *super = &log->super;
    struct walk walk = {.has_super = true};
    int rc = scan(log, super, super->log_pages, NULL, &walk);
    return rc == 0 && walk.whole > 0 ? scan(log, super, walk.whole, map, &walk) : rc;
}

/*
 * Where the next epoch has a log, but not the superblock that counts, that was lost: never written
 * before a crash, or damaged since. The epoch's snapshot was durable before superblock and log were
 * begun, and nothing in its region was changed since: that takes a superblock in the place of the
 * one that was read. So what it said is known, and it is written again, first of all: the next
 * compaction is to overwrite the only good one.
 */
static int find_lost_super(struct bdev_log *log)
{
    struct bdev_superblock next = log->super;
    struct walk walk = {0};
    next.epoch++;
    int rc = scan(log, &next, next.log_pages, NULL, &walk);
    if (rc == -EIO)
        return 0; /* cannot be read, and is to be written next: no reason to give up what can be */
    if (rc < 0 || walk.whole == 0)
        return rc;
    log->super = next;
    return bdev_super_write(log->store, &next);
}

/* ---- commit */

/*
 * Makes the epoch of `next` the one that counts, whose snapshot is durable by now. Two pages say
 * so, either of which will do, so that one may be lost later: the superblock, and the first page of
 * the log, which has no records.
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

/* The snapshot takes the place of all records so far; those that come while it is written stay. */
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
    if (rc < 0) { /* what is on these pages now nobody knows; the snapshot will not need them */
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

/* ---- the rest */

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

/* Two commits: the first one's superblock goes to page 1, the second one's over the mark. */
int bdev_log_format(struct bdev_log *log, struct bdev_store *store,
                    const struct bdev_superblock *super, const struct bdev_map *map, bool empty)
{
    *log = (struct bdev_log){.store = store, .super = *super, .compact = true};
    int rc = bdev_super_begin(store, empty);
    if (rc == 0)
        rc = bdev_log_commit(log, map);
    log->compact = true;
    return rc == 0 ? bdev_log_commit(log, map) : rc;
}

int bdev_log_open(struct bdev_log *log, struct bdev_store *store,
                  const struct bdev_superblock *super, struct bdev_map *map)
{
    *log = (struct bdev_log){.store = store, .super = *super, .compact = true};
    /* What a process wrote that was killed may be read and yet not be durable. The epoch before it
     * must not be overwritten while a loss of power could still bring that back. */
    int rc = store->flush(store);
    if (rc == 0)
        rc = find_lost_super(log);
    if (rc == 0)
        rc = load_snapshot(log, map);
    if (rc == 0)
        rc = replay(log, map);
    /* A page behind the end of the log may be whole, and would seem to follow once the gap is
     * filled; so nothing more is added to this log. */
    return rc == 0 ? bdev_log_commit(log, map) : rc;
}

void bdev_log_fini(struct bdev_log *log)
{
    free(log->pending);
    *log = (struct bdev_log){0};
}
