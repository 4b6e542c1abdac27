/* SPDX-License-Identifier: BSD-3-Clause */
/* Several threads on one arena. */
#include "arena_fixture.h"

#include <pthread.h>

/* Threads that hand blocks to one another through `slots`. */
enum { THREADS = 4, SHARED_SLOTS = 256, STEPS = 40000 };

struct crowd {
    struct room room;
    pthread_barrier_t start;
    _Atomic(uint64_t) slots[SHARED_SLOTS]; /* offset | 1 of a block; 0 for none */
    _Atomic(unsigned) failures, next;
};

static void *exchange_blocks(void *arg)
{
    struct crowd *crowd = arg;
    struct chi_arena_cache *cache;
    unsigned seed = 100 + atomic_fetch_add(&crowd->next, 1);
    unsigned failures = chi_arena_cache_create(crowd->room.arena, &cache) != 0;

    pthread_barrier_wait(&crowd->start);
    for (int step = 0; step < STEPS && failures == 0; step++) {
        unsigned slot = (unsigned)rand_r(&seed) % SHARED_SLOTS;
        size_t size = random_size(&seed);
        uint64_t offset = 0, theirs;
        uint32_t *words;
        if (step % 3 != 0) {
            if (chi_arena_alloc(cache, size < 8 ? 8 : size, TAG, &offset) != 0) {
                failures++;
                break;
            }
            words = (uint32_t *)((char *)crowd->room.map.base + offset);
            words[0] = (uint32_t)(offset >> 6);
            words[1] = seed;
            offset |= 1;
        }
        /* Acquire and release: pair with each other; the block changes hands. */
        theirs = atomic_exchange_explicit(&crowd->slots[slot], offset, memory_order_acq_rel);
        if (theirs == 0)
            continue;
        theirs &= ~UINT64_C(1);
        words = (uint32_t *)((char *)crowd->room.map.base + theirs);
        failures += words[0] != (uint32_t)(theirs >> 6);
        words[0] = 0;
        failures += chi_arena_free(cache, theirs, TAG) != 0;
    }
    atomic_fetch_add(&crowd->failures, failures);
    chi_arena_cache_destroy(cache);
    return NULL;
}

static void run_threads(unsigned count, void *(*body)(void *), void *arg)
{
    pthread_t threads[THREADS];

    for (unsigned i = 0; i < count; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, body, arg), 0);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void threads_free_one_anothers_blocks(void **state)
{
    static struct crowd crowd;
    struct chi_arena_cache *cache;
    (void)state;

    memset(&crowd, 0, sizeof(crowd));
    room_init(&crowd.room, 256 * MIB);
    pthread_barrier_init(&crowd.start, NULL, THREADS);
    run_threads(THREADS, exchange_blocks, &crowd);
    pthread_barrier_destroy(&crowd.start);
    assert_int_equal(crowd.failures, 0);
    cache = cache_of(&crowd.room);
    for (unsigned i = 0; i < SHARED_SLOTS; i++)
        if (crowd.slots[i])
            assert_int_equal(chi_arena_free(cache, crowd.slots[i] & ~UINT64_C(1), TAG), 0);
    chi_arena_cache_destroy(cache);
    room_fini_empty(&crowd.room);
}

/* Two threads reclaim the same offsets, some of them garbage, at the same moment. */
enum { RACES = 20000 };

struct race {
    struct room room;
    pthread_barrier_t start;
    uint64_t offsets[RACES];
    _Atomic(unsigned) wins[RACES];
};

static void *reclaim_each(void *arg)
{
    struct race *race = arg;
    struct chi_arena_cache *cache;

    if (chi_arena_cache_create(race->room.arena, &cache) != 0)
        abort();
    pthread_barrier_wait(&race->start);
    for (unsigned i = 0; i < RACES; i++) {
        if (chi_arena_reclaim(cache, race->offsets[i], TAG) == 0)
            atomic_fetch_add(&race->wins[i], 1);
        if (chi_arena_reclaim(cache, race->offsets[i] + 64 * (i % 3) + i % 2, TAG + 1) == 0)
            abort();
    }
    chi_arena_cache_destroy(cache);
    return NULL;
}

static void of_two_that_reclaim_a_block_exactly_one_wins(void **state)
{
    static struct race race;
    struct chi_arena_cache *cache;
    (void)state;

    memset(&race, 0, sizeof(race));
    room_init(&race.room, 512 * MIB);
    cache = cache_of(&race.room);
    for (unsigned i = 0; i < RACES; i++)
        race.offsets[i] = alloc(cache, i % 100 ? 64 + i % 1000 : 70000);
    pthread_barrier_init(&race.start, NULL, 2);
    run_threads(2, reclaim_each, &race);
    pthread_barrier_destroy(&race.start);
    for (unsigned i = 0; i < RACES; i++)
        assert_int_equal(race.wins[i], 1);
    chi_arena_cache_destroy(cache);
    room_fini_empty(&race.room);
}

/* One thread lends blocks and has some back, while others take all of a dead client's. */
struct lending {
    struct room room;
    _Atomic(bool) stop;
    _Atomic(uint64_t) latest; /* offset of the block lent last */
    _Atomic(uint64_t) lent, back;
};

static void *take_back(void *arg)
{
    struct lending *lending = arg;
    struct chi_arena_cache *cache;
    uint64_t back = 0;

    if (chi_arena_cache_create(lending->room.arena, &cache) != 0)
        abort();
    while (!atomic_load_explicit(&lending->stop, memory_order_relaxed)) {
        uint64_t latest = atomic_load_explicit(&lending->latest, memory_order_relaxed);
        for (int i = 0; i < 500; i++) /* untrusted: near a block that may be there no more */
            back += chi_arena_reclaim(cache, latest - (uint64_t)i * 64, TAG) == 0;
        back += chi_arena_reclaim_all(cache, TAG);
    }
    atomic_fetch_add(&lending->back, back);
    chi_arena_cache_destroy(cache);
    return NULL;
}

static void reclaiming_races_with_lending_and_loses_nothing(void **state)
{
    static struct lending lending;
    struct chi_arena_cache *cache;
    pthread_t threads[2];
    unsigned seed = 5;
    uint64_t offset;
    (void)state;

    memset(&lending, 0, sizeof(lending));
    room_init(&lending.room, 512 * MIB);
    cache = cache_of(&lending.room);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_back, &lending), 0);
    for (int i = 0; i < 60000; i++) {
        assert_int_equal(chi_arena_alloc(cache, random_size(&seed), TAG, &offset), 0);
        atomic_store_explicit(&lending.latest, offset, memory_order_relaxed);
    }
    atomic_store_explicit(&lending.stop, true, memory_order_relaxed);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(lending.back + chi_arena_reclaim_all(cache, TAG), 60000);
    chi_arena_cache_destroy(cache);
    room_fini_empty(&lending.room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHM_TEST(threads_free_one_anothers_blocks),
        SHM_TEST(of_two_that_reclaim_a_block_exactly_one_wins),
        SHM_TEST(reclaiming_races_with_lending_and_loses_nothing),
    };

    return cmocka_run_group_tests_name("arena_threads", tests, NULL, NULL);
}
