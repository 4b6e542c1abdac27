/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An allocator over extents of one segment. All its bookkeeping is private memory, so other
 * processes cannot damage it. A client process has two arenas (tasks, bulk data), the daemon one
 * (outputs). Blocks of up to 32 KiB have size classes and come from a cache per thread, which is
 * filled from units that the threads share. Longer blocks consist of whole units.
 *
 * Ownership: a cache belongs to one thread at a time. Alloc, free and reclaim access only the cache
 * while it has a block of the class, or room for one. The tag of a block belongs to the holder of
 * the block. A tag other than 0 marks the start of an allocated block, so checking an offset is one
 * load. Shared state is changed under the arena's mutex.
 *
 * The only ordering without the mutex: alloc stores the tag with release; free and reclaim load it
 * with acquire. A thread that reads a tag therefore also reads the class of the block's unit, which
 * does not change while the unit has an allocated block.
 */
#ifndef CHI_SHM_ARENA_H
#define CHI_SHM_ARENA_H

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/arena_class.h"
#include "shm/extent_source.h"

struct chi_arena;

/* Free blocks of one class in a cache; the block freed last is on top. */
struct chi_arena_magazine {
    _Atomic(uint32_t) count; /* written by the cache's thread; chi_arena_stats() reads */
    uint32_t capacity;
    uint64_t *offsets;
};

struct chi_arena_cache {
    _Atomic(uint16_t) *tags;   /* the arena's, by offset / CHI_ARENA_ALIGN */
    _Atomic(uint8_t) *classes; /* the arena's, by unit */
    uint64_t granules;         /* number of tags */
    struct chi_arena *arena;
    struct chi_arena_cache *prev, *next; /* the arena's list; its mutex */
    struct chi_arena_magazine magazines[CHI_ARENA_CLASS_COUNT];
    uint64_t offsets[]; /* the magazines' */
};

struct chi_arena_stats {
    uint64_t granted_bytes; /* units granted and not released */
    uint64_t used_bytes;    /* allocated blocks, at their usable size */
    uint64_t blocks;
};

/*
 * Creates an arena. Copies `source`.
 *   base   address of the segment in this process, writable, to touch new units in advance; NULL:
 *          units are not touched
 * Returns 0, or
 *   -EINVAL   the segment has no whole unit
 *   -EFBIG    the segment is too large
 *   -ENOMEM   out of memory
 */
int chi_arena_create(const struct chi_extent_source *source, void *base, uint64_t segment_size,
                     struct chi_arena **arena);

/*
 * Frees the bookkeeping and the remaining caches. Does not call the source: the owner's grants end
 * separately. No other thread may use the arena.
 */
void chi_arena_destroy(struct chi_arena *arena);

/* Creates a cache for one thread. Returns 0 or -ENOMEM. */
int chi_arena_cache_create(struct chi_arena *arena, struct chi_arena_cache **cache);

/* Returns the cached blocks to the arena and frees the cache. NULL is allowed. */
void chi_arena_cache_destroy(struct chi_arena_cache *cache);

/* Releases all units without allocated or cached blocks to the source. */
void chi_arena_trim(struct chi_arena *arena);

/*
 * Returns the usable bytes of the allocated block that starts at `offset`; 0 if there is none. Any
 * offset is safe. The result is valid until the block is freed.
 */
uint64_t chi_arena_block_size(struct chi_arena *arena, uint64_t offset);

/*
 * Frees all blocks of the arena with this tag and returns their number. Other threads may continue,
 * but may free blocks with this tag only with chi_arena_reclaim(), not with chi_arena_free().
 */
uint32_t chi_arena_reclaim_all(struct chi_arena_cache *cache, uint16_t tag);

/*
 * Reads the statistics. While other threads allocate, the numbers stem from slightly different
 * moments.
 */
void chi_arena_stats(struct chi_arena *arena, struct chi_arena_stats *stats);

/* Returns the bytes in units of the segment that hold no block and no thread's free blocks. */
uint64_t chi_arena_free_bytes(struct chi_arena *arena);

/* Slow paths of the inline functions below, for an empty or full magazine. */
int chi_arena_alloc_slow(struct chi_arena_cache *cache, size_t size, uint16_t tag,
                         uint64_t *offset);
void chi_arena_put_slow(struct chi_arena_cache *cache, uint64_t offset);

/* Puts a block whose tag is already 0 into the cache. For the functions of this file. */
static inline void chi_arena_put(struct chi_arena_cache *cache, uint64_t offset)
{
    /* Relaxed: ordered by the tag, see above. */
    uint8_t class_index =
        atomic_load_explicit(&cache->classes[offset / CHI_ARENA_UNIT], memory_order_relaxed);

    if (class_index < CHI_ARENA_CLASS_COUNT) {
        struct chi_arena_magazine *magazine = &cache->magazines[class_index];
        uint32_t count = atomic_load_explicit(&magazine->count, memory_order_relaxed);
        if (count < magazine->capacity) {
            magazine->offsets[count] = offset;
            atomic_store_explicit(&magazine->count, count + 1, memory_order_relaxed);
            return;
        }
    }
    chi_arena_put_slow(cache, offset);
}

/*
 * Returns the tag of the block that would start at `offset`, or NULL if no block can start there.
 */
static inline _Atomic(uint16_t) *chi_arena_tag_at(struct chi_arena_cache *cache, uint64_t offset)
{
    /* The rotation moves offsets that are not multiples of 64 out of range. */
    uint64_t granule = offset >> 6 | offset << 58;

    return granule < cache->granules ? &cache->tags[granule] : NULL;
}

/*
 * Allocates at least `size` bytes, aligned to 64 bytes (from 64 KiB on, to 64 KiB). The content is
 * undefined.
 *   tag      chosen by the caller, not 0
 *   offset   set to the start of the block
 * Returns 0, or
 *   -EINVAL       size or tag is 0
 *   -ENOMEM       out of memory; the call does not wait for memory
 *   other codes   those of the source
 */
static inline int chi_arena_alloc(struct chi_arena_cache *cache, size_t size, uint16_t tag,
                                  uint64_t *offset)
{
    if (size - 1 < CHI_ARENA_CLASS_MAX && tag != 0) {
        struct chi_arena_magazine *magazine = &cache->magazines[chi_arena_class_of(size)];
        uint32_t count = atomic_load_explicit(&magazine->count, memory_order_relaxed);
        if (count > 0) {
            uint64_t block = magazine->offsets[count - 1];
            atomic_store_explicit(&magazine->count, count - 1, memory_order_relaxed);
            /* Release: pairs with the acquire in free, reclaim and chi_arena_block_size(). */
            atomic_store_explicit(&cache->tags[block / CHI_ARENA_ALIGN], tag, memory_order_release);
            *offset = block;
            return 0;
        }
    }
    return chi_arena_alloc_slow(cache, size, tag, offset);
}

/*
 * Frees a block. Any thread. Two threads must not free the same block concurrently; see
 * chi_arena_reclaim().
 * Returns 0, or
 *   -EINVAL   no allocated block with this tag starts at `offset`; any offset is safe
 */
static inline int chi_arena_free(struct chi_arena_cache *cache, uint64_t offset, uint16_t tag)
{
    _Atomic(uint16_t) *slot = chi_arena_tag_at(cache, offset);

    /* Acquire: pairs with the release in alloc. */
    if (slot == NULL || tag == 0 || atomic_load_explicit(slot, memory_order_acquire) != tag)
        return -EINVAL;
    atomic_store_explicit(slot, 0, memory_order_relaxed);
    chi_arena_put(cache, offset);
    return 0;
}

/* Returns whether an allocated block with this tag starts at `offset`. Any offset is safe. */
static inline int chi_arena_holds(struct chi_arena_cache *cache, uint64_t offset, uint16_t tag)
{
    _Atomic(uint16_t) *slot = chi_arena_tag_at(cache, offset);
    return slot != NULL && atomic_load_explicit(slot, memory_order_relaxed) == tag;
}

/*
 * As chi_arena_free(), but several threads may try the same offset concurrently. Exactly one of
 * those that pass the block's tag gets 0, the others -EINVAL.
 */
static inline int chi_arena_reclaim(struct chi_arena_cache *cache, uint64_t offset, uint16_t tag)
{
    _Atomic(uint16_t) *slot = chi_arena_tag_at(cache, offset);
    uint16_t found = tag;

    /* Acquire: pairs with the release in alloc. */
    if (slot == NULL || tag == 0 || atomic_load_explicit(slot, memory_order_relaxed) != tag ||
        !atomic_compare_exchange_strong_explicit(slot, &found, 0, memory_order_acquire,
                                                 memory_order_relaxed))
        return -EINVAL;
    chi_arena_put(cache, offset);
    return 0;
}

#endif
