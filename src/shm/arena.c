/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Arenas and their caches: creation and destruction, and the slow paths of alloc and free. Called
 * by client threads and by the daemon's workers; see arena.h for ownership.
 */
#include "shm/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "shm/arena_central.h"

#define MAGAZINE_BYTES 65536u /* size of a magazine, within these bounds: */
#define MAGAZINE_MOST  256u   /* blocks */
#define MAGAZINE_LEAST 4u     /* blocks */

/* Zeroed memory that is backed only where it is touched, however large the segment. */
static void *map_zeroed(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

static size_t tags_size(const struct chi_arena *arena)
{
    return (size_t)arena->units * CHI_ARENA_UNIT_GRANULES * sizeof(*arena->tags);
}

static size_t table_size(const struct chi_arena *arena)
{
    return (size_t)arena->units * sizeof(*arena->table);
}

int chi_arena_create(const struct chi_extent_source *source, void *base, uint64_t segment_size,
                     struct chi_arena **out)
{
    uint64_t units = segment_size / CHI_ARENA_UNIT;
    struct chi_arena *arena;
    int rc = -ENOMEM;

    if (units == 0)
        return -EINVAL;
    if (units > CHI_UNIT_MAP_MAX)
        return -EFBIG;
    arena = calloc(1, sizeof(*arena));
    if (arena == NULL)
        return -ENOMEM;
    arena->source = *source;
    arena->base = base;
    arena->units = (uint32_t)units;
    arena->next_grant = CHI_ARENA_GRANT_FIRST;
    for (unsigned class_index = 0; class_index < CHI_ARENA_CLASS_COUNT; class_index++) {
        arena->partial[class_index] = CHI_ARENA_NO_UNIT;
        arena->spare[class_index] = CHI_ARENA_NO_UNIT;
    }
    arena->tags = map_zeroed(tags_size(arena));
    if (arena->tags == NULL)
        goto free_arena;
    arena->table = map_zeroed(table_size(arena));
    if (arena->table == NULL)
        goto unmap_tags;
    arena->classes = malloc(units * sizeof(*arena->classes));
    if (arena->classes == NULL)
        goto unmap_table;
    for (uint64_t unit = 0; unit < units; unit++)
        atomic_init(&arena->classes[unit], CHI_ARENA_UNIT_OTHER);
    rc = chi_unit_map_init(&arena->idle, arena->units);
    if (rc < 0)
        goto free_classes;
    rc = -pthread_mutex_init(&arena->lock, NULL);
    if (rc < 0)
        goto fini_idle;
    *out = arena;
    return 0;

fini_idle:
    chi_unit_map_fini(&arena->idle);
free_classes:
    free(arena->classes);
unmap_table:
    munmap(arena->table, table_size(arena));
unmap_tags:
    munmap(arena->tags, tags_size(arena));
free_arena:
    free(arena);
    return rc;
}

void chi_arena_destroy(struct chi_arena *arena)
{
    if (arena == NULL)
        return;
    while (arena->caches != NULL) {
        struct chi_arena_cache *cache = arena->caches;
        arena->caches = cache->next;
        free(cache);
    }
    pthread_mutex_destroy(&arena->lock);
    chi_unit_map_fini(&arena->idle);
    free(arena->classes);
    munmap(arena->table, table_size(arena));
    munmap(arena->tags, tags_size(arena));
    free(arena);
}

static uint32_t magazine_capacity(unsigned class_index)
{
    uint32_t capacity = MAGAZINE_BYTES / chi_arena_class_size(class_index);

    if (capacity > MAGAZINE_MOST)
        return MAGAZINE_MOST;
    return capacity < MAGAZINE_LEAST ? MAGAZINE_LEAST : capacity;
}

int chi_arena_cache_create(struct chi_arena *arena, struct chi_arena_cache **out)
{
    struct chi_arena_cache *cache;
    uint64_t *offsets;
    size_t slots = 0, size;

    for (unsigned class_index = 0; class_index < CHI_ARENA_CLASS_COUNT; class_index++)
        slots += magazine_capacity(class_index);
    /* Whole cache lines: the caches of several threads are adjacent in the heap. */
    size = sizeof(*cache) + slots * sizeof(*offsets);
    size = (size + 63) / 64 * 64;
    cache = aligned_alloc(64, size);
    if (cache == NULL)
        return -ENOMEM;
    memset(cache, 0, size);
    cache->tags = arena->tags;
    cache->classes = arena->classes;
    cache->granules = (uint64_t)arena->units * CHI_ARENA_UNIT_GRANULES;
    cache->arena = arena;
    offsets = cache->offsets;
    for (unsigned class_index = 0; class_index < CHI_ARENA_CLASS_COUNT; class_index++) {
        cache->magazines[class_index].capacity = magazine_capacity(class_index);
        cache->magazines[class_index].offsets = offsets;
        offsets += magazine_capacity(class_index);
    }
    pthread_mutex_lock(&arena->lock);
    cache->next = arena->caches;
    if (cache->next != NULL)
        cache->next->prev = cache;
    arena->caches = cache;
    pthread_mutex_unlock(&arena->lock);
    *out = cache;
    return 0;
}

/* The calling thread's own magazine: relaxed suffices for its count. */
static uint32_t get_count(const struct chi_arena_magazine *magazine)
{
    return atomic_load_explicit(&magazine->count, memory_order_relaxed);
}

static void set_count(struct chi_arena_magazine *magazine, uint32_t count)
{
    atomic_store_explicit(&magazine->count, count, memory_order_relaxed);
}

/* Returns the `count` least recently used blocks to the arena. Lock held. */
static void flush(struct chi_arena *arena, struct chi_arena_magazine *magazine, uint32_t count)
{
    uint32_t left = get_count(magazine) - count;

    for (uint32_t i = 0; i < count; i++)
        chi_arena_central_put(arena, magazine->offsets[i]);
    memmove(magazine->offsets, magazine->offsets + count, left * sizeof(*magazine->offsets));
    set_count(magazine, left);
}

static void flush_all(struct chi_arena_cache *cache)
{
    for (unsigned class_index = 0; class_index < CHI_ARENA_CLASS_COUNT; class_index++) {
        struct chi_arena_magazine *magazine = &cache->magazines[class_index];
        flush(cache->arena, magazine, get_count(magazine));
    }
}

void chi_arena_cache_destroy(struct chi_arena_cache *cache)
{
    struct chi_arena *arena;

    if (cache == NULL)
        return;
    arena = cache->arena;
    pthread_mutex_lock(&arena->lock);
    flush_all(cache);
    if (cache->prev != NULL)
        cache->prev->next = cache->next;
    else
        arena->caches = cache->next;
    if (cache->next != NULL)
        cache->next->prev = cache->prev;
    pthread_mutex_unlock(&arena->lock);
    free(cache);
}

/* Fills the empty magazine to half, with at least one block. Lock held. Returns 0 or a code. */
static int refill(struct chi_arena_cache *cache, unsigned class_index)
{
    struct chi_arena_magazine *magazine = &cache->magazines[class_index];
    int count = chi_arena_central_take(cache->arena, class_index, magazine->capacity / 2,
                                       magazine->offsets);

    if (count < 0)
        return count;
    set_count(magazine, (uint32_t)count);
    return 0;
}

static int take_long(struct chi_arena_cache *cache, size_t size, uint64_t *offset)
{
    struct chi_arena *arena = cache->arena;
    uint64_t units = size / CHI_ARENA_UNIT + (size % CHI_ARENA_UNIT != 0);
    int rc;

    if (units > arena->units)
        return -ENOMEM;
    rc = chi_arena_central_take_long(arena, (uint32_t)units, offset);
    if (rc != -ENOMEM)
        return rc;
    /* Cached blocks and spare units may fragment the arena: merge them first, then release them. */
    flush_all(cache);
    chi_arena_central_squeeze(arena);
    if (chi_unit_map_best_fit(&arena->idle, (uint32_t)units, &(uint32_t){0}))
        return chi_arena_central_take_long(arena, (uint32_t)units, offset);
    chi_arena_central_release(arena, 0);
    return chi_arena_central_take_long(arena, (uint32_t)units, offset);
}

int chi_arena_alloc_slow(struct chi_arena_cache *cache, size_t size, uint16_t tag, uint64_t *offset)
{
    struct chi_arena *arena = cache->arena;
    bool is_long = size > CHI_ARENA_CLASS_MAX;
    uint64_t block = 0;
    int rc;

    if (size == 0 || tag == 0)
        return -EINVAL;
    pthread_mutex_lock(&arena->lock);
    if (is_long) {
        rc = take_long(cache, size, &block);
    } else {
        rc = refill(cache, chi_arena_class_of(size));
        if (rc == -ENOMEM) {
            flush_all(cache);
            chi_arena_central_squeeze(arena);
            rc = refill(cache, chi_arena_class_of(size));
        }
    }
    pthread_mutex_unlock(&arena->lock);
    if (rc < 0)
        return rc;
    if (!is_long)
        return chi_arena_alloc(cache, size, tag, offset);
    /* Release: pairs with the acquire in free, reclaim and chi_arena_block_size(). */
    atomic_store_explicit(&arena->tags[block / CHI_ARENA_ALIGN], tag, memory_order_release);
    *offset = block;
    return 0;
}

void chi_arena_put_slow(struct chi_arena_cache *cache, uint64_t offset)
{
    struct chi_arena *arena = cache->arena;
    uint8_t class_index =
        atomic_load_explicit(&arena->classes[offset / CHI_ARENA_UNIT], memory_order_relaxed);

    pthread_mutex_lock(&arena->lock);
    if (class_index < CHI_ARENA_CLASS_COUNT) {
        struct chi_arena_magazine *magazine = &cache->magazines[class_index];
        flush(arena, magazine, magazine->capacity / 2);
        magazine->offsets[get_count(magazine)] = offset;
        set_count(magazine, get_count(magazine) + 1);
    } else {
        chi_arena_central_put_long(arena, offset);
    }
    pthread_mutex_unlock(&arena->lock);
}

void chi_arena_trim(struct chi_arena *arena)
{
    pthread_mutex_lock(&arena->lock);
    chi_arena_central_squeeze(arena);
    chi_arena_central_release(arena, 0);
    pthread_mutex_unlock(&arena->lock);
}

uint64_t chi_arena_block_size(struct chi_arena *arena, uint64_t offset)
{
    uint64_t unit = offset / CHI_ARENA_UNIT;
    uint8_t class_index;

    /* Acquire: pairs with the release in alloc. */
    if (offset % CHI_ARENA_ALIGN != 0 || unit >= arena->units ||
        !atomic_load_explicit(&arena->tags[offset / CHI_ARENA_ALIGN], memory_order_acquire))
        return 0;
    class_index = atomic_load_explicit(&arena->classes[unit], memory_order_relaxed);
    if (class_index < CHI_ARENA_CLASS_COUNT)
        return chi_arena_class_size(class_index);
    return (uint64_t)atomic_load_explicit(&arena->table[unit].length, memory_order_relaxed) *
           CHI_ARENA_UNIT;
}

/* Returns whether `tag` was the block's tag; the caller then returns the block. */
static bool take_tag(struct chi_arena *arena, uint64_t offset, uint16_t tag)
{
    _Atomic(uint16_t) *slot = &arena->tags[offset / CHI_ARENA_ALIGN];

    /* Acquire: pairs with the release in alloc. */
    return atomic_load_explicit(slot, memory_order_relaxed) == tag &&
           atomic_compare_exchange_strong_explicit(slot, &tag, 0, memory_order_acquire,
                                                   memory_order_relaxed);
}

uint32_t chi_arena_reclaim_all(struct chi_arena_cache *cache, uint16_t tag)
{
    struct chi_arena *arena = cache->arena;
    uint32_t count = 0;

    if (tag == 0)
        return 0;
    pthread_mutex_lock(&arena->lock);
    for (uint32_t unit = 0; unit < arena->units; unit++) {
        uint8_t class_index = atomic_load_explicit(&arena->classes[unit], memory_order_relaxed);
        uint64_t offset = (uint64_t)unit * CHI_ARENA_UNIT;
        if (class_index < CHI_ARENA_CLASS_COUNT) {
            uint32_t size = chi_arena_class_size(class_index);
            for (uint32_t block = arena->table[unit].capacity; block > 0; block--, offset += size) {
                if (take_tag(arena, offset, tag)) {
                    chi_arena_central_put(arena, offset);
                    count++;
                }
            }
        } else if (class_index == CHI_ARENA_UNIT_LONG && take_tag(arena, offset, tag)) {
            chi_arena_central_put_long(arena, offset);
            count++;
        }
    }
    pthread_mutex_unlock(&arena->lock);
    return count;
}

void chi_arena_stats(struct chi_arena *arena, struct chi_arena_stats *stats)
{
    pthread_mutex_lock(&arena->lock);
    stats->granted_bytes = (uint64_t)arena->granted * CHI_ARENA_UNIT;
    stats->used_bytes = arena->long_units * CHI_ARENA_UNIT;
    stats->blocks = arena->long_blocks;
    for (unsigned class_index = 0; class_index < CHI_ARENA_CLASS_COUNT; class_index++) {
        uint64_t used = arena->taken[class_index];
        uint64_t cached = 0;
        for (struct chi_arena_cache *cache = arena->caches; cache != NULL; cache = cache->next)
            cached += get_count(&cache->magazines[class_index]);
        /* A block that moves between two caches meanwhile may be counted twice. */
        used = used > cached ? used - cached : 0;
        stats->blocks += used;
        stats->used_bytes += used * chi_arena_class_size(class_index);
    }
    pthread_mutex_unlock(&arena->lock);
}

uint64_t chi_arena_free_bytes(struct chi_arena *arena)
{
    pthread_mutex_lock(&arena->lock);
    uint64_t units = arena->units - arena->granted + arena->idle.count;
    pthread_mutex_unlock(&arena->lock);
    return units * CHI_ARENA_UNIT;
}
