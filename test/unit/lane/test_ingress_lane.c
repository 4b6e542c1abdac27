/* SPDX-License-Identifier: BSD-3-Clause */
/* The ingress lane: order, fullness, laps, producers that die half-way, and threads at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lane/ingress_lane.h"

#define DEPTH_LOG2 4u
#define DEPTH      (1u << DEPTH_LOG2)

struct fixture {
    struct chi_shm_lane *lane;
    struct chi_lane_reader reader;
};

static struct chi_shm_lane *new_lane(uint32_t depth_log2)
{
    struct chi_shm_lane *lane = mmap(NULL, chi_lane_bytes(depth_log2), PROT_READ | PROT_WRITE,
                                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(lane, MAP_FAILED);
    chi_lane_init(lane, depth_log2, 3, 77);
    return lane;
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->lane = new_lane(DEPTH_LOG2);
    fixture->reader = (struct chi_lane_reader){.lane = fixture->lane, .depth_log2 = DEPTH_LOG2};
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    munmap(fixture->lane, chi_lane_bytes(DEPTH_LOG2));
    free(fixture);
    return 0;
}

static int push(struct fixture *fixture, uint64_t item)
{
    return chi_lane_push(fixture->lane, DEPTH_LOG2, item);
}

static void a_new_lane_is_empty_and_armed(void **state)
{
    struct fixture *fixture = *state;
    uint64_t item;
    assert_int_equal(atomic_load(&fixture->lane->armed), 1);
    assert_int_equal(fixture->lane->worker, 3);
    assert_int_equal(fixture->lane->number, 77);
    assert_false(chi_lane_ready(&fixture->reader));
    assert_int_equal(chi_lane_take(&fixture->reader, &item, 1), 0);
}

static void items_come_out_in_the_order_they_went_in(void **state)
{
    struct fixture *fixture = *state;
    uint64_t items[DEPTH];
    for (uint64_t i = 1; i <= 10; i++)
        assert_int_equal(push(fixture, i * 1000), 0);
    assert_true(chi_lane_ready(&fixture->reader));
    assert_int_equal(chi_lane_take(&fixture->reader, items, 4), 4);
    assert_int_equal(chi_lane_take(&fixture->reader, items + 4, DEPTH), 6);
    for (uint64_t i = 0; i < 10; i++)
        assert_int_equal(items[i], (i + 1) * 1000);
    assert_false(chi_lane_ready(&fixture->reader));
}

static void a_full_lane_returns_eagain_until_something_is_taken(void **state)
{
    struct fixture *fixture = *state;
    uint64_t items[DEPTH];
    for (uint64_t i = 1; i <= DEPTH; i++)
        assert_int_equal(push(fixture, i), 0);
    assert_int_equal(push(fixture, 99), -EAGAIN);
    assert_int_equal(push(fixture, 99), -EAGAIN);
    assert_int_equal(chi_lane_take(&fixture->reader, items, 1), 1);
    assert_int_equal(push(fixture, 99), 0);
    assert_int_equal(push(fixture, 100), -EAGAIN);
    assert_int_equal(chi_lane_take(&fixture->reader, items, DEPTH), DEPTH);
    assert_int_equal(items[DEPTH - 1], 99);
}

static void the_largest_item_and_the_return_bit_pass_through(void **state)
{
    struct fixture *fixture = *state;
    uint64_t items[2];
    assert_int_equal(push(fixture, CHI_LANE_ITEM_MASK), 0);
    assert_int_equal(push(fixture, CHI_LANE_RETURN_BIT | 5), 0);
    assert_int_equal(chi_lane_take(&fixture->reader, items, 2), 2);
    assert_true(items[0] == CHI_LANE_ITEM_MASK);
    assert_true(items[1] == (CHI_LANE_RETURN_BIT | 5));
}

static void the_lane_goes_on_when_the_lap_number_wraps(void **state)
{
    struct fixture *fixture = *state;
    uint64_t wrap = (CHI_LANE_LAP_MASK + 1) << DEPTH_LOG2; /* positions of all laps */
    uint64_t begin = wrap - 2 * DEPTH;
    uint64_t items[DEPTH];
    for (uint64_t i = 0; i < DEPTH; i++)
        atomic_store(&fixture->lane->words[i], chi_lane_word(begin + i, DEPTH_LOG2, 0));
    atomic_store(&fixture->lane->tail, begin);
    fixture->reader.position = begin;
    for (uint64_t i = 0; i < 6 * DEPTH; i++) {
        assert_int_equal(push(fixture, i + 1), 0);
        assert_int_equal(chi_lane_take(&fixture->reader, items, DEPTH), 1);
        assert_int_equal(items[0], i + 1);
    }
    for (uint64_t i = 0; i < DEPTH; i++)
        assert_int_equal(push(fixture, i + 1), 0);
    assert_int_equal(push(fixture, 1), -EAGAIN);
}

static void a_producer_that_died_before_moving_the_tail_is_helped_on(void **state)
{
    struct fixture *fixture = *state;
    uint64_t items[DEPTH];
    /* What a producer leaves that filled its word and was killed then. */
    atomic_store(&fixture->lane->words[0], chi_lane_word(0, DEPTH_LOG2, 11));
    assert_int_equal(push(fixture, 22), 0);
    assert_int_equal(atomic_load(&fixture->lane->tail), 2);
    assert_int_equal(chi_lane_take(&fixture->reader, items, DEPTH), 2);
    assert_int_equal(items[0], 11);
    assert_int_equal(items[1], 22);
}

static void an_item_is_taken_though_the_tail_was_never_moved(void **state)
{
    struct fixture *fixture = *state;
    uint64_t item;
    atomic_store(&fixture->lane->words[0], chi_lane_word(0, DEPTH_LOG2, 11));
    assert_true(chi_lane_ready(&fixture->reader));
    assert_int_equal(chi_lane_take(&fixture->reader, &item, 1), 1);
    assert_int_equal(item, 11);
    /* The word is of the next lap now, the tail still of this one. */
    assert_int_equal(push(fixture, 22), 0);
    assert_int_equal(chi_lane_take(&fixture->reader, &item, 1), 1);
    assert_int_equal(item, 22);
}

static void words_of_another_lap_are_not_taken(void **state)
{
    struct fixture *fixture = *state;
    uint64_t item;
    atomic_store(&fixture->lane->words[0], chi_lane_word(DEPTH, DEPTH_LOG2, 11));
    assert_false(chi_lane_ready(&fixture->reader));
    assert_int_equal(chi_lane_take(&fixture->reader, &item, 1), 0);
    atomic_store(&fixture->lane->words[0], UINT64_MAX);
    assert_int_equal(chi_lane_take(&fixture->reader, &item, 1), 0);
}

/* Every word that a vandal may leave: the consumer takes what fits and always returns. */
static void the_consumer_survives_any_words(void **state)
{
    struct fixture *fixture = *state;
    unsigned seed = 5;
    uint64_t items[DEPTH];
    for (int round = 0; round < 20000; round++) {
        uint64_t word =
            (uint64_t)rand_r(&seed) << 42 ^ (uint64_t)rand_r(&seed) << 20 ^ (uint64_t)rand_r(&seed);
        if (round % 3 == 0)
            word &= CHI_LANE_ITEM_MASK;
        atomic_store(&fixture->lane->words[(unsigned)rand_r(&seed) % DEPTH], word);
        uint64_t before = fixture->reader.position;
        uint32_t count = chi_lane_take(&fixture->reader, items, DEPTH);
        assert_true(count <= DEPTH);
        assert_int_equal(fixture->reader.position, before + count);
        for (uint32_t i = 0; i < count; i++)
            assert_true(items[i] != 0 && items[i] <= CHI_LANE_ITEM_MASK);
    }
}

/* ---- threads */

enum { PRODUCERS = 4, ITEMS = 50000 };

struct producer {
    pthread_t thread;
    struct chi_shm_lane *lane;
    uint32_t depth_log2;
    uint64_t number;
};

static void *produce(void *argument)
{
    struct producer *producer = argument;
    for (uint64_t i = 1; i <= ITEMS; i++)
        while (chi_lane_push(producer->lane, producer->depth_log2, producer->number << 32 | i) < 0)
            sched_yield();
    return NULL;
}

static void pass_all_items(uint32_t depth_log2, uint32_t batch)
{
    struct chi_shm_lane *lane = new_lane(depth_log2);
    struct chi_lane_reader reader = {.lane = lane, .depth_log2 = depth_log2};
    struct producer producers[PRODUCERS];
    uint64_t last[PRODUCERS] = {0};
    uint64_t items[32];
    uint64_t taken = 0;

    for (uint64_t p = 0; p < PRODUCERS; p++) {
        producers[p] = (struct producer){.lane = lane, .depth_log2 = depth_log2, .number = p};
        assert_int_equal(pthread_create(&producers[p].thread, NULL, produce, &producers[p]), 0);
    }
    while (taken < PRODUCERS * ITEMS) {
        uint32_t count = chi_lane_take(&reader, items, batch);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t producer = items[i] >> 32;
            assert_true(producer < PRODUCERS);
            /* Nothing lost, nothing twice, each producer's own order kept. */
            assert_int_equal(items[i] & UINT32_MAX, ++last[producer]);
        }
        taken += count;
        if (count == 0)
            sched_yield();
    }
    for (int p = 0; p < PRODUCERS; p++)
        pthread_join(producers[p].thread, NULL);
    assert_int_equal(chi_lane_take(&reader, items, 1), 0);
    munmap(lane, chi_lane_bytes(depth_log2));
}

static void producers_at_once_lose_and_double_nothing(void **state)
{
    (void)state;
    pass_all_items(10, 32);
}

static void producers_at_once_share_the_smallest_lane(void **state)
{
    (void)state;
    pass_all_items(1, 32);
    pass_all_items(4, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_new_lane_is_empty_and_armed),
        TEST(items_come_out_in_the_order_they_went_in),
        TEST(a_full_lane_returns_eagain_until_something_is_taken),
        TEST(the_largest_item_and_the_return_bit_pass_through),
        TEST(the_lane_goes_on_when_the_lap_number_wraps),
        TEST(a_producer_that_died_before_moving_the_tail_is_helped_on),
        TEST(an_item_is_taken_though_the_tail_was_never_moved),
        TEST(words_of_another_lap_are_not_taken),
        TEST(the_consumer_survives_any_words),
        cmocka_unit_test(producers_at_once_lose_and_double_nothing),
        cmocka_unit_test(producers_at_once_share_the_smallest_lane),
    };
    return cmocka_run_group_tests_name("ingress lane", tests, NULL, NULL);
}
