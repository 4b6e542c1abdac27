/* SPDX-License-Identifier: BSD-3-Clause */
/* The doorbell: who rings when, and that no wake-up is lost between producers and a sleeper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lane/bell.h"
#include "lane/ingress_lane.h"

#define DEPTH_LOG2 6u
#define NUMBER     131u /* word 2, bit 3 */

struct fixture {
    struct chi_shm_bell *bell;
    struct chi_shm_lane *lane;
    struct chi_lane_reader reader;
    int eventfd;
};

static void *new_zeroed(size_t size)
{
    size = (size + CHI_CACHE_LINE - 1) / CHI_CACHE_LINE * CHI_CACHE_LINE;
    void *memory = aligned_alloc(CHI_CACHE_LINE, size);
    assert_non_null(memory);
    memset(memory, 0, size);
    return memory;
}

static int setup(void **state)
{
    struct fixture *fixture = new_zeroed(sizeof(*fixture));
    fixture->bell = new_zeroed(sizeof(*fixture->bell));
    fixture->lane = new_zeroed(chi_lane_bytes(DEPTH_LOG2));
    chi_lane_init(fixture->lane, DEPTH_LOG2, 0, NUMBER);
    fixture->reader = (struct chi_lane_reader){.lane = fixture->lane, .depth_log2 = DEPTH_LOG2};
    fixture->eventfd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert_true(fixture->eventfd >= 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    close(fixture->eventfd);
    free(fixture->lane);
    free(fixture->bell);
    free(fixture);
    return 0;
}

static void ring(struct fixture *fixture)
{
    chi_bell_ring(fixture->bell, fixture->lane, NUMBER, fixture->eventfd);
}

/* How often the eventfd was written. */
static uint64_t wakes(const struct fixture *fixture)
{
    uint64_t count = 0;
    return read(fixture->eventfd, &count, sizeof(count)) < 0 ? 0 : count;
}

static void an_armed_lane_rings_once(void **state)
{
    struct fixture *fixture = *state;
    assert_false(chi_bell_rung(fixture->bell));
    ring(fixture);
    assert_true(chi_bell_rung(fixture->bell));
    assert_int_equal(atomic_load(&fixture->bell->summary), 1u << 2);
    assert_int_equal(atomic_load(&fixture->bell->rung[2]), 1u << 3);
    assert_int_equal(atomic_load(&fixture->lane->armed), 0);
    atomic_store(&fixture->bell->summary, 0);
    atomic_store(&fixture->bell->rung[2], 0);
    ring(fixture); /* taken already: the worker polls the lane */
    assert_false(chi_bell_rung(fixture->bell));
    chi_bell_arm(fixture->lane);
    ring(fixture);
    assert_true(chi_bell_rung(fixture->bell));
}

static void only_a_sleeping_worker_costs_a_system_call(void **state)
{
    struct fixture *fixture = *state;
    ring(fixture);
    assert_int_equal(wakes(fixture), 0);
    chi_bell_arm(fixture->lane);
    atomic_store(&fixture->bell->sleeping, 1);
    ring(fixture);
    ring(fixture);
    assert_int_equal(wakes(fixture), 1);
}

static void the_first_and_the_last_number_have_their_bits(void **state)
{
    struct fixture *fixture = *state;
    chi_bell_ring(fixture->bell, fixture->lane, 0, fixture->eventfd);
    chi_bell_arm(fixture->lane);
    chi_bell_ring(fixture->bell, fixture->lane, CHI_RUNG_WORDS * 64 - 1, fixture->eventfd);
    assert_true(atomic_load(&fixture->bell->summary) == (1ull | 1ull << 63));
    assert_true(atomic_load(&fixture->bell->rung[0]) == 1);
    assert_true(atomic_load(&fixture->bell->rung[63]) == 1ull << 63);
}

/* ---- no wake-up is lost: a worker that really sleeps against producers that really race it */

enum { PRODUCERS = 2, ITEMS = 20000 };

struct producer {
    pthread_t thread;
    struct fixture *fixture;
    unsigned seed;
};

static void *produce(void *argument)
{
    struct producer *producer = argument;
    struct fixture *fixture = producer->fixture;
    for (uint64_t i = 1; i <= ITEMS; i++) {
        while (chi_lane_push(fixture->lane, DEPTH_LOG2, i) < 0)
            sched_yield();
        ring(fixture);
        for (int pause = rand_r(&producer->seed) % 200; pause > 0; pause--)
            atomic_signal_fence(memory_order_seq_cst);
    }
    return NULL;
}

/* The worker's half, as in src/runtime/loop.c. Returns false where a wake-up was lost. */
static bool sleep_once(struct fixture *fixture)
{
    struct pollfd event = {.fd = fixture->eventfd, .events = POLLIN};
    bool in_time = true;

    chi_bell_arm(fixture->lane);
    if (chi_lane_ready(&fixture->reader))
        return true;
    atomic_store_explicit(&fixture->bell->sleeping, 1, memory_order_seq_cst);
    if (!chi_bell_rung(fixture->bell))
        in_time = poll(&event, 1, 10000) == 1;
    atomic_store_explicit(&fixture->bell->sleeping, 0, memory_order_relaxed);
    wakes(fixture);
    return in_time;
}

static void no_wake_up_is_lost(void **state)
{
    struct fixture *fixture = *state;
    struct producer producers[PRODUCERS];
    uint64_t items[32];
    uint32_t taken = 0;

    for (int p = 0; p < PRODUCERS; p++) {
        producers[p] = (struct producer){.fixture = fixture, .seed = (unsigned)p + 1};
        assert_int_equal(pthread_create(&producers[p].thread, NULL, produce, &producers[p]), 0);
    }
    while (taken < PRODUCERS * ITEMS) {
        uint32_t count = chi_lane_take(&fixture->reader, items, 32);
        taken += count;
        if (count > 0)
            continue;
        assert_true(sleep_once(fixture));
        if (atomic_exchange(&fixture->bell->summary, 0) != 0)
            atomic_exchange(&fixture->bell->rung[NUMBER / 64], 0);
    }
    for (int p = 0; p < PRODUCERS; p++)
        pthread_join(producers[p].thread, NULL);
    assert_int_equal(taken, PRODUCERS * ITEMS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_armed_lane_rings_once),
        TEST(only_a_sleeping_worker_costs_a_system_call),
        TEST(the_first_and_the_last_number_have_their_bits),
        TEST(no_wake_up_is_lost),
    };
    return cmocka_run_group_tests_name("bell", tests, NULL, NULL);
}
