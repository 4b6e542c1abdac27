/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bdev_file_*: a file device, against fio with io_uring on the same file in the same run. Both pass
 * the page cache by; both touch places of the same half of the file, which was written before. The
 * disk's interrupts arrive at one core as a rule, and whoever runs there is faster by a fifth or
 * more: the worker and fio both run on the core where fio is faster.
 */
#include <chimaera/bdev/bdev_client.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "daemon.h"
#include "process.h"
#include "repeat.h"
#include "statistics.h"
#include "ticks.h"
#include "usage.h"

#define FILE_BYTES ((uint64_t)512 << 20)
#define HALF       (FILE_BYTES / 2)
#define FILL_BYTES ((uint64_t)4 << 20)
#define DEPTH_MAX  32u
#define RUN_NS     (500 * CHI_NS_PER_MS)
#define WAITS_NS   (RUN_NS / 20) /* what the system does for the disk takes the core as well */
#define TRIAL_NS   (200 * CHI_NS_PER_MS)
#define TRIALS     3
#define TIMES_MAX  1000000u

/* What fio says in its terse form, version 3. */
#define FIO_IOPS        7
#define FIO_BANDWIDTH   6 /* KiB/s */
#define FIO_SLAT_MEAN   11
#define FIO_FIRST_RANK  17
#define FIO_CPU_USER    87 /* %, of all jobs; and of the system after it */
#define FIO_WRITE_AFTER 41 /* of a writing job, fields later */
#define FIO_RANKS       20
#define FIO_FIELDS_MAX  160

enum metric {
    LATENCY_US, /* the median */
    IOPS,
    GB_PER_S,
};

struct workload {
    uint32_t size;
    uint32_t depth;
    bool write;
    bool sequential;
    enum metric metric;

    struct bench_daemon daemon;
    struct chimaera_bdev_client client;
    struct chimaera_bdev_block block; /* in the second half of the file */
    struct chi_buffer buffers[DEPTH_MAX];
    char path[PATH_MAX];
    uint64_t seed;
    uint64_t position;
    uint64_t operations;
    uint64_t cpu_ns;
    double fio_operations;
    double fio_cpu_us;
    uint32_t *ticks;
};

/* ---- fio */

static bool has_fio(void)
{
    return system("fio --version >/dev/null 2>&1") == 0;
}

static double field(char *const *fields, const struct workload *load, int number)
{
    return atof(fields[number + (load->write ? FIO_WRITE_AFTER : 0)]);
}

/* Of fields like "50.000000%=93". */
static double median_us(char *const *fields, const struct workload *load)
{
    for (int i = 0; i < FIO_RANKS; i++) {
        const char *rank = fields[FIO_FIRST_RANK + i + (load->write ? FIO_WRITE_AFTER : 0)];
        if (strncmp(rank, "50.0", 4) == 0 && strchr(rank, '=') != NULL)
            return atof(strchr(rank, '=') + 1) + field(fields, load, FIO_SLAT_MEAN);
    }
    bench_die("fio gives no median");
}

/* What fio measures, on the worker's core. */
static double run_fio(struct workload *load, uint64_t duration_ns)
{
    char command[PATH_MAX + 512], line[8192] = "", *fields[FIO_FIELDS_MAX] = {0}, *rest = line;
    snprintf(command, sizeof command,
             "fio --name=limit --filename=%s --ioengine=io_uring --direct=1 --rw=%s%s --bs=%u "
             "--iodepth=%u --offset=%llu --size=%llu --time_based --runtime=%llums "
             "--percentile_list=50 --output-format=terse --terse-version=3 2>/dev/null",
             load->path, load->sequential ? "" : "rand", load->write ? "write" : "read", load->size,
             load->depth, (unsigned long long)HALF, (unsigned long long)(HALF - FILL_BYTES),
             (unsigned long long)(duration_ns / CHI_NS_PER_MS));
    bench_pin(0, bench_worker_core); /* and what is forked here */
    FILE *out = popen(command, "re");
    bool told = out != NULL && fgets(line, sizeof line, out) != NULL;
    int status = out != NULL ? pclose(out) : -1;
    bench_pin(0, bench_client_core);
    if (!told || status != 0)
        bench_die("fio ended with status %d", status);
    int count = 0;
    for (char *one; count < FIO_FIELDS_MAX && (one = strsep(&rest, ";")) != NULL;)
        fields[count++] = one;
    if (count <= FIO_CPU_USER + 1) /* the last of those that are looked at */
        bench_die("fio says %d fields", count);
    double operations = field(fields, load, FIO_IOPS) * (double)duration_ns / 1e9;
    load->fio_operations += operations;
    load->fio_cpu_us += (atof(fields[FIO_CPU_USER]) + atof(fields[FIO_CPU_USER + 1])) / 100 *
                        (double)duration_ns / 1e3; /* fields like "12.500000%" */
    if (load->metric == LATENCY_US)
        return median_us(fields, load);
    if (load->metric == IOPS)
        return field(fields, load, FIO_IOPS);
    return field(fields, load, FIO_BANDWIDTH) * 1024 / 1e9;
}

static double fio(void *context, double ping_pong_ns)
{
    (void)ping_pong_ns;
    return run_fio(context, RUN_NS);
}

/* How long one operation takes on the worker's core. */
static double trial(const struct workload *load)
{
    double values[TRIALS];
    struct workload one = *load;
    one.depth = 1;
    one.size = 4096;
    one.sequential = false;
    one.metric = LATENCY_US;
    for (int i = 0; i < TRIALS; i++)
        values[i] = run_fio(&one, TRIAL_NS);
    return bench_median(values, TRIALS);
}

static void choose_core(const struct workload *load)
{
    double here = trial(load);
    bench_swap_cores();
    if (trial(load) > here)
        bench_swap_cores();
    bench_daemon_pin(&load->daemon);
}

/* ---- ours */

static struct chimaera_bdev_block next_place(struct workload *load)
{
    struct chimaera_bdev_block place = load->block;
    uint64_t places = place.size / load->size;
    load->seed = load->seed * 6364136223846793005u + 1442695040888963407u;
    uint64_t which = load->sequential ? load->position++ % places : (load->seed >> 33) % places;
    place.offset += which * load->size;
    place.size = load->size;
    return place;
}

static struct chi_task *submit(struct workload *load, uint32_t slot)
{
    struct chimaera_bdev_block place = next_place(load);
    struct chi_task *task;
    if (load->write) {
        struct chimaera_bdev_write_task *write = chimaera_bdev_write_async(
            &load->client, chi_pool_query_local(), &place, 1, &load->buffers[slot]);
        task = write != NULL ? &write->base : NULL;
    } else {
        struct chimaera_bdev_read_task *read = chimaera_bdev_read_async(
            &load->client, chi_pool_query_local(), &place, 1, &load->buffers[slot]);
        task = read != NULL ? &read->base : NULL;
    }
    if (task == NULL)
        bench_check(chi_last_error_code(), "cannot submit");
    return task;
}

static void finish(struct chi_task *task)
{
    bench_check(chi_task_wait(task), "an operation");
    chi_task_del(task);
}

static void run(void *context, struct bench_sample *sample)
{
    struct workload *load = context;
    struct chi_task *tasks[DEPTH_MAX] = {0};
    uint64_t used = bench_usage_of(load->daemon.pid).cpu_ns + bench_own_usage().cpu_ns;
    uint64_t begin = chi_clock_now_ns(), done = 0, elapsed;

    for (uint32_t i = 0; load->depth > 1 && i < load->depth; i++)
        tasks[i] = submit(load, i);
    do {
        uint32_t slot = (uint32_t)(done % load->depth);
        uint64_t start = bench_ticks();
        if (load->depth == 1)
            tasks[0] = submit(load, 0);
        finish(tasks[slot]);
        if (load->depth > 1)
            tasks[slot] = submit(load, slot);
        else if (done < TIMES_MAX)
            load->ticks[done] = (uint32_t)(bench_ticks() - start);
        done++;
        elapsed = chi_clock_now_ns() - begin;
    } while (elapsed < RUN_NS);
    for (uint32_t i = 0; load->depth > 1 && i < load->depth; i++)
        finish(tasks[i]);
    load->operations += done;
    load->cpu_ns += bench_usage_of(load->daemon.pid).cpu_ns + bench_own_usage().cpu_ns - used;
    double per_second = (double)done * 1e9 / (double)elapsed;
    if (load->metric == LATENCY_US) {
        struct bench_latency latency =
            bench_latency_of(load->ticks, done < TIMES_MAX ? done : TIMES_MAX);
        sample->value = latency.p50_ns / 1000;
        sample->p99 = latency.p99_ns / 1000;
    } else {
        sample->value = load->metric == IOPS ? per_second : per_second * load->size / 1e9;
    }
}

static void prepare(struct workload *load)
{
    struct chimaera_bdev_block rest;
    struct chi_buffer data;
    size_t count = 1;

    bench_daemon_start(&load->daemon);
    snprintf(load->path, sizeof load->path, "%s/device", bench_folder);
    bench_check(chimaera_bdev_create(&load->client, chi_pool_query_local(), load->path,
                                     CHIMAERA_BDEV_TYPE_FILE, FILE_BYTES, 0, 0, NULL),
                "cannot make a file device");
    bench_check(
        chimaera_bdev_allocate_blocks(&load->client, chi_pool_query_local(), HALF, &rest, &count),
        "cannot allocate");
    bench_check(chimaera_bdev_allocate_blocks(&load->client, chi_pool_query_local(),
                                              HALF - 4 * FILL_BYTES, &load->block, &count),
                "cannot allocate");
    bench_check(chi_buffer_alloc(FILL_BYTES, &data), "cannot allocate a buffer");
    memset(chi_buffer_data(&data), 0x5a, FILL_BYTES);
    for (uint64_t at = 0; at < HALF * 2; at += FILL_BYTES) { /* so that reads find something */
        struct chimaera_bdev_block part = at < HALF ? rest : load->block;
        uint64_t inside = at < HALF ? at : at - HALF;
        if (inside >= part.size)
            break;
        part.offset += inside;
        part.size = FILL_BYTES;
        bench_check(chimaera_bdev_write(&load->client, chi_pool_query_local(), &part, 1, &data),
                    "cannot fill the file");
    }
    bench_check(chimaera_bdev_flush(&load->client, chi_pool_query_local()), "cannot flush");
    chi_buffer_free(&data);
    for (uint32_t i = 0; i < load->depth; i++) {
        bench_check(chi_buffer_alloc(load->size, &load->buffers[i]), "cannot allocate a buffer");
        memset(chi_buffer_data(&load->buffers[i]), 1, load->size);
    }
    load->ticks = calloc(TIMES_MAX, sizeof *load->ticks);
    if (load->ticks == NULL)
        bench_die("out of memory");
}

static void note_device(const struct workload *load, struct bench_result *result)
{
    struct chimaera_bdev_stats stats;
    bench_check(chimaera_bdev_get_stats(&load->client, chi_pool_query_local(), &stats),
                "no statistics");
    bench_note(result,
               "engine %s%s, %.2f us of processor each, fio %.2f; %.1f operations a system call, "
               "%.0f %% by registered buffers",
               stats.engine == CHIMAERA_BDEV_ENGINE_URING ? "uring" : "threads",
               stats.direct ? "" : " through the page cache",
               (double)load->cpu_ns / 1000 / (double)load->operations,
               load->fio_cpu_us / load->fio_operations,
               (double)stats.operations / (double)stats.submissions,
               100 * (double)stats.registered_operations / (double)stats.operations);
}

static void measure(struct workload *load, const struct bench_options *options,
                    struct bench_result *result)
{
    if (!has_fio()) {
        bench_note(result, "skipped: no fio");
        return;
    }
    int worker_core = bench_worker_core;
    prepare(load);
    choose_core(load);
    /* Without the daemon's preemptions: the system's own work for the disk takes its core, too. */
    const struct bench_method method = {.run = run,
                                        .limit = fio,
                                        .context = load,
                                        .steady = true,
                                        .rate = load->metric != LATENCY_US,
                                        .waits_ns = WAITS_NS,
                                        .slow = true};
    bench_repeat(options, &method, result);
    note_device(load, result);
    if (bench_worker_core != worker_core)
        bench_swap_cores();
    free(load->ticks);
    bench_daemon_stop(&load->daemon);
    unlink(load->path);
}

void bench_bdev_file_read_4k_1(const struct bench_options *options, struct bench_result *result)
{
    static struct workload load = {.size = 4096, .depth = 1, .metric = LATENCY_US};
    measure(&load, options, result);
}

void bench_bdev_file_read_4k_32(const struct bench_options *options, struct bench_result *result)
{
    static struct workload load = {.size = 4096, .depth = 32, .metric = IOPS};
    measure(&load, options, result);
}

void bench_bdev_file_write_4k_1(const struct bench_options *options, struct bench_result *result)
{
    static struct workload load = {.size = 4096, .depth = 1, .write = true, .metric = LATENCY_US};
    measure(&load, options, result);
}

void bench_bdev_file_write_4k_32(const struct bench_options *options, struct bench_result *result)
{
    static struct workload load = {.size = 4096, .depth = 32, .write = true, .metric = IOPS};
    measure(&load, options, result);
}

void bench_bdev_file_seq_1m(const struct bench_options *options, struct bench_result *result)
{
    static struct workload load = {
        .size = 1 << 20, .depth = 4, .sequential = true, .metric = GB_PER_S};
    measure(&load, options, result);
}

void bench_bdev_file_seq_write_1m(const struct bench_options *options, struct bench_result *result)
{
    static struct workload load = {
        .size = 1 << 20, .depth = 4, .sequential = true, .write = true, .metric = GB_PER_S};
    measure(&load, options, result);
}
