/* SPDX-License-Identifier: BSD-3-Clause */
#include "bdev.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "chimaera/chimaera.h"
#include "pools.h"
#include "say.h"

static const char *const types[] = {"file", "ram"};
static const char *const modes[] = {"blocks", "raw"};
static const char *const engines[] = {"-", "uring", "threads"};

#define NAME(table, value) ((value) < sizeof(table) / sizeof((table)[0]) ? (table)[value] : "?")

static void print_help(FILE *out)
{
    fputs("Usage: chimaera bdev COMMAND [OPTION]...\n"
          "Block devices: pools of the module bdev.\n"
          "\n"
          "  ls [--json]                 all of them, with kind, size and what is left\n"
          "  stat POOL [--json]          what a device is and has done\n"
          "  put POOL FILE [--offset N]  write a file to the device, and flush\n"
          "  get POOL FILE [--offset N] [--size N]\n"
          "                              write the device, or a range of it, to a file\n"
          "  help                        print this help\n"
          "\n"
          "POOL is a name, or an id such as 2.0. FILE may be -, for standard input or output. put\n"
          "and get are for pools of mode raw. N is in bytes, or with KB, MB, GB, TB (powers of\n"
          "1024). stat, put and get take --container N, for pools that have several (default 0).\n",
          out);
}

/* What the commands' options say. */
struct request {
    bool json;
    uint64_t container;
    uint64_t offset;
    uint64_t size; /* UINT64_MAX: to the end */
    const char *pool;
    const char *file;
};

struct named {
    chi_pool_id_t id;
    char *name;
};

static int name_pool(const struct query_pool *pool, void *argument)
{
    struct named *named = argument;
    if (!chi_pool_id_equal(pool->id, named->id))
        return 0;
    named->name = strdup(pool->name);
    return named->name != NULL ? 1 : chi_error(-ENOMEM, "out of memory");
}

/* By name, or by an id, for which the runtime tells the name. */
static int open_pool(const char *text, struct chimaera_bdev_client *client)
{
    struct named named = {.name = NULL};
    if (chi_text_pool_id(text, &named.id) < 0)
        return chimaera_bdev_open(client, chi_pool_query_local(), text);
    int rc = query_pools(name_pool, &named);
    if (rc == 0)
        return chi_error(CHI_ENOPOOL, "there is no pool %s", text);
    if (rc > 0)
        rc = chimaera_bdev_open(client, chi_pool_query_local(), named.name);
    free(named.name);
    return rc;
}

/* ---- ls */

struct total {
    struct chimaera_bdev_stats first;
    uint64_t size, remaining;
};

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

static void json_device(struct chi_json *json, chi_pool_id_t id, const char *name,
                        const struct chimaera_bdev_stats *s)
{
    char text[24];
    snprintf(text, sizeof(text), "%u.%u", id.major, id.minor);
    chi_json_member_string(json, "id", text);
    if (name != NULL)
        chi_json_member_string(json, "name", name);
    chi_json_member_string(json, "type", NAME(types, s->type));
    chi_json_member_string(json, "mode", NAME(modes, s->mode));
    chi_json_member_string(json, "engine", NAME(engines, s->engine));
}

static void json_pool(struct chi_json *json, const struct query_pool *pool,
                      const struct total *total)
{
    chi_json_object_begin(json);
    json_device(json, pool->id, pool->name, &total->first);
    chi_json_member_u64(json, "containers", pool->containers);
    chi_json_member_u64(json, "size", total->size);
    if (total->first.mode == CHIMAERA_BDEV_MODE_BLOCKS)
        chi_json_member_u64(json, "remaining", total->remaining);
    chi_json_object_end(json);
}

static void print_pool(const struct query_pool *pool, const struct total *total)
{
    char size[CHI_TEXT_SIZE_MAX], remaining[CHI_TEXT_SIZE_MAX];
    printf("%-8u %-5s %-7s %-8s %10s %10s  %s\n", pool->id.major, NAME(types, total->first.type),
           NAME(modes, total->first.mode), NAME(engines, total->first.engine),
           chi_text_of_size(total->size, size),
           total->first.mode == CHIMAERA_BDEV_MODE_BLOCKS
               ? chi_text_of_size(total->remaining, remaining)
               : "-",
           pool->name);
}

/* `argument` is the JSON writer, or NULL for text. */
static int list_pool(const struct query_pool *pool, void *argument)
{
    struct total total = {.size = 0};
    if (strcmp(pool->module, CHIMAERA_BDEV_LIBRARY) != 0)
        return 0;
    int rc = add_up(pool, &total);
    if (rc == CHI_ENOPOOL) /* destroyed since */
        return 0;
    if (rc < 0)
        return rc;
    if (argument != NULL)
        json_pool(argument, pool, &total);
    else
        print_pool(pool, &total);
    return 0;
}

static int command_ls(const struct request *request)
{
    struct chi_json json;
    if (!request->json) {
        printf("%-8s %-5s %-7s %-8s %10s %10s  %s\n", "pool", "type", "mode", "engine", "size",
               "remaining", "name");
        return query_pools(list_pool, NULL);
    }
    chi_json_init(&json, chi_json_to_file, stdout);
    chi_json_array_begin(&json);
    int rc = query_pools(list_pool, &json);
    chi_json_array_end(&json);
    chi_json_end(&json); /* main() tells where stdout failed */
    putchar('\n');
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
               s->direct ? "page cache passed by" : "through the page cache");
    printf("\nsize       %s (%" PRIu64 " bytes)\n", chi_text_of_size(s->total, text), s->total);
    if (s->mode == CHIMAERA_BDEV_MODE_BLOCKS)
        printf("remaining  %s, in units of %u; %" PRIu64 " blocks are allocated\n",
               chi_text_of_size(s->remaining, text), s->alignment, s->allocated_blocks);
    if (s->type == CHIMAERA_BDEV_TYPE_FILE)
        printf("in flight  %u of %u, %u waiting, %u at most so far\n"
               "moved      %s in place, %s by way of a bounce buffer\n"
               "registered %s of clients' memory; %" PRIu64 " of %" PRIu64 " operations used it\n",
               s->in_flight, s->io_depth, s->waiting, s->most_in_flight,
               chi_text_of_size(s->bytes_in_place, text),
               chi_text_of_size(s->bytes_bounced, bounced),
               chi_text_of_size(s->registered_bytes, registered), s->registered_operations,
               s->operations);
    printf("also       %" PRIu64 " flushes, %" PRIu64 " trims and zeroings, %" PRIu64 " errors\n\n",
           s->flushes, s->trims, s->errors);
    printf("%-8s %12s %10s %10s %10s %10s %10s\n", "", "tasks", "bytes", "per s", "p50 us",
           "p99 us", "max us");
    print_latency("reads", s->reads, s->bytes_read, s->read_bytes_per_s, &s->read_latency);
    print_latency("writes", s->writes, s->bytes_written, s->write_bytes_per_s, &s->write_latency);
}

static void json_latency(struct chi_json *json, const char *name,
                         const struct chimaera_bdev_latency *latency)
{
    chi_json_key(json, name);
    chi_json_object_begin(json);
    chi_json_member_u64(json, "p50_ns", latency->p50_ns);
    chi_json_member_u64(json, "p95_ns", latency->p95_ns);
    chi_json_member_u64(json, "p99_ns", latency->p99_ns);
    chi_json_member_u64(json, "p999_ns", latency->p999_ns);
    chi_json_member_u64(json, "max_ns", latency->max_ns);
    chi_json_object_end(json);
}

static void json_perf(struct chi_json *json, const struct chimaera_bdev_perf *perf)
{
    chi_json_key(json, "perf");
    chi_json_object_begin(json);
    chi_json_member_u64(json, "read_mb_per_s", perf->read_mb_per_s);
    chi_json_member_u64(json, "write_mb_per_s", perf->write_mb_per_s);
    chi_json_member_u64(json, "read_latency_us", perf->read_latency_us);
    chi_json_member_u64(json, "write_latency_us", perf->write_latency_us);
    chi_json_member_u64(json, "iops", perf->iops);
    chi_json_object_end(json);
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
    struct chi_json json;
    chi_json_init(&json, chi_json_to_file, stdout);
    chi_json_object_begin(&json);
    json_device(&json, client->base.pool_id, NULL, s);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        chi_json_member_u64(&json, members[i].name, members[i].value);
    json_latency(&json, "read_latency", &s->read_latency);
    json_latency(&json, "write_latency", &s->write_latency);
    json_perf(&json, &s->perf);
    chi_json_object_end(&json);
    chi_json_end(&json); /* main() tells where stdout failed */
    putchar('\n');
}

/* The pool and container of a request, and what it is. */
static int find(const struct request *request, struct chimaera_bdev_client *client,
                chi_pool_query_t *query, struct chimaera_bdev_stats *stats)
{
    *query = chi_pool_query_direct_id((uint32_t)request->container);
    int rc = open_pool(request->pool, client);
    return rc == 0 ? chimaera_bdev_get_stats(client, *query, stats) : rc;
}

static int command_stat(const struct request *request)
{
    struct chimaera_bdev_client client = {0};
    struct chimaera_bdev_stats stats;
    chi_pool_query_t query;
    int rc = find(request, &client, &query, &stats);
    if (rc < 0)
        return rc;
    if (request->json)
        json_stats(&client, &stats);
    else
        print_stats(request->pool, &stats);
    return 0;
}

/* ---- put and get */

/* The range to copy, where the device has it. */
static int find_range(const struct request *request, struct chimaera_bdev_client *client,
                      struct bdev_range *range)
{
    struct chimaera_bdev_stats stats;
    *range = (struct bdev_range){.client = client, .offset = request->offset};
    int rc = find(request, client, &range->query, &stats);
    if (rc < 0)
        return rc;
    if (stats.mode != CHIMAERA_BDEV_MODE_RAW)
        return chi_error(-ENOTSUP, "pool %s is of mode blocks; put and get are for mode raw",
                         request->pool);
    if (request->offset > stats.total ||
        (request->size != UINT64_MAX && request->size > stats.total - request->offset))
        return chi_error(-ERANGE, "pool %s ends at %" PRIu64 " bytes", request->pool, stats.total);
    range->size = request->size != UINT64_MAX ? request->size : stats.total - request->offset;
    return 0;
}

/* Empties a file that is to be written, but not one that a pool lies on, which is locked. */
static int open_file(const char *name, bool write, int *fd)
{
    struct stat file;
    bool standard = strcmp(name, "-") == 0;
    if (standard)
        *fd = dup(write ? STDOUT_FILENO : STDIN_FILENO);
    else
        *fd = open(name, write ? O_WRONLY | O_CREAT | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0666);
    int error = *fd < 0 ? errno : 0;
    if (error == 0 && write && !standard && fstat(*fd, &file) == 0 && S_ISREG(file.st_mode) &&
        (flock(*fd, LOCK_EX | LOCK_NB) < 0 || ftruncate(*fd, 0) < 0)) {
        error = errno;
        close(*fd);
    }
    if (error == EWOULDBLOCK)
        return chi_error(-EBUSY, "%s is in use, by a pool perhaps", name);
    return error == 0 ? 0 : chi_error(-error, "cannot open %s: %s", name, strerror(error));
}

static int command_put(const struct request *request)
{
    struct chimaera_bdev_client client = {0};
    struct bdev_range range;
    struct stat file;
    uint64_t moved = 0;
    int fd = -1;
    int rc = find_range(request, &client, &range);
    if (rc == 0)
        rc = open_file(request->file, false, &fd);
    if (rc < 0)
        return rc;
    if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && (uint64_t)file.st_size > range.size)
        rc = chi_error(-EFBIG, "%s has %lld bytes; pool %s has %" PRIu64 " from there on",
                       request->file, (long long)file.st_size, request->pool, range.size);
    if (rc == 0)
        rc = bdev_put(&range, fd, &moved);
    close(fd);
    if (rc == 0)
        printf("put %" PRIu64 " bytes at %" PRIu64 " of %s\n", moved, range.offset, request->pool);
    return rc;
}

static int command_get(const struct request *request)
{
    struct chimaera_bdev_client client = {0};
    struct bdev_range range;
    struct stat file;
    int fd = -1;
    int rc = find_range(request, &client, &range);
    if (rc == 0)
        rc = open_file(request->file, true, &fd);
    if (rc < 0)
        return rc;
    bool sparse = strcmp(request->file, "-") != 0 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode);
    rc = bdev_get(&range, fd, sparse);
    if (close(fd) < 0 && rc == 0) {
        rc = -errno;
        chi_error(rc, "cannot write %s: %s", request->file, strerror(-rc));
    }
    if (rc == 0 && strcmp(request->file, "-") != 0)
        printf("got %" PRIu64 " bytes at %" PRIu64 " of %s\n", range.size, range.offset,
               request->pool);
    return rc;
}

/* ---- the command line */

enum { JSON = 1, CONTAINER = 2, OFFSET = 4, SIZE = 8 };

static const struct command {
    const char *name;
    int (*run)(const struct request *request);
    int arguments;
    unsigned options;
    const char *takes;
} commands[] = {
    {"ls", command_ls, 0, JSON, "ls takes no arguments but --json"},
    {"stat", command_stat, 1, JSON | CONTAINER, "stat takes POOL, --json and --container N"},
    {"put", command_put, 2, CONTAINER | OFFSET, "put takes POOL, FILE, --offset N, --container N"},
    {"get", command_get, 2, CONTAINER | OFFSET | SIZE,
     "get takes POOL, FILE, --offset N, --size N, --container N"},
};

static bool parse(int argc, char **argv, const struct command *command, struct request *request)
{
    static const struct option table[] = {{"json", no_argument, NULL, JSON},
                                          {"container", required_argument, NULL, CONTAINER},
                                          {"offset", required_argument, NULL, OFFSET},
                                          {"size", required_argument, NULL, SIZE},
                                          {0}};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (option == '?' || (command->options & (unsigned)option) == 0)
            return false;
        if (option == JSON)
            request->json = true;
        else if (option == CONTAINER &&
                 (chi_text_u64(optarg, &request->container) < 0 || request->container > UINT32_MAX))
            return false;
        else if (option == OFFSET && chi_text_size(optarg, &request->offset) < 0)
            return false;
        else if (option == SIZE && chi_text_size(optarg, &request->size) < 0)
            return false;
    }
    if (argc - optind != command->arguments)
        return false;
    request->pool = command->arguments > 0 ? argv[optind] : NULL;
    request->file = command->arguments > 1 ? argv[optind + 1] : NULL;
    return true;
}

static int run(const struct command *command, const struct request *request)
{
    if (chi_client_init() < 0)
        return fail();
    int rc = command->run(request);
    if (rc < 0)
        fail();
    chi_client_fini();
    return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int command_bdev(int argc, char **argv)
{
    struct request request = {.size = UINT64_MAX};
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help(stdout);
            return EXIT_SUCCESS;
        }
    }
    struct chi_nearest nearest = {.word = argv[1]};
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return parse(argc - 1, argv + 1, &commands[i], &request)
                       ? run(&commands[i], &request)
                       : usage(commands[i].takes, NULL);
        chi_nearest_offer(&nearest, commands[i].name);
    }
    return no_such("bdev command", &nearest);
}
