/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counters and histograms. See metrics.h. All accesses are relaxed: no other data depends on them.
 * A histogram has eight buckets per power of two.
 */
#include "metrics.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SHARDS   16u
#define BUCKETS  320u /* to 2^42 ns, over an hour */
#define WINDOW_S 10u
#define SECONDS  16u
#define NS_PER_S 1000000000u

struct second {
    _Atomic(uint64_t) number;
    _Atomic(uint64_t) bytes[2];
};

struct bdev_metrics_shard {
    _Alignas(128) _Atomic(uint64_t) done[BDEV_METRICS];
    _Atomic(uint64_t) bytes[BDEV_METRICS];
    _Atomic(uint64_t) errors;
    _Atomic(uint64_t) max_ns[2];
    struct second seconds[SECONDS];
    _Atomic(uint32_t) histogram[2][BUCKETS];
};

uint64_t bdev_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void add(_Atomic(uint64_t) *counter, uint64_t value)
{
    atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

static uint64_t get(const _Atomic(uint64_t) *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

int bdev_metrics_init(struct bdev_metrics *metrics)
{
    metrics->shards =
        aligned_alloc(_Alignof(struct bdev_metrics_shard), SHARDS * sizeof *metrics->shards);
    if (metrics->shards == NULL)
        return -ENOMEM;
    memset((void *)metrics->shards, 0, SHARDS * sizeof *metrics->shards);
    metrics->began_ns = bdev_now_ns();
    return 0;
}

void bdev_metrics_fini(struct bdev_metrics *metrics)
{
    free(metrics->shards);
    metrics->shards = NULL;
}

static uint32_t bucket_of(uint64_t ns)
{
    if (ns < 16)
        return (uint32_t)ns;
    uint32_t bit = 63u - (uint32_t)__builtin_clzll(ns);
    uint32_t bucket = 16 + (bit - 4) * 8 + (uint32_t)(ns >> (bit - 3) & 7);
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* The largest value of a bucket. */
static uint64_t bucket_end(uint32_t bucket)
{
    if (bucket < 16)
        return bucket;
    uint32_t bit = (bucket - 16) / 8 + 4;
    return ((uint64_t)(8 + (bucket - 16) % 8 + 1) << (bit - 3)) - 1;
}

static void add_rate(struct bdev_metrics_shard *shard, enum bdev_metric metric, uint64_t bytes,
                     uint64_t now)
{
    uint64_t number = now / NS_PER_S;
    struct second *second = &shard->seconds[number % SECONDS];
    uint64_t old = get(&second->number);
    if (old != number &&
        atomic_compare_exchange_strong_explicit(&second->number, &old, number, memory_order_relaxed,
                                                memory_order_relaxed))
        for (int i = 0; i < 2; i++)
            atomic_store_explicit(&second->bytes[i], 0, memory_order_relaxed);
    add(&second->bytes[metric], bytes);
}

void bdev_metrics_add(struct bdev_metrics *metrics, enum bdev_metric metric, uint64_t bytes,
                      uint64_t began_ns, int rc)
{
    uint64_t thread = (uint64_t)pthread_self() * 0x9E3779B97F4A7C15u;
    struct bdev_metrics_shard *shard = &metrics->shards[thread >> 32 & (SHARDS - 1)];

    if (rc < 0) {
        add(&shard->errors, 1);
        return;
    }
    add(&shard->done[metric], 1);
    add(&shard->bytes[metric], bytes);
    if (metric != BDEV_METRIC_READ && metric != BDEV_METRIC_WRITE)
        return;
    uint64_t now = bdev_now_ns(), took = now - began_ns;
    atomic_fetch_add_explicit(&shard->histogram[metric][bucket_of(took)], 1, memory_order_relaxed);
    if (took > get(&shard->max_ns[metric])) /* a race may lose the larger value */
        atomic_store_explicit(&shard->max_ns[metric], took, memory_order_relaxed);
    add_rate(shard, metric, bytes, now);
}

/* ---- sums */

static uint64_t percentile(const uint64_t *histogram, uint64_t all, uint32_t per_mille)
{
    uint64_t rank = (all * per_mille + 999) / 1000, seen = 0;
    for (uint32_t b = 0; b < BUCKETS && all > 0; b++) {
        seen += histogram[b];
        if (seen >= rank)
            return bucket_end(b);
    }
    return 0;
}

static struct chimaera_bdev_latency latency(const struct bdev_metrics *metrics,
                                            enum bdev_metric metric)
{
    uint64_t histogram[BUCKETS] = {0}, all = 0, max_ns = 0;
    for (uint32_t c = 0; c < SHARDS; c++) {
        const struct bdev_metrics_shard *shard = &metrics->shards[c];
        for (uint32_t b = 0; b < BUCKETS; b++)
            histogram[b] +=
                atomic_load_explicit(&shard->histogram[metric][b], memory_order_relaxed);
        if (get(&shard->max_ns[metric]) > max_ns)
            max_ns = get(&shard->max_ns[metric]);
    }
    for (uint32_t b = 0; b < BUCKETS; b++)
        all += histogram[b];
    return (struct chimaera_bdev_latency){
        .p50_ns = percentile(histogram, all, 500),
        .p95_ns = percentile(histogram, all, 950),
        .p99_ns = percentile(histogram, all, 990),
        .p999_ns = percentile(histogram, all, 999),
        .max_ns = max_ns,
    };
}

/* Bytes per second over the window, or since init if that is shorter. */
static uint64_t rate(const struct bdev_metrics *metrics, enum bdev_metric metric)
{
    uint64_t now = bdev_now_ns(), age = now - metrics->began_ns, bytes = 0;
    uint64_t window =
        WINDOW_S * (uint64_t)NS_PER_S + now % NS_PER_S; /* ten whole seconds and the current one */
    for (uint32_t c = 0; c < SHARDS; c++) {
        for (uint32_t s = 0; s < SECONDS; s++) {
            const struct second *second = &metrics->shards[c].seconds[s];
            if (get(&second->number) + WINDOW_S >= now / NS_PER_S)
                bytes += get(&second->bytes[metric]);
        }
    }
    if (age < window)
        window = age;
    return window > 0 ? (uint64_t)((double)bytes * NS_PER_S / (double)window) : 0;
}

static void fill(uint32_t *figure, uint64_t seen)
{
    if (*figure == 0)
        *figure = seen < UINT32_MAX ? (uint32_t)seen : UINT32_MAX;
}

void bdev_metrics_read(const struct bdev_metrics *metrics, struct chimaera_bdev_stats *stats)
{
    uint64_t done[BDEV_METRICS] = {0}, bytes[BDEV_METRICS] = {0};
    for (uint32_t c = 0; c < SHARDS; c++) {
        const struct bdev_metrics_shard *shard = &metrics->shards[c];
        for (int m = 0; m < BDEV_METRICS; m++) {
            done[m] += get(&shard->done[m]);
            bytes[m] += get(&shard->bytes[m]);
        }
        stats->errors += get(&shard->errors);
    }
    stats->reads = done[BDEV_METRIC_READ];
    stats->writes = done[BDEV_METRIC_WRITE];
    stats->flushes = done[BDEV_METRIC_FLUSH];
    stats->trims = done[BDEV_METRIC_TRIM];
    stats->bytes_read = bytes[BDEV_METRIC_READ];
    stats->bytes_written = bytes[BDEV_METRIC_WRITE];
    stats->read_bytes_per_s = rate(metrics, BDEV_METRIC_READ);
    stats->write_bytes_per_s = rate(metrics, BDEV_METRIC_WRITE);
    stats->read_latency = latency(metrics, BDEV_METRIC_READ);
    stats->write_latency = latency(metrics, BDEV_METRIC_WRITE);

    uint64_t seconds = (bdev_now_ns() - metrics->began_ns) / NS_PER_S + 1;
    fill(&stats->perf.read_mb_per_s, stats->read_bytes_per_s / 1000000);
    fill(&stats->perf.write_mb_per_s, stats->write_bytes_per_s / 1000000);
    fill(&stats->perf.read_latency_us, (stats->read_latency.p50_ns + 999) / 1000);
    fill(&stats->perf.write_latency_us, (stats->write_latency.p50_ns + 999) / 1000);
    fill(&stats->perf.iops, (stats->reads + stats->writes) / seconds);
}
