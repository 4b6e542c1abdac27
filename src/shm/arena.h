/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An allocator over extents of one segment. All its bookkeeping is private memory, so nothing that
 * another process writes can damage it. A client process has two (tasks, bulk data), the daemon one
 * (outputs). Blocks of up to 32 KiB come in size classes, from a cache per thread over units that
 * the threads share; longer ones are whole units of their own.
 *
 * Who owns what: a cache belongs to one thread at a time, and alloc, free and reclaim touch nothing
 * else while it has (room for) a block of the class. A block's tag belongs to whoever holds the
 * block; a tag that is not 0 marks the start of an allocated block, so checking an offset is one
 * load. What threads share is changed under the arena's mutex.
 *
 * The one ordering without the mutex: alloc stores the tag with release, free and reclaim read it
 * with acquire; whoever finds a tag thereby sees the class of the block's unit, which stays as it
 * is while the unit has a block outside.
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

/* Blocks of one class that a thread keeps at hand, the one freed last on top. */
struct chi_arena_magazine {
    _Atomic(uint32_t) count; /* written by the cache's thread; chi_arena_stats() reads */
    uint32_t capacity;
    uint64_t *offsets;
};

struct chi_arena_cache {
    _Atomic(uint16_t) *tags;   /* the arena's, by offset / CHI_ARENA_ALIGN */
    _Atomic(uint8_t) *classes; /* the arena's, by unit */
    uint64_t granules;         /* how many tags there are */
    struct chi_arena *arena;
    struct chi_arena_cache *prev, *next; /* the arena's list; its mutex */
    struct chi_arena_magazine magazines[CHI_ARENA_CLASS_COUNT];
    uint64_t offsets[]; /* the magazines' */
};

struct chi_arena_stats {
    uint64_t granted_bytes; /* units the source gave and has not got back */
    uint64_t used_bytes;    /* blocks that are allocated, at their usable size */
    uint64_t blocks;
};

/*
 * `base` is where the segment is mapped, writable, in this process, to touch new units before they
 * are needed; NULL where nobody should. Copies `source`. Returns 0, -EINVAL for a segment without a
 * whole unit, -EFBIG, -ENOMEM.
 */
int chi_arena_create(const struct chi_extent_source *source, void *base, uint64_t segment_size,
                     struct chi_arena **arena);

/*
 * Frees the bookkeeping, and the caches that still exist. The source is not called: whoever ends
 * the owner's grants gets the units back. No other thread may be inside.
 */
void chi_arena_destroy(struct chi_arena *arena);

/* A cache for one thread. Returns 0 or -ENOMEM. */
int chi_arena_cache_create(struct chi_arena *arena, struct chi_arena_cache **cache);

/* Gives the cached blocks back to the arena. NULL is nothing. */
void chi_arena_cache_destroy(struct chi_arena_cache *cache);

/* Gives all units that hold no block back to the source. Blocks in caches count as held. */
void chi_arena_trim(struct chi_arena *arena);

/*
 * The usable bytes of the allocated block that starts at `offset`; 0 where none does. Any offset is
 * safe; the answer is good while nobody frees the block.
 */
uint64_t chi_arena_block_size(struct chi_arena *arena, uint64_t offset);

/*
 * Frees every block with this tag, in all of the arena; returns how many. Other threads may go on,
 * but may give blocks of this tag back with chi_arena_reclaim() only, not with chi_arena_free().
 */
uint32_t chi_arena_reclaim_all(struct chi_arena_cache *cache, uint16_t tag);

/* While other threads allocate, the numbers are from slightly different moments. */
void chi_arena_stats(struct chi_arena *arena, struct chi_arena_stats *stats);

/* What the functions below do when the cache alone does not suffice. */
int chi_arena_alloc_slow(struct chi_arena_cache *cache, size_t size, uint16_t tag,
                         uint64_t *offset);
void chi_arena_put_slow(struct chi_arena_cache *cache, uint64_t offset);

/* Puts a block that has no tag any more into the cache. For this file's functions. */
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

/* The tag of the block that would start at `offset`; NULL where none can. */
static inline _Atomic(uint16_t) *chi_arena_tag_at(struct chi_arena_cache *cache, uint64_t offset)
{
    /* Rotated, an offset that is not a multiple of 64 is out of range, too. */
    uint64_t granule = offset >> 6 | offset << 58;

    return granule < cache->granules ? &cache->tags[granule] : NULL;
}

/*
 * Allocates at least `size` bytes, aligned to 64 (from 64 KiB on, to 64 KiB), under a tag of the
 * caller's choice that is not 0. The content is undefined. Returns 0, -EINVAL for size or tag 0,
 * -ENOMEM at once where there is no room, or what the source returned.
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
 * Frees a block, in whichever thread. Any offset is safe: -EINVAL where no allocated block of this
 * tag starts there. Two threads must not free the same block at once; see chi_arena_reclaim().
 */
static inline int chi_arena_free(struct chi_arena_cache *cache, uint64_t offset, uint16_t tag)
{
    _Atomic(uint16_t) *slot = chi_arena_tag_at(cache, offset);

    /* Acquire: pairs with the release in alloc. */
    if (!slot || tag == 0 || atomic_load_explicit(slot, memory_order_acquire) != tag)
        return -EINVAL;
    atomic_store_explicit(slot, 0, memory_order_relaxed);
    chi_arena_put(cache, offset);
    return 0;
}

/* Whether an allocated block of this tag starts at `offset`. Any offset is safe. */
static inline int chi_arena_holds(struct chi_arena_cache *cache, uint64_t offset, uint16_t tag)
{
    _Atomic(uint16_t) *slot = chi_arena_tag_at(cache, offset);
    return slot && atomic_load_explicit(slot, memory_order_relaxed) == tag;
}

/*
 * As chi_arena_free(), where several threads may try the same offset at once: of those that name
 * the block's tag exactly one gets 0, the others -EINVAL.
 */
static inline int chi_arena_reclaim(struct chi_arena_cache *cache, uint64_t offset, uint16_t tag)
{
    _Atomic(uint16_t) *slot = chi_arena_tag_at(cache, offset);
    uint16_t found = tag;

    /* Acquire: pairs with the release in alloc. */
    if (!slot || tag == 0 || atomic_load_explicit(slot, memory_order_relaxed) != tag ||
        !atomic_compare_exchange_strong_explicit(slot, &found, 0, memory_order_acquire,
                                                 memory_order_relaxed))
        return -EINVAL;
    chi_arena_put(cache, offset);
    return 0;
}

#endif
