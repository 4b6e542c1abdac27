/* SPDX-License-Identifier: BSD-3-Clause */
/* bdev_ram_write_1m: bulk data through a task, against the copy alone. */
#include <chimaera/bdev/bdev_client.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "daemon.h"
#include "limits.h"
#include "measure.h"
#include "repeat.h"

#define SIZE   ((size_t)1 << 20)
#define PLACES 32u /* written in turn, so that no write finds its place in a core's own cache */
#define WRITES 400u

struct disk {
    struct bench_daemon daemon;
    struct chimaera_bdev_client client;
    struct chimaera_bdev_block blocks[PLACES];
    struct chi_buffer buffer;
    uint32_t ticks[WRITES];
};

static double copy_gb_per_s(void *context)
{
    (void)context;
    return (double)SIZE / bench_limit_memcpy(SIZE, PLACES, WRITES / 2);
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
    for (uint32_t i = 0; i < PLACES; i++)
        write_one(disk, i, &disk->buffer);
    for (uint32_t i = 0; i < WRITES; i++) {
        memset(chi_buffer_data(&disk->buffer), (int)i, SIZE);
        write_one(disk, i % PLACES, &knock); /* the worker went to sleep; task_wake measures that */
        uint64_t begin = bench_ticks();
        write_one(disk, i % PLACES, &disk->buffer);
        disk->ticks[i] = (uint32_t)(bench_ticks() - begin);
    }
    struct bench_latency latency = bench_latency_of(disk->ticks, WRITES);
    sample->value = (double)SIZE / latency.p50_ns;
    sample->p99 = (double)SIZE / latency.p99_ns;
}

void bench_bdev_ram_write_1m(const struct bench_options *options, struct bench_result *result)
{
    static struct disk disk;
    bench_daemon_start(&disk.daemon);
    bench_check(chimaera_bdev_create(&disk.client, chi_pool_query_local(), "disk",
                                     CHIMAERA_BDEV_TYPE_RAM, SIZE * PLACES * 2, 0, 0, NULL),
                "cannot make a RAM device");
    for (uint32_t i = 0; i < PLACES; i++) {
        size_t count = 1;
        bench_check(chimaera_bdev_allocate_blocks(&disk.client, chi_pool_query_local(), SIZE,
                                                  &disk.blocks[i], &count),
                    "cannot allocate a block");
    }
    bench_check(chi_buffer_alloc(SIZE, &disk.buffer), "cannot allocate a buffer");
    const struct bench_pair pair = {.run = run,
                                    .limit = copy_gb_per_s,
                                    .context = &disk,
                                    .daemon = &disk.daemon,
                                    .steady = true};
    bench_repeat_pair(options, &pair, result);
    chi_buffer_free(&disk.buffer);
    bench_daemon_stop(&disk.daemon);
}
