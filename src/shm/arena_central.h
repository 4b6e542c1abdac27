/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The shared part of an arena: units from the source, those of them that are idle, and those
 * divided into blocks of a class. For arena*.c only. All functions are called with arena->lock
 * held.
 */
#ifndef CHI_SHM_ARENA_CENTRAL_H
#define CHI_SHM_ARENA_CENTRAL_H

#include "shm/arena_class.h"
#include "shm/extent_source.h"
#include "shm/unit_map.h"

#include <pthread.h>
#include <stdatomic.h>

#define CHI_ARENA_UNIT_GRANULES (CHI_ARENA_UNIT / CHI_ARENA_ALIGN)
#define CHI_ARENA_GRANT_FIRST   4u /* units */
#define CHI_ARENA_NO_UNIT       UINT32_MAX

/* In `classes`, beside the classes themselves. */
enum chi_arena_unit_kind {
    CHI_ARENA_UNIT_BODY = 0xFC,  /* a long block's, after its first unit */
    CHI_ARENA_UNIT_LONG = 0xFD,  /* the first unit of a long block */
    CHI_ARENA_UNIT_IDLE = 0xFE,  /* granted, holds nothing */
    CHI_ARENA_UNIT_OTHER = 0xFF, /* not granted */
};

struct chi_arena_cache;

struct chi_arena_unit {
    uint64_t free[CHI_ARENA_UNIT_GRANULES / 64]; /* bit per granule: a free block starts there */
    uint32_t prev, next;                         /* among partial units of the class */
    _Atomic(uint32_t) length;                    /* of a long block, units; set before its tag is */
    uint16_t free_count;                         /* blocks */
    uint16_t capacity;                           /* blocks */
};

struct chi_arena {
    pthread_mutex_t lock; /* guards everything below that is not atomic or constant */
    struct chi_extent_source source;
    unsigned char *base;
    uint32_t units; /* of the segment */
    _Atomic(uint16_t) *tags;
    _Atomic(uint8_t) *classes; /* written under the lock; the holder of a block reads without it */
    struct chi_arena_unit *table;
    struct chi_unit_map idle;
    uint32_t granted;                        /* units */
    uint32_t next_grant;                     /* units to request next */
    uint32_t partial[CHI_ARENA_CLASS_COUNT]; /* units with free and taken blocks; a list's head */
    uint32_t spare[CHI_ARENA_CLASS_COUNT];   /* one divided unit without a taken block */
    uint64_t taken[CHI_ARENA_CLASS_COUNT];   /* blocks in caches and in use */
    uint64_t long_units, long_blocks;
    struct chi_arena_cache *caches; /* of arena.h */
};

/*
 * Takes up to `want` blocks of a class; requests units from the source only if there is no block.
 * Returns the number of blocks, or a code.
 */
int chi_arena_central_take(struct chi_arena *arena, unsigned class_index, uint32_t want,
                           uint64_t *offsets);

/* Returns a block of a class, whose tag is already 0. */
void chi_arena_central_put(struct chi_arena *arena, uint64_t offset);

/* Takes a run of units as one block, whose tag is still 0. Returns 0 or a code. */
int chi_arena_central_take_long(struct chi_arena *arena, uint32_t units, uint64_t *offset);
void chi_arena_central_put_long(struct chi_arena *arena, uint64_t offset);

/* Makes spare units idle. */
void chi_arena_central_squeeze(struct chi_arena *arena);

/* Releases idle units to the source until at most `keep` are left. */
void chi_arena_central_release(struct chi_arena *arena, uint32_t keep);

#endif
