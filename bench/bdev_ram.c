/* SPDX-License-Identifier: BSD-3-Clause */
/* bdev_ram_*: data through a task to a device in memory, against the copy alone; allocating and
 * freeing. */
#include <chimaera/bdev/bdev_client.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "daemon.h"
#include "limits.h"
#include "process.h"
#include "repeat.h"
#include "ticks.h"

#define MAX    ((size_t)1 << 20)
#define PLACES 32u    /* written in turn, so that no write finds its place in a core's own cache */
#define WRITES 8000u  /* of 4 KiB in a slice; of 1 MiB a fortieth */
#define PAIRS  15000u /* of allocating and freeing, in a slice */

struct disk {
    struct bench_daemon daemon;
    struct chimaera_bdev_client client;
    struct chimaera_bdev_block blocks[PLACES];
    struct chi_buffer buffer;
    size_t size; /* of a write */
    uint32_t ticks[WRITES];
};

static uint32_t writes_of(const struct disk *disk)
{
    return disk->size == MAX ? WRITES / 40 : WRITES;
}

static double copy_gb_per_s(void *context, double ping_pong_ns)
{
    const struct disk *disk = context;
    (void)ping_pong_ns;
    return (double)disk->size / bench_limit_memcpy(disk->size, PLACES, writes_of(disk) / 2);
}

static void write_one(struct disk *disk, uint32_t place, const struct chi_buffer *data)
{
    bench_check(
        chimaera_bdev_write(&disk->client, chi_pool_query_local(), &disk->blocks[place], 1, data),
        "a write");
}

static void run(void *context, struct bench_sample *sample)
{
    struct disk *disk = context;
    const struct chi_buffer knock = chi_buffer_slice(&disk->buffer, 0, 1);
    uint32_t writes = writes_of(disk);
    for (uint32_t i = 0; i < PLACES; i++)
        write_one(disk, i, &disk->buffer);
    for (uint32_t i = 0; i < writes; i++) {
        memset(chi_buffer_data(&disk->buffer), (int)i, disk->size);
        write_one(disk, i % PLACES, &knock); /* the worker went to sleep; task_wake measures that */
        uint64_t begin = bench_ticks();
        write_one(disk, i % PLACES, &disk->buffer);
        disk->ticks[i] = (uint32_t)(bench_ticks() - begin);
    }
    struct bench_latency latency = bench_latency_of(disk->ticks, writes);
    sample->value = (double)disk->size / latency.p50_ns;
    sample->p99 = (double)disk->size / latency.p99_ns;
}

static void start(struct disk *disk)
{
    bench_daemon_start(&disk->daemon);
    bench_check(chimaera_bdev_create(&disk->client, chi_pool_query_local(), "disk",
                                     CHIMAERA_BDEV_TYPE_RAM, MAX * PLACES * 2, 0, 0, NULL),
                "cannot make a RAM device");
}

static struct chimaera_bdev_block allocate(const struct disk *disk, size_t size)
{
    struct chimaera_bdev_block block;
    size_t count = 1;
    bench_check(
        chimaera_bdev_allocate_blocks(&disk->client, chi_pool_query_local(), size, &block, &count),
        "cannot allocate a block");
    return block;
}

static void measure_writes(struct disk *disk, const struct bench_options *options,
                           struct bench_result *result)
{
    start(disk);
    for (uint32_t i = 0; i < PLACES; i++)
        disk->blocks[i] = allocate(disk, disk->size);
    bench_check(chi_buffer_alloc(disk->size, &disk->buffer), "cannot allocate a buffer");
    const struct bench_method method = {.run = run,
                                        .limit = copy_gb_per_s,
                                        .context = disk,
                                        .daemon = &disk->daemon,
                                        .two_cores = true,
                                        .steady = true,
                                        .rate = true};
    bench_repeat(options, &method, result);
    chi_buffer_free(&disk->buffer);
    bench_daemon_stop(&disk->daemon);
}

void bench_bdev_ram_write_1m(const struct bench_options *options, struct bench_result *result)
{
    static struct disk disk = {.size = MAX};
    measure_writes(&disk, options, result);
}

void bench_bdev_ram_write_4k(const struct bench_options *options, struct bench_result *result)
{
    static struct disk disk = {.size = 4096};
    measure_writes(&disk, options, result);
}

/* ---- bdev_allocate */

static double two_trips_per_second(void *context, double ping_pong_ns)
{
    (void)context;
    return 1e9 / (2 * ping_pong_ns);
}

static void run_pairs(void *context, struct bench_sample *sample)
{
    const struct disk *disk = context;
    uint64_t begin = chi_clock_now_ns();
    for (uint32_t i = 0; i < PAIRS; i++) {
        struct chimaera_bdev_block block = allocate(disk, 4096 * (1 + i % 16));
        bench_check(chimaera_bdev_free_blocks(&disk->client, chi_pool_query_local(), &block, 1),
                    "cannot free a block");
    }
    sample->value = (double)PAIRS * 1e9 / (double)(chi_clock_now_ns() - begin);
}

void bench_bdev_allocate(const struct bench_options *options, struct bench_result *result)
{
    static struct disk disk;
    start(&disk);
    const struct bench_method method = {.run = run_pairs,
                                        .limit = two_trips_per_second,
                                        .context = &disk,
                                        .daemon = &disk.daemon,
                                        .two_cores = true,
                                        .steady = true,
                                        .rate = true};
    bench_repeat(options, &method, result);
    bench_daemon_stop(&disk.daemon);
}
