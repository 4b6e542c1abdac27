/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the processes of the stress test know together, in memory that they share: ids of tasks,
 * what must have become of each at the end, the pools that come and go. An entry is written by the
 * client whose task it is, and read when all have ended; a client that is killed leaves entries
 * that claim less.
 */
#ifndef CHI_TEST_STRESS_BOOKS_H
#define CHI_TEST_STRESS_BOOKS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <test/stress/stress_tasks.h>

#define STRESS_MIX        CHI_POOL_ID(7100, 0) /* composed; containers: */
#define STRESS_MIX_COUNT  5u
#define STRESS_ONE        CHI_POOL_ID(7101, 0) /* one container */
#define STRESS_POOLS      4u                   /* that come and go */
#define STRESS_POOLS_SIZE 8u                   /* their containers at most */

/* How often the handler ran: so often, or one of these. */
enum stress_expected {
    STRESS_ONCE_AT_MOST = 0, /* cancelled, late, or whoever sent it is gone */
    STRESS_TIMES = 1,        /* + n */
    STRESS_TIMES_MAX = 0xFFFD,
    STRESS_ANY = 0xFFFF, /* periodic, and nobody knows its end */
};

enum stress_kind {
    STRESS_WORK,
    STRESS_SECTION,
    STRESS_SHARE,
    STRESS_TREE,
    STRESS_TICK,
    STRESS_KINDS,
};

struct stress_books {
    atomic_bool stop;
    bool few_fibers; /* subtasks may be refused with -EAGAIN */
    _Atomic(uint32_t) next_id;
    _Atomic(uint64_t) pools[STRESS_POOLS]; /* packed id, 0 none */
    _Atomic(uint64_t) done[STRESS_KINDS];  /* with a result that was checked */
    _Atomic(uint64_t) cut, no_pool, failed, forgotten, not_sent, pools_made, flushes, attached;
    uint16_t expected[TEST_STRESS_IDS];
    uint8_t kind[TEST_STRESS_IDS];
};

extern struct stress_books *stress_books;

void stress_books_open(void);
void stress_books_close(void);

/* `count` ids in a row; false where they are used up, and the test with them. */
bool stress_take_ids(enum stress_kind kind, uint32_t count, uint32_t *first);
void stress_expect(uint32_t first, uint32_t count, enum stress_expected what);
void stress_expect_times(uint32_t id, uint64_t times);

/* Compares with what the module has counted, after all has come to rest, and prints what differs.
 * The calling process is attached. Returns how many ids differ. */
unsigned stress_audit(void);

uint64_t stress_random(uint64_t *state);

#endif
