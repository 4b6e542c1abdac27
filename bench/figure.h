/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A figure: something measured again and again, each time beside its bare limit. Every figure runs
 * in a process of its own (supervise.h), so it may exit on any error and leave the rest to its
 * supervisor.
 */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include <stdbool.h>

#define BENCH_RUNS_MAX 1000u

/*
 * A virtual machine's host moves its cores about, and a cache line's way between two of them is
 * three to five times as long where they share no cache. Runs can be held to one or the other.
 */
enum bench_cores {
    BENCH_CORES_ANY,
    BENCH_CORES_NEAR, /* a ping-pong takes less than BENCH_FAR_NS */
    BENCH_CORES_FAR,
};
#define BENCH_FAR_NS 200.0

struct bench_options {
    unsigned runs;
    enum bench_cores cores;
    bool full; /* take the time that the definition asks for, not the short form */
};

/* One run: the figure, and the limit measured right beside it. */
struct bench_sample {
    double value;
    double limit;
    double p99; /* in the value's unit; negative: has none */
};

struct bench_result {
    unsigned runs;              /* 0: skipped, and the note says why */
    struct bench_sample median; /* the run with the median of value / limit; p99: median of all */
    char note[256];             /* what else was seen; "" for nothing */
};

enum bench_bound {
    BENCH_BOUND_NONE,
    BENCH_BOUND_AT_MOST,
    BENCH_BOUND_AT_LEAST,
};

struct bench_figure {
    const char *name;
    const char *unit;
    const char *about; /* what is measured */
    const char *limit; /* against what */
    enum bench_bound bound;
    double required; /* of value / limit */
    void (*measure)(const struct bench_options *options, struct bench_result *result);
};

extern const struct bench_figure bench_figures[];
extern const unsigned bench_figure_count;

/* One per figure; see bench_figures for what they measure. */
void bench_task_rtt(const struct bench_options *options, struct bench_result *result);
void bench_task_wake(const struct bench_options *options, struct bench_result *result);
void bench_task_pipelined(const struct bench_options *options, struct bench_result *result);
void bench_task_pipelined_4p(const struct bench_options *options, struct bench_result *result);
void bench_task_batch(const struct bench_options *options, struct bench_result *result);
void bench_broadcast_4(const struct bench_options *options, struct bench_result *result);
void bench_hash_4(const struct bench_options *options, struct bench_result *result);
void bench_bdev_ram_write_4k(const struct bench_options *options, struct bench_result *result);
void bench_bdev_ram_write_1m(const struct bench_options *options, struct bench_result *result);
void bench_bdev_allocate(const struct bench_options *options, struct bench_result *result);
void bench_bdev_file_read_4k_1(const struct bench_options *options, struct bench_result *result);
void bench_bdev_file_read_4k_32(const struct bench_options *options, struct bench_result *result);
void bench_bdev_file_write_4k_1(const struct bench_options *options, struct bench_result *result);
void bench_bdev_file_write_4k_32(const struct bench_options *options, struct bench_result *result);
void bench_bdev_file_seq_1m(const struct bench_options *options, struct bench_result *result);
void bench_bdev_file_seq_write_1m(const struct bench_options *options, struct bench_result *result);
void bench_idle_cpu(const struct bench_options *options, struct bench_result *result);
void bench_startup(const struct bench_options *options, struct bench_result *result);
void bench_attach(const struct bench_options *options, struct bench_result *result);
void bench_comutex(const struct bench_options *options, struct bench_result *result);
void bench_comutex_handover(const struct bench_options *options, struct bench_result *result);
void bench_park_resume(const struct bench_options *options, struct bench_result *result);
void bench_subtask(const struct bench_options *options, struct bench_result *result);
void bench_crowded(const struct bench_options *options, struct bench_result *result);

#endif
