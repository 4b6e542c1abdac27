/* SPDX-License-Identifier: BSD-3-Clause */
#include "floor.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "lane/bell.h"
#include "lane/ingress_lane.h"
#include "partner.h"
#include "process.h"
#include "ticks.h"

#define DEPTH_LOG2    10u
#define TAKE_MAX      64u
#define TRIPS         3000u
#define MEASURE_NS    (3 * CHI_NS_PER_MS)
#define WARM_UP_NS    (CHI_NS_PER_MS / 2)
#define TASKS_A_CLOCK 256u
#define END           UINT64_C(0xFFFF) /* the item that ends the partner's job */

enum { QUEUED = 1, DONE = 2 };

/* As a task without members. */
struct line {
    _Alignas(CHI_CACHE_LINE) _Atomic(uint32_t) state;
    uint32_t words[15];
};
_Static_assert(sizeof(struct line) == CHI_CACHE_LINE, "a task is one line");

/* How both sides poll. */
struct polling {
    uint32_t client_pauses; /* between two polls of a line */
    uint32_t worker_pauses; /* after each look at the lane */
    bool prefetch;          /* the worker asks for all lines to write them before it reads one */
};

struct floor_model {
    _Alignas(128) struct line lines[BENCH_FLOOR_OUTSTANDING_MAX];
    _Alignas(128) struct chi_shm_bell bell;
    _Alignas(128) struct chi_lane_reader reader; /* the partner's alone */
    uint32_t sum;                                /* so that no copy is left out */
    _Alignas(128) struct chi_shm_lane *lane;     /* read alone, as is what follows */
    struct polling polling;
};

static struct floor_model *model;

static struct floor_model *get_model(void)
{
    if (model == NULL) {
        model = bench_partner_memory(sizeof(*model));
        model->lane = bench_partner_memory(chi_lane_bytes(DEPTH_LOG2));
        chi_lane_init(model->lane, DEPTH_LOG2, 0, 0);
        /* The worker looks at the lane all the time: nobody rings. */
        atomic_store_explicit(&model->lane->armed, 0, memory_order_relaxed);
        model->reader = (struct chi_lane_reader){.lane = model->lane, .depth_log2 = DEPTH_LOG2};
    }
    return model;
}

/* ---- the worker */

static void serve(void *context)
{
    struct floor_model *self = context;
    const struct polling polling = self->polling;
    struct line copies[TAKE_MAX];
    uint64_t items[TAKE_MAX];

    for (;;) {
        uint32_t count = chi_lane_take(&self->reader, items, TAKE_MAX);
        for (uint32_t i = 0; polling.prefetch && i < count && items[i] != END; i++)
            chi_cpu_prefetch_write(&self->lines[items[i] - 1]);
        for (uint32_t i = 0; i < count; i++) {
            if (items[i] == END)
                return;
            struct line *line = &self->lines[items[i] - 1];
            memcpy(&copies[i].words, line->words, sizeof(line->words));
            self->sum += copies[i].words[0];
            /* Release: as the runtime's, when it has written a task's outputs. */
            atomic_store_explicit(&line->state, DONE, memory_order_release);
        }
        for (uint32_t i = 0; i < polling.worker_pauses; i++)
            chi_cpu_pause();
    }
}

/* ---- the client */

static void submit(struct floor_model *self, uint32_t number)
{
    struct line *line = &self->lines[number];
    for (uint32_t i = 0; i < sizeof(line->words) / sizeof(line->words[0]); i++)
        line->words[i] = number;
    atomic_store_explicit(&line->state, QUEUED, memory_order_relaxed);
    if (chi_lane_push(self->lane, DEPTH_LOG2, number + 1) < 0)
        bench_die("the floor model's lane is full");
    chi_bell_ring(&self->bell, self->lane, 0, -1);
}

static void await_done(const struct floor_model *self, uint32_t number)
{
    const struct line *line = &self->lines[number];
    /* Acquire: pairs with the store in serve(). */
    while (atomic_load_explicit(&line->state, memory_order_acquire) != DONE)
        for (uint32_t i = 0; i < self->polling.client_pauses; i++)
            chi_cpu_pause();
}

static void begin(struct floor_model *self, struct polling polling)
{
    self->polling = polling;
    bench_partner_start(serve, self);
}

static void end(struct floor_model *self)
{
    if (chi_lane_push(self->lane, DEPTH_LOG2, END) < 0)
        bench_die("the floor model's lane is full");
    bench_partner_join();
}

static void trip(void *context)
{
    submit(context, 0);
    await_done(context, 0);
}

static double round_trip(struct polling polling)
{
    static uint32_t ticks[TRIPS];
    struct floor_model *self = get_model();
    begin(self, polling);
    for (uint32_t i = 0; i < TRIPS / 10; i++)
        trip(self);
    double p50_ns = bench_time_rounds(trip, self, CHI_NS_PER_S, ticks, TRIPS).p50_ns;
    end(self);
    return p50_ns;
}

/* Replaces the oldest task again and again; tasks a second. */
static double replace_for(struct floor_model *self, uint32_t outstanding, uint64_t duration_ns)
{
    uint64_t start = chi_clock_now_ns();
    uint64_t elapsed_ns;
    uint64_t done = 0;
    uint32_t oldest = 0;
    do {
        for (uint32_t i = 0; i < TASKS_A_CLOCK; i++) {
            await_done(self, oldest);
            submit(self, oldest);
            oldest = oldest + 1 == outstanding ? 0 : oldest + 1;
        }
        done += TASKS_A_CLOCK;
        elapsed_ns = chi_clock_now_ns() - start;
    } while (elapsed_ns < duration_ns);
    for (uint32_t i = 0; i < outstanding; i++) /* the order does not matter any more */
        await_done(self, i);
    for (uint32_t i = 0; i < outstanding; i++)
        submit(self, i);
    return (double)done * 1e9 / (double)elapsed_ns;
}

static double rate(struct polling polling, uint32_t outstanding)
{
    struct floor_model *self = get_model();
    begin(self, polling);
    for (uint32_t i = 0; i < outstanding; i++)
        submit(self, i);
    replace_for(self, outstanding, WARM_UP_NS);
    double per_second = replace_for(self, outstanding, MEASURE_NS);
    for (uint32_t i = 0; i < outstanding; i++)
        await_done(self, i);
    end(self);
    return per_second;
}

/* The ways to poll that were best, each at some distance of the cores. */

double bench_floor_round_trip(void)
{
    static const struct polling choices[] = {
        {0, 0, false}, {1, 1, false}, {1, 2, false}, {2, 0, false}, {2, 1, false}, {2, 2, false},
        {4, 0, false}, {4, 1, false}, {4, 2, false}, {2, 0, true},  {4, 1, true}};
    double best = INFINITY;
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
        best = fmin(best, round_trip(choices[i]));
    return best;
}

double bench_floor_rate(uint32_t outstanding)
{
    static const struct polling choices[] = {{0, 32, false}, {0, 64, true}, {1, 32, true},
                                             {4, 64, false}, {8, 32, true}, {8, 64, false},
                                             {16, 16, true}, {16, 64, true}};
    double best = 0;
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
        best = fmax(best, rate(choices[i], outstanding));
    return best;
}
