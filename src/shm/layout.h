/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All structs that two processes share, besides struct chi_task. Fixed-width integers and offsets
 * only. Every client of the same user can overwrite this memory, so the daemon validates what it
 * reads and keeps its own state in private memory.
 */
#ifndef CHI_SHM_LAYOUT_H
#define CHI_SHM_LAYOUT_H

#include <stdatomic.h>

#include "chimaera/types.h"

#define CHI_LAYOUT_ABI  4u                  /* changes when a struct here or chi_task changes */
#define CHI_SHM_MAGIC   0x524541414d494843u /* "CHIMAAER", stored last */
#define CHI_MAX_WORKERS 64u
#define CHI_MAX_CLIENTS 1024u
#define CHI_RUNG_WORDS  64u /* 64 bits each: 4096 ingress lanes */

/*
 * The doorbell of one worker. Client threads set bits, then write the worker's eventfd if it
 * sleeps. The worker takes the bits. If a client dies between two of these steps, only its own
 * lanes are late, and they are dropped with it.
 */
struct chi_shm_bell {
    _Alignas(CHI_CACHE_LINE) _Atomic(uint64_t) summary; /* bit w: rung[w] may have bits */
    _Atomic(uint32_t) sleeping;                         /* 1: the worker sleeps on its eventfd */
    _Alignas(CHI_CACHE_LINE) _Atomic(uint64_t) rung[CHI_RUNG_WORDS]; /* bit: ingress lane number */
};
_Static_assert(sizeof(struct chi_shm_bell) == 64 + 8 * CHI_RUNG_WORDS, "shared layout");

/*
 * An ingress lane: a bounded array of words. Several threads of one client push, one worker takes.
 * A word is `lap << 42 | item`; item 0 is empty. Bit 41 of an item marks a returned output, else
 * the item is a task; the rest is its offset / 64. src/lane/ingress_lane.h describes the protocol.
 */
struct chi_shm_lane {
    _Alignas(CHI_CACHE_LINE) _Atomic(uint64_t) tail; /* position of the next push; producers only */
    _Alignas(CHI_CACHE_LINE) _Atomic(uint32_t) armed; /* 1: ring the worker after a push */
    uint32_t worker;                                  /* owner of the bell */
    uint32_t number;                                  /* this lane's bit in the bell */
    uint32_t depth_log2;
    _Atomic(uint64_t) routed; /* position up to which tasks for other workers were passed on */
    _Alignas(CHI_CACHE_LINE) _Atomic(uint64_t) words[];
};
_Static_assert(sizeof(struct chi_shm_lane) == 128, "shared layout");

#define CHI_SHM_TEXTS      16u /* of a client; later ones replace earlier ones */
#define CHI_SHM_TEXT_WORDS 29u /* 231 bytes and the \0 */

/*
 * What chi_error() said in a handler of one of the client's tasks. Workers write it, and then
 * complete the task with CHI_TASK_TEXT; the client looks it up by the task's offset, the highest
 * number of equal ones. `number` is 0 while the text is written. A client can damage its own only.
 */
struct chi_shm_text {
    _Atomic(uint64_t) number;
    _Atomic(uint64_t) task; /* offset in the main segment */
    _Atomic(uint32_t) code;
    _Atomic(uint32_t) unused;
    _Atomic(uint64_t) words[CHI_SHM_TEXT_WORDS];
};
_Static_assert(sizeof(struct chi_shm_text) == 256, "shared layout");

/*
 * One per client slot: the word on which its threads sleep when they wait for any of several tasks,
 * and the texts of tasks that failed.
 */
struct chi_shm_slot {
    _Alignas(CHI_CACHE_LINE) _Atomic(uint32_t) events; /* counts completions marked CHI_TASK_ANY */
    _Alignas(CHI_CACHE_LINE) struct chi_shm_text texts[CHI_SHM_TEXTS];
};
_Static_assert(sizeof(struct chi_shm_slot) == 64 + 256 * CHI_SHM_TEXTS, "shared layout");

/* At offset 0 of the main segment. */
struct chi_shm_header {
    _Atomic(uint64_t) magic; /* stored last */
    uint32_t abi;
    uint32_t worker_count;
    uint32_t max_clients;
    uint32_t daemon_pid;
    uint64_t slots_offset; /* struct chi_shm_slot[max_clients] */
    uint64_t bells_offset; /* struct chi_shm_bell[worker_count] */
};
_Static_assert(sizeof(struct chi_shm_header) == 40, "shared layout");

#endif
