/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counters and latency histograms of a device, sharded to keep threads from sharing cache lines.
 * Any thread adds; GetStats sums the shards.
 */
#ifndef CHIMAERA_BDEV_METRICS_H
#define CHIMAERA_BDEV_METRICS_H

#include <chimaera/bdev/bdev_tasks.h>

enum bdev_metric {
    BDEV_METRIC_READ,
    BDEV_METRIC_WRITE, /* READ and WRITE have histograms and rates, too */
    BDEV_METRIC_FLUSH,
    BDEV_METRIC_TRIM,
    BDEV_METRICS,
};

struct bdev_metrics_shard;

struct bdev_metrics {
    struct bdev_metrics_shard *shards;
    uint64_t began_ns;
};

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t bdev_now_ns(void);

/* Returns 0 or -ENOMEM. */
int bdev_metrics_init(struct bdev_metrics *metrics);
void bdev_metrics_fini(struct bdev_metrics *metrics);

/* Counts a task that ended with `rc`. `began_ns`: its start, for READ and WRITE. Any thread. */
void bdev_metrics_add(struct bdev_metrics *metrics, enum bdev_metric metric, uint64_t bytes,
                      uint64_t began_ns, int rc);

/* Fills in counts, rates and latencies, and those members of `perf` that are 0. Any thread. */
void bdev_metrics_read(const struct bdev_metrics *metrics, struct chimaera_bdev_stats *stats);

#endif
