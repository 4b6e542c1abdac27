/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A figure: something measured in many slices, each between two measurements of its bare limit.
 * Every figure runs in processes of its own (supervise.h), so it may exit on any error and leave
 * the rest to its supervisor. Several do so in turn, each with a daemon of its own: what differs
 * from one start to the next shows in the quartiles.
 */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include <stdbool.h>

#include "slices.h"

#define BENCH_SLICES_DEFAULT 40u
#define BENCH_SLICES_MAX     1000u

#define BENCH_PARTS    4u /* processes, one after the other, that measure a figure */
#define BENCH_KEPT_MAX 8192u

struct bench_options {
    unsigned slices; /* that shall be kept */
    unsigned parts;  /* of the time that a figure may take, this process has one */
    enum bench_cores cores;
    bool full; /* take the time that the definition asks for, not the short form */
};

struct bench_result {
    struct bench_slice *kept; /* room for BENCH_KEPT_MAX */
    unsigned kept_count;
    unsigned wanted;
    bool rate;                         /* the value is operations a second */
    struct bench_summary summaries[3]; /* one for each kind of cores */
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
    bool once; /* one process measures all of it, because it begins slowly or notes something */
    void (*measure)(const struct bench_options *options, struct bench_result *result);
};

/* Adds to the result's note. */
void bench_note(struct bench_result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Makes the summaries of what was kept. Once, at the end. */
void bench_sum_up(struct bench_result *result);

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
