/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files through tasks: `store` writes files to a bdev pool in one process, `verify` reads them back
 * in another and compares SHA-256, `latency` times small tasks. tools/quickstart runs all three.
 * The data is read from each file straight into memory that the runtime shares, and from there goes
 * to the device: no copy in between.
 */
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/chimaera.h>
#include <chimaera/MOD_NAME/MOD_NAME_client.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DISK_POOL      "ram_disk"
#define DEMO_POOL      "demo"
#define DISK_BYTES     ((uint64_t)256 << 20)
#define PIECE_BYTES    ((size_t)1 << 20)
#define PIECE_BLOCKS   64 /* the most blocks that one piece of a file may be spread over */
#define DEFAULT_COUNT  5000
#define WARM_UP        200
#define MANIFEST_MAGIC "chimaera file_roundtrip 1"

static int fail(const char *format, ...) CHI_PRINTF(1, 2);

/* Says on standard error what went wrong. Returns 1, an exit status. */
static int fail(const char *format, ...)
{
    va_list arguments;
    fputs("file_roundtrip: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputs(".\n", stderr);
    return 1;
}

static int usage(FILE *stream, int status)
{
    fputs("Usage: file_roundtrip store [--disk-size MIB] [--touch] STATE_FILE FILE...\n"
          "       file_roundtrip verify STATE_FILE\n"
          "       file_roundtrip latency [COUNT]\n"
          "\n"
          "store    Writes the FILEs to the disk in memory \"" DISK_POOL
          "\" and notes in STATE_FILE\n"
          "         where they lie and what their SHA-256 is. --disk-size is the size that the\n"
          "         daemon's configuration gives the disk; without it, 256 MiB. --touch writes\n"
          "         to the space once before: the first use of memory is not in the rates then.\n"
          "verify   Reads them back, compares, frees their space and removes STATE_FILE.\n"
          "         Exit status 1 if a file differs or cannot be read.\n"
          "latency  Sends COUNT small tasks (5000) to the pool \"" DEMO_POOL
          "\", one after the other,\n"
          "         and shows how long they take.\n"
          "\n"
          "A chimaera_runtime must be running. CHI_INSTANCE chooses which one.\n",
          stream);
    return status;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double mib_per_second(uint64_t bytes, uint64_t ns)
{
    return ns ? (double)bytes / (1 << 20) * 1e9 / (double)ns : 0;
}

/* --- SHA-256 ---------------------------------------------------------------------------------- */

#define HEX_BYTES 65

static EVP_MD_CTX *hash_begin(void)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    if (hash == NULL || EVP_DigestInit_ex(hash, EVP_sha256(), NULL) != 1) {
        fail("libcrypto cannot compute SHA-256");
        exit(1);
    }
    return hash;
}

static void hash_end(EVP_MD_CTX *hash, char hex[HEX_BYTES])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(hash, digest, &size);
    for (unsigned i = 0; i < size && 2 * i + 2 < HEX_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    EVP_MD_CTX_free(hash);
}

/* --- The disk --------------------------------------------------------------------------------- */

/* One piece of a file and the blocks that hold it. */
struct piece {
    uint64_t bytes;
    size_t count;
    struct chimaera_bdev_block blocks[PIECE_BLOCKS];
};

static int open_disk(struct chimaera_bdev_client *disk, uint64_t bytes)
{
    if (chimaera_bdev_create(disk, chi_pool_query_local(), DISK_POOL, CHIMAERA_BDEV_TYPE_RAM, bytes,
                             0, 0, NULL) < 0)
        return fail("cannot open the disk \"" DISK_POOL "\" as one of %" PRIu64 " MiB: %s",
                    bytes >> 20, chi_last_error());
    return 0;
}

static int attach(void)
{
    if (chi_client_init() < 0)
        return fail("cannot attach to a runtime: %s", chi_last_error());
    return 0;
}

/* --- store ------------------------------------------------------------------------------------ */

/* Fills `memory` from `fd`, short only at the end of the file. Returns the bytes, or -1. */
static ssize_t read_fully(int fd, char *memory, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, memory + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static void note_piece(FILE *manifest, const struct piece *piece)
{
    fprintf(manifest, "piece %" PRIu64, piece->bytes);
    for (size_t i = 0; i < piece->count; i++)
        fprintf(manifest, " %" PRIu64 "+%" PRIu32 "@%" PRIu32, piece->blocks[i].offset,
                piece->blocks[i].size, piece->blocks[i].device);
    fputc('\n', manifest);
}

/* Puts the first `buffer->size` bytes of the shared buffer on the disk. */
static int store_piece(const struct chimaera_bdev_client *disk, const struct chi_buffer *buffer,
                       struct piece *piece)
{
    piece->bytes = buffer->size;
    piece->count = PIECE_BLOCKS;
    int rc = chimaera_bdev_allocate_blocks(disk, chi_pool_query_local(), piece->bytes,
                                           piece->blocks, &piece->count);
    if (rc < 0)
        return rc;
    rc = chimaera_bdev_write(disk, chi_pool_query_local(), piece->blocks, piece->count, buffer);
    if (rc < 0)
        chimaera_bdev_free_blocks(disk, chi_pool_query_local(), piece->blocks, piece->count);
    return rc;
}

/*
 * Writes as much as the files need to the disk, and frees it again. The system gives the daemon
 * memory at its first use, which takes longer than to copy a file there; without this, the rates
 * would show that.
 */
static int touch_disk(const struct chimaera_bdev_client *disk, char **paths, int files,
                      const struct chi_buffer *buffer)
{
    uint64_t start = now_ns();
    size_t count = 0, touched = 0;
    int rc = 0;
    for (int i = 0; i < files; i++) {
        struct stat status;
        if (stat(paths[i], &status) == 0 && S_ISREG(status.st_mode))
            count += (size_t)status.st_size / PIECE_BYTES + 1;
    }
    struct piece *pieces = calloc(count + 1, sizeof *pieces); /* never 0 bytes */
    if (pieces == NULL)
        return fail("no memory for a list of %zu pieces", count);
    while (touched < count && (rc = store_piece(disk, buffer, &pieces[touched])) == 0)
        touched++;
    for (size_t i = 0; i < touched; i++)
        chimaera_bdev_free_blocks(disk, chi_pool_query_local(), pieces[i].blocks, pieces[i].count);
    free(pieces);
    if (rc < 0 && rc != -ENOSPC) /* a full disk is told with the name of the file */
        return fail("cannot write to the disk: %s", chi_last_error());
    printf("%zu MiB of the disk were written once before, in %.2f s: first use of their memory.\n",
           touched * PIECE_BYTES >> 20, (double)(now_ns() - start) / 1e9);
    return 0;
}

static int store_file(const struct chimaera_bdev_client *disk, const char *path,
                      const struct chi_buffer *buffer, FILE *manifest)
{
    struct chimaera_bdev_stats stats;
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail("cannot open \"%s\": %s", path, strerror(errno));
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return fail("\"%s\" is not a regular file", path);
    }
    if (chimaera_bdev_get_stats(disk, chi_pool_query_local(), &stats) == 0 &&
        (uint64_t)status.st_size > stats.remaining) {
        close(fd);
        return fail(
            "\"%s\" has %.1f MiB, but of the disk's %.1f MiB only %.1f MiB are free; give the "
            "disk a larger total_size in the daemon's configuration",
            path, (double)status.st_size / (1 << 20), (double)stats.total / (1 << 20),
            (double)stats.remaining / (1 << 20));
    }

    int failed = 0;
    uint64_t bytes = 0, task_ns = 0;
    EVP_MD_CTX *hash = hash_begin();
    char hex[HEX_BYTES] = "";
    for (;;) {
        ssize_t got = read_fully(fd, chi_buffer_data(buffer), buffer->size);
        if (got < 0)
            failed = fail("cannot read \"%s\": %s", path, strerror(errno));
        if (got <= 0)
            break;
        EVP_DigestUpdate(hash, chi_buffer_data(buffer), (size_t)got);
        struct chi_buffer part = chi_buffer_slice(buffer, 0, (uint64_t)got);
        struct piece piece;
        uint64_t start = now_ns();
        if (store_piece(disk, &part, &piece) < 0) {
            failed = fail("cannot store \"%s\": %s", path, chi_last_error());
            break;
        }
        task_ns += now_ns() - start;
        bytes += (uint64_t)got;
        note_piece(manifest, &piece);
    }
    hash_end(hash, hex);
    close(fd);
    if (failed)
        return failed;
    fprintf(manifest, "file %s %" PRIu64 " %s\n", hex, bytes, path);
    printf("%-10.10s  %9.2f MiB  %7.0f MiB/s  %s\n", hex, (double)bytes / (1 << 20),
           mib_per_second(bytes, task_ns), path);
    return 0;
}

/* --- The manifest: a line per piece, then one for the file that they make up --------------------
 */

/* Reads "<bytes> <offset>+<size>@<device> ...". Whether it is well formed. */
static bool parse_piece(const char *text, struct piece *piece)
{
    int used = 0;
    piece->count = 0;
    if (sscanf(text, "%" SCNu64 "%n", &piece->bytes, &used) != 1 || piece->bytes > PIECE_BYTES)
        return false;
    text += used;
    while (*text == ' ') {
        if (piece->count == PIECE_BLOCKS)
            return false;
        struct chimaera_bdev_block *block = &piece->blocks[piece->count++];
        if (sscanf(text, " %" SCNu64 "+%" SCNu32 "@%" SCNu32 "%n", &block->offset, &block->size,
                   &block->device, &used) != 3)
            return false;
        text += used;
    }
    return *text == '\0' && piece->count > 0;
}

/* One line without its end; NULL at the end of the file. */
static char *next_line(FILE *manifest, char **line, size_t *room)
{
    ssize_t length = getline(line, room, manifest);
    if (length <= 0)
        return NULL;
    if ((*line)[length - 1] == '\n')
        (*line)[length - 1] = '\0';
    return *line;
}

/* Frees what the manifest names: the way back from a store that failed. */
static void free_stored(const struct chimaera_bdev_client *disk, FILE *manifest)
{
    char *line = NULL;
    size_t room = 0;
    struct piece piece;
    rewind(manifest);
    while (next_line(manifest, &line, &room) != NULL)
        if (strncmp(line, "piece ", 6) == 0 && parse_piece(line + 6, &piece))
            chimaera_bdev_free_blocks(disk, chi_pool_query_local(), piece.blocks, piece.count);
    free(line);
}

static int run_store(int argc, char **argv)
{
    uint64_t disk_bytes = DISK_BYTES;
    if (argc >= 2 && strcmp(argv[0], "--disk-size") == 0) {
        char *end;
        disk_bytes = strtoull(argv[1], &end, 10) << 20;
        if (*end != '\0' || disk_bytes == 0)
            return fail("--disk-size wants a number of MiB, not \"%s\"", argv[1]);
        argc -= 2;
        argv += 2;
    }
    bool touch = argc >= 1 && strcmp(argv[0], "--touch") == 0;
    argc -= touch;
    argv += touch;
    if (argc < 2)
        return usage(stderr, 2);
    const char *state_path = argv[0];
    for (int i = 1; i < argc; i++)
        if (strchr(argv[i], '\n') != NULL)
            return fail("a file name must not have a line break: STATE_FILE has a line per entry");

    struct chimaera_bdev_client disk = {0};
    struct chi_buffer buffer = {0};
    if (attach() != 0)
        return 1;
    int failed = open_disk(&disk, disk_bytes);
    if (failed)
        goto detach;
    FILE *manifest = fopen(state_path, "w+x");
    if (manifest == NULL) {
        failed = errno == EEXIST ? fail("\"%s\" is there already; verify it, or remove it if that "
                                        "runtime is gone",
                                        state_path)
                                 : fail("cannot write \"%s\": %s", state_path, strerror(errno));
        goto detach;
    }
    fprintf(manifest, MANIFEST_MAGIC " %" PRIu64 "\n", disk_bytes);
    if (chi_buffer_alloc(PIECE_BYTES, &buffer) < 0)
        failed = fail("cannot allocate a buffer: %s", chi_last_error());
    if (!failed && touch)
        failed = touch_disk(&disk, argv + 1, argc - 1, &buffer);
    if (!failed)
        printf("%-10s  %13s  %13s  %s\n", "SHA-256", "size", "written at", "file");
    for (int i = 1; i < argc && !failed; i++)
        failed = store_file(&disk, argv[i], &buffer, manifest);
    if (!failed && (fflush(manifest) != 0 || ferror(manifest)))
        failed = fail("cannot write \"%s\": %s", state_path, strerror(errno));
    if (failed) {
        free_stored(&disk, manifest);
        unlink(state_path);
        fputs("Nothing was kept on the disk.\n", stderr);
    }
    fclose(manifest);
    chi_buffer_free(&buffer);
detach:
    chi_client_fini();
    return failed;
}

/* --- verify ----------------------------------------------------------------------------------- */

struct verify {
    struct chimaera_bdev_client disk;
    struct chi_buffer buffer;
    EVP_MD_CTX *hash; /* of the current file, as far as it was read */
    uint64_t bytes;
    uint64_t task_ns;
    bool unreadable;
    unsigned files;
    unsigned wrong;
};

static void verify_piece(struct verify *verify, const struct piece *piece)
{
    struct chi_buffer part = chi_buffer_slice(&verify->buffer, 0, piece->bytes);
    uint64_t start = now_ns();
    int rc = chimaera_bdev_read(&verify->disk, chi_pool_query_local(), piece->blocks, piece->count,
                                &part);
    verify->task_ns += now_ns() - start;
    if (rc < 0) {
        if (!verify->unreadable)
            fail("%s", chi_last_error());
        verify->unreadable = true;
        return;
    }
    EVP_DigestUpdate(verify->hash, chi_buffer_data(&part), part.size);
    verify->bytes += part.size;
    if (chimaera_bdev_free_blocks(&verify->disk, chi_pool_query_local(), piece->blocks,
                                  piece->count) < 0)
        fail("%s", chi_last_error());
}

/* `text` is "<hash> <size> <path>". Whether it is well formed. */
static bool verify_file(struct verify *verify, const char *text)
{
    char expected[HEX_BYTES], hex[HEX_BYTES] = "";
    uint64_t bytes;
    int used = 0;
    if (sscanf(text, "%64s %" SCNu64 " %n", expected, &bytes, &used) != 2 || used == 0)
        return false;
    hash_end(verify->hash, hex);
    bool same = !verify->unreadable && bytes == verify->bytes && strcmp(expected, hex) == 0;
    printf("%-10s  %9.2f MiB  %7.0f MiB/s  %s\n",
           same                 ? "OK"
           : verify->unreadable ? "UNREADABLE"
                                : "MISMATCH",
           (double)verify->bytes / (1 << 20), mib_per_second(verify->bytes, verify->task_ns),
           text + used);
    verify->files++;
    verify->wrong += !same;
    verify->hash = hash_begin();
    verify->bytes = verify->task_ns = 0;
    verify->unreadable = false;
    return true;
}

static int run_verify(int argc, char **argv)
{
    if (argc != 1)
        return usage(stderr, 2);
    FILE *manifest = fopen(argv[0], "r");
    if (manifest == NULL)
        return fail("cannot read \"%s\": %s; it is what store writes", argv[0], strerror(errno));
    struct verify verify = {.hash = hash_begin()};
    char *line = NULL;
    size_t room = 0;
    uint64_t disk_bytes;
    int failed = 1;
    if (next_line(manifest, &line, &room) == NULL ||
        sscanf(line, MANIFEST_MAGIC " %" SCNu64, &disk_bytes) != 1) {
        fail("\"%s\" was not written by store", argv[0]);
        goto close_manifest;
    }
    if (attach() != 0)
        goto close_manifest;
    if (open_disk(&verify.disk, disk_bytes) != 0)
        goto detach;
    if (chi_buffer_alloc(PIECE_BYTES, &verify.buffer) < 0) {
        fail("cannot allocate a buffer: %s", chi_last_error());
        goto detach;
    }
    printf("%-10s  %13s  %13s  %s\n", "SHA-256", "size", "read at", "file");
    bool well_formed = true;
    while (well_formed && next_line(manifest, &line, &room) != NULL) {
        struct piece piece;
        if (strncmp(line, "piece ", 6) == 0 && parse_piece(line + 6, &piece))
            verify_piece(&verify, &piece);
        else
            well_formed = strncmp(line, "file ", 5) == 0 && verify_file(&verify, line + 5);
    }
    if (!well_formed)
        fail("\"%s\" is damaged at: %s", argv[0], line);
    else if (verify.wrong > 0)
        printf("%u of %u files differ from what was stored or cannot be read.\n", verify.wrong,
               verify.files);
    else
        puts("What was read is what was stored; its space is free again.");
    failed = !well_formed || verify.wrong > 0;
    if (!failed)
        unlink(argv[0]);
    chi_buffer_free(&verify.buffer);
detach:
    chi_client_fini();
close_manifest:
    EVP_MD_CTX_free(verify.hash);
    free(line);
    fclose(manifest);
    return failed;
}

/* --- latency ---------------------------------------------------------------------------------- */

static int compare_ns(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int measure(const struct chimaera_MOD_NAME_client *demo, uint64_t *times, size_t count)
{
    char answer[32];
    for (size_t i = 0; i < WARM_UP + count; i++) {
        uint64_t start = now_ns();
        int rc = chimaera_MOD_NAME_custom(demo, chi_pool_query_local(), "ping", 1, answer,
                                          sizeof answer, NULL);
        uint64_t end = now_ns();
        if (rc < 0)
            return fail("task %zu failed: %s", i + 1, chi_last_error());
        if (i >= WARM_UP)
            times[i - WARM_UP] = end - start;
    }
    if (strcmp(answer, "ping_processed") != 0)
        return fail("the module answered \"%s\" to \"ping\"", answer);
    return 0;
}

static int run_latency(int argc, char **argv)
{
    static const struct {
        const char *name;
        double part;
        const char *meaning;
    } rows[] = {
        {"min", 0, "the fastest"},
        {"p50", 0.5, "half of them took no longer"},
        {"p90", 0.9, "9 of 10 took no longer"},
        {"p99", 0.99, "99 of 100"},
        {"p99.9", 0.999, "999 of 1000"},
        {"max", 1, "the slowest: as a rule the system ran something else in between"},
    };
    size_t count = DEFAULT_COUNT;
    if (argc > 1)
        return usage(stderr, 2);
    if (argc == 1) {
        char *end;
        count = strtoul(argv[0], &end, 10);
        if (*end != '\0' || count == 0 || count > 100000000)
            return fail("COUNT must be a number from 1 to 100000000, not \"%s\"", argv[0]);
    }
    uint64_t *times = calloc(count, sizeof *times);
    if (times == NULL)
        return fail("no memory for %zu times", count);
    struct chimaera_MOD_NAME_client demo = {0};
    int failed = attach();
    if (failed)
        goto free_times;
    if (chimaera_MOD_NAME_create(&demo, chi_pool_query_local(), DEMO_POOL, NULL) < 0)
        failed = fail("cannot open the pool \"" DEMO_POOL "\": %s", chi_last_error());
    else
        failed = measure(&demo, times, count);
    if (failed)
        goto detach;

    qsort(times, count, sizeof *times, compare_ns);
    printf(
        "%zu tasks, one after the other. Each takes a word to the module MOD_NAME in the daemon's\n"
        "process and brings its answer back; the time is what the caller waits.\n",
        count);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t rank = (size_t)(rows[i].part * (double)count);
        printf("%-6s %9.2f µs  %s\n", rows[i].name,
               (double)times[rank < count ? rank : count - 1] / 1000, rows[i].meaning);
    }
detach:
    chi_client_fini();
free_times:
    free(times);
    return failed;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    const char *command = argc > 1 ? argv[1] : "";
    if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0)
        return usage(stdout, 0);
    if (strcmp(command, "store") == 0)
        return run_store(argc - 2, argv + 2);
    if (strcmp(command, "verify") == 0)
        return run_verify(argc - 2, argv + 2);
    if (strcmp(command, "latency") == 0)
        return run_latency(argc - 2, argv + 2);
    return usage(stderr, 2);
}
