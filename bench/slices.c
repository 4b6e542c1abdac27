/* SPDX-License-Identifier: BSD-3-Clause */
#include "slices.h"

#include <math.h>
#include <stdlib.h>

#define STEADY      1.25    /* what differs by more is not the same */
#define WAITED_NS   100000u /* what is waited for a core in a slice that nobody disturbs: that, */
#define WAITED_PART 200u    /* and this part of the time, */
#define WAKE_UP_NS  10000u  /* and that for each wake-up */
#define STOLEN_PART 50      /* of the time, on either core */
#define TICK_NS     UINT64_C(10000000)

enum bench_cores bench_cores_of(double ping_pong_ns)
{
    if (ping_pong_ns <= 0)
        return BENCH_CORES_ANY;
    return ping_pong_ns < BENCH_FAR_NS ? BENCH_CORES_NEAR : BENCH_CORES_FAR;
}

const char *bench_cores_name(enum bench_cores cores)
{
    static const char *const names[] = {
        [BENCH_CORES_ANY] = "any", [BENCH_CORES_NEAR] = "near", [BENCH_CORES_FAR] = "far"};
    return names[cores];
}

static double ping_pong_of(const struct bench_slice *slice)
{
    return (slice->before.ping_pong_ns + slice->after.ping_pong_ns) / 2;
}

enum bench_cores bench_slice_cores(const struct bench_slice *slice)
{
    return bench_cores_of(ping_pong_of(slice));
}

static bool differ(double a, double b)
{
    return a > b * STEADY || b > a * STEADY;
}

enum bench_fate bench_slice_fate(const struct bench_slice *slice, enum bench_cores wanted,
                                 bool steady)
{
    const struct bench_edge *before = &slice->before;
    const struct bench_edge *after = &slice->after;

    if (slice->stolen_ticks * TICK_NS > slice->duration_ns / STOLEN_PART)
        return BENCH_STOLEN;
    if (slice->waited_ns > WAITED_NS + slice->duration_ns / WAITED_PART +
                               slice->wake_ups * WAKE_UP_NS + slice->expected_ns)
        return BENCH_PREEMPTED;
    if (bench_cores_of(before->ping_pong_ns) != bench_cores_of(after->ping_pong_ns) ||
        differ(before->ping_pong_ns, after->ping_pong_ns))
        return BENCH_MOVED;
    if (steady && (differ(before->limit, after->limit) || differ(before->floor, after->floor)))
        return BENCH_MOVED;
    if (wanted != BENCH_CORES_ANY && before->ping_pong_ns > 0 &&
        bench_cores_of(before->ping_pong_ns) != wanted)
        return BENCH_ELSEWHERE;
    return BENCH_KEPT;
}

/* ---- summary */

/* One number of a slice. */
typedef double number_of(const struct bench_slice *slice, bool rate);

static double value_of(const struct bench_slice *slice, bool rate)
{
    (void)rate;
    return slice->value;
}

static double limit_of(const struct bench_slice *slice, bool rate)
{
    (void)rate;
    return (slice->before.limit + slice->after.limit) / 2;
}

static double ratio_of(const struct bench_slice *slice, bool rate)
{
    double limit = limit_of(slice, rate);
    return limit > 0 ? slice->value / limit : 0;
}

static double floor_of(const struct bench_slice *slice, bool rate)
{
    (void)rate;
    return (slice->before.floor + slice->after.floor) / 2;
}

static double above_of(const struct bench_slice *slice, bool rate)
{
    double floor = floor_of(slice, rate);
    return rate ? 1e9 / slice->value - 1e9 / floor : slice->value - floor;
}

static double p99_of(const struct bench_slice *slice, bool rate)
{
    (void)rate;
    return slice->p99;
}

static double distance_of(const struct bench_slice *slice, bool rate)
{
    (void)rate;
    return ping_pong_of(slice);
}

struct kept {
    const struct bench_slice **slices;
    double *numbers; /* room for one of each */
    size_t count;
    bool rate;
};

static struct bench_quartiles quartiles_of(const struct kept *kept, number_of *number)
{
    for (size_t i = 0; i < kept->count; i++)
        kept->numbers[i] = number(kept->slices[i], kept->rate);
    return bench_quartiles_of(kept->numbers, kept->count);
}

static void leave_moved_out(struct kept *kept, unsigned *moved)
{
    double median = quartiles_of(kept, distance_of).median;
    size_t left = 0;
    for (size_t i = 0; i < kept->count; i++) {
        if (differ(ping_pong_of(kept->slices[i]), median))
            (*moved)++;
        else
            kept->slices[left++] = kept->slices[i];
    }
    kept->count = left;
}

static void fill_in(const struct kept *kept, struct bench_summary *summary)
{
    summary->kept = (unsigned)kept->count;
    summary->value = quartiles_of(kept, value_of);
    summary->limit = quartiles_of(kept, limit_of);
    summary->ratio = quartiles_of(kept, ratio_of);
    summary->p99 = quartiles_of(kept, p99_of).median;
    summary->ping_pong_ns = quartiles_of(kept, distance_of).median;
    summary->has_floor = kept->slices[0]->before.floor > 0;
    if (summary->has_floor) {
        summary->floor = quartiles_of(kept, floor_of);
        summary->above_ns = quartiles_of(kept, above_of);
    }
}

void bench_summarize(const struct bench_slice *slices, size_t count, enum bench_cores cores,
                     bool rate, struct bench_summary *summary, unsigned *moved)
{
    struct kept kept = {.slices = malloc(count * sizeof(*kept.slices) + 1),
                        .numbers = malloc(count * sizeof(*kept.numbers) + 1),
                        .rate = rate};
    *summary = (struct bench_summary){.cores = cores};
    if (kept.slices == NULL || kept.numbers == NULL)
        abort();
    for (size_t i = 0; i < count; i++)
        if (bench_slice_cores(&slices[i]) == cores)
            kept.slices[kept.count++] = &slices[i];
    if (kept.count > 0)
        leave_moved_out(&kept, moved);
    if (kept.count > 0)
        fill_in(&kept, summary);
    free(kept.slices);
    free(kept.numbers);
}
