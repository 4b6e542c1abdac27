/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists bdev pools and shows their statistics. See bdev_show.h. */
#include "bdev_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "chimaera/chimaera.h"
#include "query.h"
#include "say.h"

static const char *const types[] = {"file", "ram"};
static const char *const modes[] = {"blocks", "raw"};
static const char *const engines[] = {"-", "uring", "threads"};

#define NAME(table, value) ((value) < sizeof(table) / sizeof((table)[0]) ? (table)[value] : "?")

/* ---- ls */

struct total {
    struct chimaera_bdev_stats first;
    uint64_t size, remaining;
};

/* Sums size and free space of the containers of a pool. */
static int add_up(const struct query_pool *pool, struct total *total)
{
    const struct chimaera_bdev_client client = {.base.pool_id = pool->id};
    struct chimaera_bdev_stats stats;
    for (uint32_t i = 0; i < pool->containers; i++) {
        int rc = chimaera_bdev_get_stats(&client, chi_pool_query_direct_id(i), &stats);
        if (rc < 0)
            return rc;
        if (i == 0)
            total->first = stats;
        total->size += stats.total;
        total->remaining += stats.remaining;
    }
    return 0;
}

struct listing {
    bool json;
    uint32_t count;
};

static int list_pool(const struct query_pool *pool, void *argument)
{
    struct listing *listing = argument;
    struct total total = {.size = 0};
    if (strcmp(pool->module, CHIMAERA_BDEV_LIBRARY) != 0)
        return 0;
    int rc = add_up(pool, &total);
    if (rc == CHI_ENOPOOL) /* destroyed meanwhile */
        return 0;
    if (rc < 0)
        return rc;
    const char *type = NAME(types, total.first.type), *mode = NAME(modes, total.first.mode);
    const char *engine = NAME(engines, total.first.engine);
    bool blocks = total.first.mode == CHIMAERA_BDEV_MODE_BLOCKS;
    if (listing->json) {
        printf("%s{\"id\":\"%u.%u\",\"name\":\"%s\",\"type\":\"%s\",\"mode\":\"%s\",\"engine\":"
               "\"%s\",\"containers\":%u,\"size\":%" PRIu64,
               listing->count > 0 ? "," : "", pool->id.major, pool->id.minor, pool->name, type,
               mode, engine, pool->containers, total.size);
        if (blocks)
            printf(",\"remaining\":%" PRIu64, total.remaining);
        fputs("}", stdout);
    } else {
        char size[CHI_TEXT_SIZE_MAX], remaining[CHI_TEXT_SIZE_MAX], name[sizeof(pool->name)];
        bdev_pool_plain_name(pool->name, name);
        printf("%-8u %-5s %-7s %-8s %10s %10s  %s\n", pool->id.major, type, mode, engine,
               chi_text_of_size(total.size, size),
               blocks ? chi_text_of_size(total.remaining, remaining) : "-", name);
    }
    listing->count++;
    return 0;
}

int bdev_ls(const struct bdev_request *request)
{
    struct listing listing = {.json = request->json};
    if (listing.json)
        fputs("[", stdout);
    else
        printf("%-8s %-5s %-7s %-8s %10s %10s  %s\n", "pool", "type", "mode", "engine", "size",
               "remaining", "name");
    int rc = query_pools(list_pool, &listing);
    if (listing.json)
        puts("]");
    return rc;
}

/* ---- stat */

static void print_latency(const char *name, uint64_t tasks, uint64_t bytes, uint64_t rate,
                          const struct chimaera_bdev_latency *latency)
{
    char size[CHI_TEXT_SIZE_MAX], per_s[CHI_TEXT_SIZE_MAX];
    printf("%-8s %12" PRIu64 " %10s %10s %10.1f %10.1f %10.1f\n", name, tasks,
           chi_text_of_size(bytes, size), chi_text_of_size(rate, per_s),
           (double)latency->p50_ns / 1e3, (double)latency->p99_ns / 1e3,
           (double)latency->max_ns / 1e3);
}

static void print_stats(const char *pool, const struct chimaera_bdev_stats *s)
{
    char text[CHI_TEXT_SIZE_MAX], bounced[CHI_TEXT_SIZE_MAX], registered[CHI_TEXT_SIZE_MAX];
    printf("pool       %s\n", pool);
    printf("kind       %s, mode %s", NAME(types, s->type), NAME(modes, s->mode));
    if (s->type == CHIMAERA_BDEV_TYPE_FILE)
        printf(", engine %s, %s", NAME(engines, s->engine),
               s->direct ? "direct I/O" : "through the page cache");
    printf("\nsize       %s (%" PRIu64 " bytes)\n", chi_text_of_size(s->total, text), s->total);
    if (s->mode == CHIMAERA_BDEV_MODE_BLOCKS)
        printf("remaining  %s in units of %u bytes, %" PRIu64 " blocks allocated\n",
               chi_text_of_size(s->remaining, text), s->alignment, s->allocated_blocks);
    if (s->type == CHIMAERA_BDEV_TYPE_FILE)
        printf("in flight  %u of %u, %u waiting, maximum %u\n"
               "transfers  %s in place, %s through bounce buffers\n"
               "registered %s of client memory, used by %" PRIu64 " of %" PRIu64 " operations\n",
               s->in_flight, s->io_depth, s->waiting, s->most_in_flight,
               chi_text_of_size(s->bytes_in_place, text),
               chi_text_of_size(s->bytes_bounced, bounced),
               chi_text_of_size(s->registered_bytes, registered), s->registered_operations,
               s->operations);
    printf("other      %" PRIu64 " flushes, %" PRIu64 " trims and zeroings, %" PRIu64 " errors\n\n",
           s->flushes, s->trims, s->errors);
    printf("%-8s %12s %10s %10s %10s %10s %10s\n", "", "tasks", "bytes", "per s", "p50 us",
           "p99 us", "max us");
    print_latency("reads", s->reads, s->bytes_read, s->read_bytes_per_s, &s->read_latency);
    print_latency("writes", s->writes, s->bytes_written, s->write_bytes_per_s, &s->write_latency);
}

static void json_latency(const char *name, const struct chimaera_bdev_latency *latency)
{
    printf(",\"%s\":{\"p50_ns\":%" PRIu64 ",\"p95_ns\":%" PRIu64 ",\"p99_ns\":%" PRIu64
           ",\"p999_ns\":%" PRIu64 ",\"max_ns\":%" PRIu64 "}",
           name, latency->p50_ns, latency->p95_ns, latency->p99_ns, latency->p999_ns,
           latency->max_ns);
}

static void json_stats(const struct chimaera_bdev_client *client,
                       const struct chimaera_bdev_stats *s)
{
#define MEMBER(name)                                                                               \
    {                                                                                              \
#name, s->name                                                                             \
    }
    const struct {
        const char *name;
        uint64_t value;
    } members[] = {MEMBER(total),           MEMBER(remaining),        MEMBER(allocated_blocks),
                   MEMBER(reads),           MEMBER(writes),           MEMBER(flushes),
                   MEMBER(trims),           MEMBER(errors),           MEMBER(bytes_read),
                   MEMBER(bytes_written),   MEMBER(read_bytes_per_s), MEMBER(write_bytes_per_s),
                   MEMBER(device),          MEMBER(direct),           MEMBER(alignment),
                   MEMBER(io_unit),         MEMBER(memory_unit),      MEMBER(io_depth),
                   MEMBER(in_flight),       MEMBER(most_in_flight),   MEMBER(waiting),
                   MEMBER(rings),           MEMBER(operations),       MEMBER(submissions),
                   MEMBER(bytes_in_place),  MEMBER(bytes_bounced),    MEMBER(commits),
                   MEMBER(log_pages),       MEMBER(compactions),      MEMBER(registered_operations),
                   MEMBER(registered_bytes)};
    printf("{\"id\":\"%u.%u\",\"type\":\"%s\",\"mode\":\"%s\",\"engine\":\"%s\"",
           client->base.pool_id.major, client->base.pool_id.minor, NAME(types, s->type),
           NAME(modes, s->mode), NAME(engines, s->engine));
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        printf(",\"%s\":%" PRIu64, members[i].name, members[i].value);
    json_latency("read_latency", &s->read_latency);
    json_latency("write_latency", &s->write_latency);
    printf(",\"perf\":{\"read_mb_per_s\":%u,\"write_mb_per_s\":%u,\"read_latency_us\":%u,"
           "\"write_latency_us\":%u,\"iops\":%u}}\n",
           s->perf.read_mb_per_s, s->perf.write_mb_per_s, s->perf.read_latency_us,
           s->perf.write_latency_us, s->perf.iops);
}

int bdev_stat(const struct bdev_request *request)
{
    struct chimaera_bdev_client client = {0};
    struct chimaera_bdev_stats stats;
    chi_pool_query_t query;
    int rc = bdev_pool_open(request, &client, &query, &stats);
    if (rc < 0)
        return rc;
    if (request->json)
        json_stats(&client, &stats);
    else
        print_stats(request->pool, &stats);
    return 0;
}
