/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a device has done, and how long it took: counters and histograms, in cells that threads
 * share as little as possible. Any thread adds; GetStats sums up.
 */
#ifndef CHIMAERA_BDEV_METRICS_H
#define CHIMAERA_BDEV_METRICS_H

#include <chimaera/bdev/bdev_tasks.h>

enum bdev_metric {
    BDEV_METRIC_READ,
    BDEV_METRIC_WRITE, /* these two have histograms and rates */
    BDEV_METRIC_FLUSH,
    BDEV_METRIC_TRIM,
    BDEV_METRICS,
};

struct bdev_metrics_cell;

struct bdev_metrics {
    struct bdev_metrics_cell *cells;
    uint64_t began_ns;
};

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t bdev_now_ns(void);

/* 0, -ENOMEM. */
int bdev_metrics_init(struct bdev_metrics *metrics);
void bdev_metrics_fini(struct bdev_metrics *metrics);

/* A task of that kind ended, as `rc` says, after it began at `began_ns`. */
void bdev_metrics_add(struct bdev_metrics *metrics, enum bdev_metric metric, uint64_t bytes,
                      uint64_t began_ns, int rc);

/* Fills in counts, rates, latencies, and what of `perf` is 0. */
void bdev_metrics_read(const struct bdev_metrics *metrics, struct chimaera_bdev_stats *stats);

#endif
