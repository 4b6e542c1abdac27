/* SPDX-License-Identifier: BSD-3-Clause */
/* See books.h. */
#include "stress/books.h"

#include <stdio.h>
#include <sys/mman.h>
#include <test/stress/stress_client.h>

#include "support/cmocka_all.h"

#define PIECE   65536u /* entries of the ledger asked for at once: an output lent by the runtime */
#define SAY_MAX 20u

struct stress_books *stress_books;

void stress_books_open(void)
{
    stress_books = mmap(NULL, sizeof(*stress_books), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(stress_books != MAP_FAILED);
}

void stress_books_close(void)
{
    munmap(stress_books, sizeof(*stress_books));
    stress_books = NULL;
}

uint64_t stress_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

bool stress_take_ids(enum stress_kind kind, uint32_t count, uint32_t *first)
{
    if (atomic_load(&stress_books->next_id) > TEST_STRESS_IDS - 100000) {
        atomic_store(&stress_books->stop, true);
        return false;
    }
    *first = atomic_fetch_add(&stress_books->next_id, count);
    for (uint32_t i = 0; i < count; i++)
        stress_books->kind[*first + i] = (uint8_t)kind;
    if (kind == STRESS_TICK)
        stress_expect(*first, 1, STRESS_ANY);
    return true;
}

void stress_expect(uint32_t first, uint32_t count, enum stress_expected what)
{
    for (uint32_t i = 0; i < count; i++)
        stress_books->expected[first + i] = (uint16_t)what;
}

void stress_expect_times(uint32_t id, uint64_t times)
{
    stress_books->expected[id] =
        times < STRESS_TIMES_MAX ? (uint16_t)(STRESS_TIMES + times) : STRESS_ANY;
}

static bool agrees(uint32_t id, uint32_t entry)
{
    uint32_t began = entry & 0xFFFF, ended = entry >> 16;
    uint32_t expected = stress_books->expected[id];

    if (expected == STRESS_ANY)
        return began == ended;
    if (expected == STRESS_ONCE_AT_MOST)
        return began == ended && began <= 1;
    return began == ended && began == expected - STRESS_TIMES;
}

static void say(uint32_t id, uint32_t entry)
{
    static const char *const kinds[] = {"work", "section", "share", "tree", "tick"};
    uint32_t expected = stress_books->expected[id];
    char text[32] = "once at most";

    if (expected == STRESS_ANY)
        snprintf(text, sizeof(text), "as often");
    else if (expected != STRESS_ONCE_AT_MOST)
        snprintf(text, sizeof(text), "%u times", expected - STRESS_TIMES);
    fprintf(stderr, "task %u (%s) began %u times and ended %u times; expected: %s\n", id,
            kinds[stress_books->kind[id]], entry & 0xFFFF, entry >> 16, text);
}

unsigned stress_audit(void)
{
    uint32_t end = atomic_load(&stress_books->next_id);
    unsigned wrong = 0;

    for (uint32_t first = 0; first < end; first += PIECE) {
        struct test_stress_ledger_task *task =
            CHI_TASK_NEW(test_stress_ledger, STRESS_ONE, chi_pool_query_local());
        assert_non_null(task);
        task->first = first;
        task->count = end - first < PIECE ? end - first : PIECE;
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), 0);
        assert_int_equal(chi_vector_count(&task->entries), task->count);
        const uint32_t *entries = chi_vector_items(&task->entries);
        for (uint32_t i = 0; i < task->count; i++)
            if (!agrees(first + i, entries[i]) && wrong++ < SAY_MAX)
                say(first + i, entries[i]);
        chi_task_del(&task->base);
    }
    return wrong;
}
