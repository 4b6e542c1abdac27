/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SIGKILL of a producer at each instruction of a push on an ingress lane and of the ring of its
 * bell, from each state that a lane can be in. The lane lies in memory of this test: what is tested
 * is what a dead producer leaves to the other producers, and to the reader, of the same lane.
 */
#include "harness.h"
#include "tracer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lane/bell.h"
#include "lane/ingress_lane.h"

#define STEPS_MAX  1000u /* more than a push takes */
#define DEPTH_LOG2 2u
#define DEPTH      (1u << DEPTH_LOG2)
#define VICTIMS    0x77u /* the items that are pushed: by who is killed, */
#define SECONDS    0x88u /* and by another, afterwards */
#define OWN_NUMBER 3u
#define NUMBER     7u /* of the other lane, in the same word of the bell */

struct world {
    struct chi_shm_bell bell;
    /* A lane without words, which only rings, and one with. */
    _Alignas(CHI_CACHE_LINE) char other[sizeof(struct chi_shm_lane)];
    _Alignas(CHI_CACHE_LINE) char lane[sizeof(struct chi_shm_lane) + DEPTH * sizeof(uint64_t)];
};

static struct chi_shm_lane *lane_of(struct world *world)
{
    return (void *)world->lane;
}

static struct chi_shm_lane *other_of(struct world *world)
{
    return (void *)world->other;
}

struct lane_state {
    const char *name;
    unsigned taken; /* pushed and taken before */
    unsigned items; /* that wait */
    bool tail_late; /* a producer has filled its word, but not moved the tail */
    bool armed, sleeping;
};

static const struct lane_state lane_states[] = {
    {"a new lane", 0, 0, false, true, true},
    {"a new lane that is polled", 0, 0, false, false, false},
    {"one item", 0, 1, false, true, false},
    {"room for one", 0, DEPTH - 1, false, true, true},
    {"full", 0, DEPTH, false, false, false},
    {"a late tail", 0, 1, true, true, true},
    {"full, a late tail", 0, DEPTH, true, true, true},
    {"a late tail, its item taken", 1, 0, true, true, true},
    {"a late tail at the end of a lap, all taken", DEPTH, 0, true, true, true},
    {"the second lap, full", DEPTH + 2, DEPTH, false, true, true},
    {"the second lap, a late tail", DEPTH + 2, 2, true, true, false},
};

static struct world *world;
static int bell_fd;

static void run_push_and_ring(void *unused)
{
    (void)unused;
    if (chi_lane_push(lane_of(world), DEPTH_LOG2, VICTIMS) == 0)
        chi_bell_ring(&world->bell, lane_of(world), OWN_NUMBER, bell_fd);
}

static pid_t start_victim(void)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fault_child();
        tracer_run(run_push_and_ring, NULL);
    }
    if (!tracer_await_start(child))
        fail_msg("the victim did not come to its start (is ptrace() allowed here?)");
    return child;
}

static void make_world(const struct lane_state *state, struct chi_lane_reader *reader)
{
    uint64_t item;
    memset((void *)world, 0, sizeof(*world));
    chi_lane_init(lane_of(world), DEPTH_LOG2, 0, OWN_NUMBER);
    chi_lane_init(other_of(world), DEPTH_LOG2, 0, NUMBER);
    *reader = (struct chi_lane_reader){.lane = lane_of(world), .depth_log2 = DEPTH_LOG2};
    for (unsigned i = 0; i < state->taken; i++) {
        assert_int_equal(chi_lane_push(lane_of(world), DEPTH_LOG2, 1), 0);
        assert_int_equal(chi_lane_take(reader, &item, 1), 1);
    }
    for (unsigned i = 0; i < state->items; i++)
        assert_int_equal(chi_lane_push(lane_of(world), DEPTH_LOG2, i + 1), 0);
    if (state->tail_late)
        atomic_fetch_sub(&lane_of(world)->tail, 1);
    atomic_store(&lane_of(world)->armed, state->armed);
    atomic_store(&world->bell.sleeping, state->sleeping);
}

static bool lane_holds(uint64_t item)
{
    for (unsigned i = 0; i < DEPTH; i++)
        if ((atomic_load(&lane_of(world)->words[i]) & CHI_LANE_ITEM_MASK) == item)
            return true;
    return false;
}

static void expect(bool good, const struct lane_state *state, size_t n, const char *what)
{
    if (!good)
        fail_msg("lane in state \"%s\", producer killed at instruction %zu: %s", state->name, n,
                 what);
}

static void check_lane(const struct lane_state *state, size_t n, struct chi_lane_reader *reader)
{
    uint64_t items[DEPTH + 1];
    bool there = lane_holds(VICTIMS);
    bool room = state->items + there < DEPTH;

    int rc = chi_lane_push(lane_of(world), DEPTH_LOG2, SECONDS);
    expect(rc == (room ? 0 : -EAGAIN), state, n,
           room ? "another producer found the lane full, which it is not" : "it took too many");
    uint32_t count = chi_lane_take(reader, items, DEPTH + 1);
    expect(count == state->items + there + room, state, n, "items are lost, or there twice");
    for (unsigned i = 0; i < state->items; i++)
        expect(items[i] == i + 1, state, n, "the order is wrong");
    if (there)
        expect(items[state->items] == VICTIMS, state, n, "the order is wrong");
    if (room)
        expect(items[count - 1] == SECONDS, state, n, "the order is wrong");
    for (unsigned i = 0; i < 2 * DEPTH; i++) {
        expect(chi_lane_push(lane_of(world), DEPTH_LOG2, i + 1) == 0, state, n, "it is stuck");
        expect(chi_lane_take(reader, items, DEPTH) == 1 && items[0] == i + 1, state, n,
               "it is stuck");
    }
}

static void check_bell(const struct lane_state *state, size_t n)
{
    uint64_t count;
    atomic_store(&world->bell.sleeping, 1);
    (void)!read(bell_fd, &count, sizeof(count));
    chi_bell_ring(&world->bell, other_of(world), NUMBER, bell_fd);
    expect(chi_bell_rung(&world->bell) &&
               (atomic_load(&world->bell.rung[0]) & UINT64_C(1) << NUMBER) != 0,
           state, n, "another lane's bell does not ring");
    expect(read(bell_fd, &count, sizeof(count)) == (ssize_t)sizeof(count), state, n,
           "another lane's bell does not wake");
}

static void producer_killed_in_a_push_leaves_a_lane_that_works(void **state)
{
    size_t kills = 0;
    (void)state;

    bell_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert_true(bell_fd >= 0);
    world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(world != MAP_FAILED);
    for (size_t s = 0; s < sizeof(lane_states) / sizeof(lane_states[0]); s++) {
        bool inside = true;
        for (size_t n = 0; inside; n++) {
            struct chi_lane_reader reader;
            make_world(&lane_states[s], &reader);
            pid_t child = start_victim();
            inside = tracer_step(child, n);
            tracer_kill(child);
            check_lane(&lane_states[s], n, &reader);
            check_bell(&lane_states[s], n);
            assert_true(n < STEPS_MAX);
            kills++;
        }
    }
    printf("  %zu kills in %zu states of a lane\n", kills,
           sizeof(lane_states) / sizeof(lane_states[0]));
    munmap(world, sizeof(*world));
    close(bell_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(producer_killed_in_a_push_leaves_a_lane_that_works),
    };
    fault_begin("kill-in-push", 16, 200);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fault_end();
    return failed;
}
