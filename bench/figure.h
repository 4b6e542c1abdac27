/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A figure: something measured in many slices, each between two measurements of its bare limit.
 * Every figure runs in a process of its own (supervise.h), so it may exit on any error and leave
 * the rest to its supervisor.
 */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include <stdbool.h>

#include "slices.h"

#define BENCH_SLICES_DEFAULT 40u
#define BENCH_SLICES_MAX     1000u

struct bench_options {
    unsigned slices; /* that shall be kept */
    enum bench_cores cores;
    bool full; /* take the time that the definition asks for, not the short form */
};

struct bench_result {
    struct bench_summary summaries[2]; /* one for each kind of cores */
    unsigned summary_count;            /* 0: nothing was measured, and the note says why */
    unsigned dropped[BENCH_FATES];     /* slices, by what became of them */
    char note[256];                    /* what else was seen; "" for nothing */
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

/* Whether its unit is something a second: then more is better. */
bool bench_figure_is_rate(const struct bench_figure *figure);

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
