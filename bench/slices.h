/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Slices: a figure is measured some 40 ms at a time, between two edges at which the machine itself
 * is measured. Which slices count, and what they say together. Functions of their arguments alone.
 *
 *     edge  slice  edge  slice  edge ...
 */
#ifndef BENCH_SLICES_H
#define BENCH_SLICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "statistics.h"

/*
 * The host of a virtual machine moves its cores about, and a cache line's way between two of them
 * is three to five times as long where they share no cache. Slices of the two kinds are kept apart.
 */
enum bench_cores {
    BENCH_CORES_ANY,  /* it does not matter, or no matter which */
    BENCH_CORES_NEAR, /* a ping-pong takes less than BENCH_FAR_NS */
    BENCH_CORES_FAR,
};
#define BENCH_FAR_NS 200.0

/* What the machine can do between two slices. */
struct bench_edge {
    double ping_pong_ns; /* 0: the figure does not depend on it */
    double limit;        /* in the figure's unit */
    double floor;        /* likewise; 0: there is none */
};

struct bench_slice {
    double value;
    double p99; /* in the value's unit; negative: there is none */
    struct bench_edge before;
    struct bench_edge after;
    /* From the beginning of the first edge to the end of the second: */
    uint64_t duration_ns;
    uint64_t waited_ns;    /* threads that are measured were ready and had no core, ... */
    uint64_t wake_ups;     /* ... for a little each time that they were woken, ... */
    uint64_t expected_ns;  /* ... and for so long because the figure wants it */
    uint64_t stolen_ticks; /* hundredths of a second that the host took from either core */
};

/* What becomes of a slice. */
enum bench_fate {
    BENCH_KEPT,
    BENCH_STOLEN,    /* the host took a core */
    BENCH_PREEMPTED, /* another process did */
    BENCH_MOVED,     /* the distance of the cores, or the limit, is not what it was */
    BENCH_ELSEWHERE, /* the cores are not of the wanted kind */
    BENCH_FATES,
};

enum bench_cores bench_cores_of(double ping_pong_ns);

/* "near", "far", "any". */
const char *bench_cores_name(enum bench_cores cores);

/* Where the slice belongs: by the mean of its edges. */
enum bench_cores bench_slice_cores(const struct bench_slice *slice);

/*
 * By the slice alone. `wanted`: the only kind of cores that counts, or BENCH_CORES_ANY. `steady`: a
 * limit that changed by more than a quarter shows that something has moved.
 */
enum bench_fate bench_slice_fate(const struct bench_slice *slice, enum bench_cores wanted,
                                 bool steady);

/* What the kept slices of one kind of cores say. */
struct bench_summary {
    enum bench_cores cores;
    unsigned kept;
    struct bench_quartiles value;
    struct bench_quartiles limit; /* of the edges' mean */
    struct bench_quartiles ratio; /* value / limit, slice by slice */
    bool has_floor;
    struct bench_quartiles floor;
    struct bench_quartiles above_ns; /* what a task takes longer than in the floor model */
    double p99;                      /* median; negative: there is none */
    double ping_pong_ns;             /* median; 0: there is none */
};

/*
 * Of the slices that belong to `cores` and were kept; their number in `summary->kept`, and nothing
 * else where it is 0. First leaves those out whose ping-pong is more than a quarter away from the
 * median of all; `*moved` is increased by their number. `rate`: the value is in operations a
 * second, else in nanoseconds (for above_ns alone).
 */
void bench_summarize(const struct bench_slice *slices, size_t count, enum bench_cores cores,
                     bool rate, struct bench_summary *summary, unsigned *moved);

#endif
