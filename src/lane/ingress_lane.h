/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ingress lane: the queue through which a client's threads pass tasks to one worker. Lock-free and
 * crash-atomic: one compare-exchange of a word makes an item visible, so a producer that is killed
 * at any instruction leaves a working lane.
 *
 * A word belongs to lap L when its top bits are L. (L, empty): a producer may fill it. (L, item):
 * the consumer may take it. The consumer empties it to (L + 1, empty). `tail` is a hint for the
 * next position: a producer that finds its word filled advances the tail for the producer that
 * filled it. The consumer keeps its position in private memory and never reads the tail.
 *
 *   producer dies before filling the word    nothing was pushed
 *   ... after filling, before moving tail    the item is visible; the next producer moves the tail
 *   ... after moving the tail                the item is visible
 *   consumer (daemon) dies                   the lane dies with its segment
 *
 * A client that writes other words harms only its own lane: the consumer takes a word only if its
 * lap is the expected one, and validates the item.
 */
#ifndef CHI_LANE_INGRESS_LANE_H
#define CHI_LANE_INGRESS_LANE_H

#include <errno.h>

#include "base/cpu.h"
#include "shm/layout.h"

#define CHI_LANE_ITEM_BITS  42
#define CHI_LANE_ITEM_MASK  (((uint64_t)1 << CHI_LANE_ITEM_BITS) - 1)
#define CHI_LANE_LAP_MASK   (((uint64_t)1 << (64 - CHI_LANE_ITEM_BITS)) - 1)
#define CHI_LANE_RETURN_BIT ((uint64_t)1 << (CHI_LANE_ITEM_BITS - 1))

static inline uint64_t chi_lane_word(uint64_t position, uint32_t depth_log2, uint64_t item)
{
    return (position >> depth_log2 & CHI_LANE_LAP_MASK) << CHI_LANE_ITEM_BITS | item;
}

static inline size_t chi_lane_bytes(uint32_t depth_log2)
{
    return sizeof(struct chi_shm_lane) + (sizeof(uint64_t) << depth_log2);
}

/* Daemon: initialises the lane, armed, before its client learns of it. The memory must be zero. */
static inline void chi_lane_init(struct chi_shm_lane *lane, uint32_t depth_log2, uint32_t worker,
                                 uint32_t number)
{
    lane->depth_log2 = depth_log2;
    lane->worker = worker;
    lane->number = number;
    atomic_store_explicit(&lane->armed, 1, memory_order_release);
}

/*
 * Client, any thread: pushes `item`.
 *   depth_log2   the caller's private copy
 *   item         not 0
 *   at           set to its position in the lane
 * Returns 0, or
 *   -EAGAIN   the lane is full
 */
static inline int chi_lane_push_at(struct chi_shm_lane *lane, uint32_t depth_log2, uint64_t item,
                                   uint64_t *at)
{
    const uint64_t mask = ((uint64_t)1 << depth_log2) - 1;

    for (;;) {
        uint64_t position = atomic_load_explicit(&lane->tail, memory_order_relaxed);
        _Atomic(uint64_t) *word = &lane->words[position & mask];
        uint64_t empty = chi_lane_word(position, depth_log2, 0);
        /* The consumer wrote the line last: fetch it once, for writing. */
        chi_cpu_prefetch_write((const void *)word);
        uint64_t seen = atomic_load_explicit(word, memory_order_relaxed);

        if (seen == empty) {
            /* Release: the task's bytes, for the acquire in chi_lane_take(). seq_cst: with the
             * load of `armed` in chi_bell_ring(), against the store and load of the worker. */
            if (atomic_compare_exchange_strong_explicit(
                    word, &seen, empty | item, memory_order_seq_cst, memory_order_relaxed)) {
                atomic_compare_exchange_strong_explicit(&lane->tail, &position, position + 1,
                                                        memory_order_relaxed, memory_order_relaxed);
                *at = position;
                return 0;
            }
        }
        uint64_t lap = seen & ~CHI_LANE_ITEM_MASK;
        if ((lap == empty && seen != empty) ||
            lap == chi_lane_word(position + mask + 1, depth_log2, 0)) {
            /* Filled in this lap, and possibly emptied since; its producer has not moved the tail,
             * and may be dead. */
            atomic_compare_exchange_strong_explicit(&lane->tail, &position, position + 1,
                                                    memory_order_relaxed, memory_order_relaxed);
        } else if (position == atomic_load_explicit(&lane->tail, memory_order_relaxed) &&
                   seen != empty) {
            return -EAGAIN; /* still the item of the last lap */
        }
    }
}

static inline int chi_lane_push(struct chi_shm_lane *lane, uint32_t depth_log2, uint64_t item)
{
    uint64_t at;
    return chi_lane_push_at(lane, depth_log2, item, &at);
}

/* The consumer's state, in the daemon's private memory. */
struct chi_lane_reader {
    struct chi_shm_lane *lane;
    uint64_t position;
    uint32_t depth_log2;
};

/*
 * Worker: takes up to `max` items in order and returns their number. Empties them together at the
 * end, because each write to the words takes their cache line from the producers.
 */
static inline uint32_t chi_lane_take(struct chi_lane_reader *reader, uint64_t *items, uint32_t max)
{
    const uint64_t mask = ((uint64_t)1 << reader->depth_log2) - 1;
    _Atomic(uint64_t) *words = reader->lane->words;
    uint32_t count = 0;

    for (; count < max; count++) {
        uint64_t position = reader->position + count;
        /* Acquire: pairs with the compare-exchange in chi_lane_push(). */
        uint64_t seen = atomic_load_explicit(&words[position & mask], memory_order_acquire);
        uint64_t item = seen & CHI_LANE_ITEM_MASK;
        if (seen != chi_lane_word(position, reader->depth_log2, item) || item == 0)
            break;
        items[count] = item;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t position = reader->position + i;
        uint64_t next = chi_lane_word(position + mask + 1, reader->depth_log2, 0);
        atomic_store_explicit(&words[position & mask], next, memory_order_relaxed);
    }
    reader->position += count;
    return count;
}

/*
 * Worker: returns whether an item is waiting. seq_cst: the read after arming, see chi_bell_ring().
 */
static inline bool chi_lane_ready(const struct chi_lane_reader *reader)
{
    const uint64_t mask = ((uint64_t)1 << reader->depth_log2) - 1;
    uint64_t seen =
        atomic_load_explicit(&reader->lane->words[reader->position & mask], memory_order_seq_cst);
    uint64_t item = seen & CHI_LANE_ITEM_MASK;
    return item != 0 && seen == chi_lane_word(reader->position, reader->depth_log2, item);
}

#endif
