/* SPDX-License-Identifier: BSD-3-Clause */
#include "repeat.h"

#include "base/clock.h"
#include "limits.h"
#include "partner.h"
#include "process.h"
#include "usage.h"

#define TRIES        4u                  /* slices for each that shall be kept; */
#define TRIES_SLOW   2u                  /* likewise slow ones */
#define BOUND_NS     (12 * CHI_NS_PER_S) /* and no longer than that; */
#define BOUND_SLOW   (25 * CHI_NS_PER_S) /* likewise with slow ones; */
#define BOUND_WANTED (40 * CHI_NS_PER_S) /* and where only one kind of cores counts */
#define SLOW_PART    8u                  /* what slow ones are divided by */
#define ELSEWHERE_MS 50                  /* before we look again where the host has put the cores */
#define SETTLE_MS    2                   /* an idle worker is asleep by then, and its core free */

/* ---- what disturbs */

struct noise {
    uint64_t at_ns;
    uint64_t waited_ns;
    uint64_t wake_ups;
    uint64_t stolen_ticks;
};

static void add_usage(struct noise *noise, struct bench_usage usage)
{
    noise->waited_ns += usage.waited_ns;
    noise->wake_ups += usage.wake_ups;
}

static struct noise read_noise(const struct bench_method *method)
{
    struct noise noise = {.at_ns = chi_clock_now_ns(), .stolen_ticks = bench_stolen_ticks()};
    if (method->shares_cores)
        return noise;
    add_usage(&noise, bench_usage_of(bench_partner_pid()));
    if (!method->others_submit)
        add_usage(&noise, bench_own_usage());
    if (method->daemon != NULL)
        add_usage(&noise, bench_usage_of(method->daemon->pid));
    return noise;
}

/* ---- one slice after the other */

struct series {
    const struct bench_options *options;
    const struct bench_method *method;
    struct bench_result *result;
    unsigned wanted;
    unsigned tried;
    unsigned tries; /* at most */
    uint64_t end_ns;
    unsigned kept_of[BENCH_CORES_FAR + 1];
};

/* Sets `noise` to what had been before it. */
static struct bench_edge measure_edge(const struct series *self, struct noise *noise)
{
    const struct bench_method *method = self->method;
    struct bench_edge edge = {0};
    bench_sleep_ms(SETTLE_MS);
    *noise = read_noise(method);
    if (method->two_cores)
        edge.ping_pong_ns = bench_limit_ping_pong();
    if (method->limit != NULL)
        edge.limit = method->limit(method->context, edge.ping_pong_ns);
    if (method->floor != NULL)
        edge.floor = method->floor(method->context);
    return edge;
}

static bool is_elsewhere(const struct series *self, const struct bench_edge *edge)
{
    enum bench_cores wanted = self->options->cores;
    return wanted != BENCH_CORES_ANY && self->method->two_cores &&
           bench_cores_of(edge->ping_pong_ns) != wanted;
}

static void judge(struct series *self, const struct bench_slice *slice)
{
    enum bench_fate fate = bench_slice_fate(slice, self->options->cores, self->method->steady);
    if (fate != BENCH_KEPT) {
        self->result->dropped[fate]++;
        return;
    }
    if (self->result->kept_count < BENCH_KEPT_MAX)
        self->result->kept[self->result->kept_count++] = *slice;
    self->kept_of[bench_slice_cores(slice)]++;
}

static bool is_enough(const struct series *self)
{
    for (unsigned i = 0; i <= BENCH_CORES_FAR; i++)
        if (self->kept_of[i] >= self->wanted)
            return true;
    return self->tried >= self->tries || (self->tried > 0 && chi_clock_now_ns() > self->end_ns);
}

static void measure_slices(struct series *self)
{
    struct noise before, after;
    struct bench_edge edge = measure_edge(self, &before);
    while (!is_enough(self)) {
        struct bench_slice slice = {.before = edge};
        struct bench_sample sample = {.p99 = -1};
        self->tried++;
        if (is_elsewhere(self, &edge)) {
            self->result->dropped[BENCH_ELSEWHERE]++;
            self->tried--; /* it has cost little; the time counts */
            bench_sleep_ms(ELSEWHERE_MS);
            edge = measure_edge(self, &before);
            continue;
        }
        self->method->run(self->method->context, &sample);
        slice.value = sample.value;
        slice.p99 = sample.p99;
        edge = measure_edge(self, &after);
        if (self->method->limit == NULL)
            slice.before.limit = edge.limit = sample.limit;
        slice.after = edge;
        struct noise end = read_noise(self->method);
        slice.duration_ns = end.at_ns - before.at_ns;
        slice.waited_ns = end.waited_ns - before.waited_ns;
        slice.wake_ups = end.wake_ups - before.wake_ups;
        slice.expected_ns = self->method->waits_ns;
        slice.stolen_ticks = end.stolen_ticks - before.stolen_ticks;
        judge(self, &slice);
        before = after;
    }
}

void bench_repeat(const struct bench_options *options, const struct bench_method *method,
                  struct bench_result *result)
{
    struct series self = {.options = options, .method = method, .result = result};
    bool slow = method->slow;
    self.wanted = slow ? (options->slices + SLOW_PART - 1) / SLOW_PART : options->slices;
    self.tries = self.wanted * (slow ? TRIES_SLOW : TRIES);
    uint64_t bound_ns = slow ? BOUND_SLOW : BOUND_NS;
    if (options->cores != BENCH_CORES_ANY && method->two_cores)
        bound_ns = BOUND_WANTED;
    self.end_ns = chi_clock_now_ns() + bound_ns / options->parts;
    result->rate = method->rate;
    result->wanted += self.wanted;
    measure_slices(&self);
}
