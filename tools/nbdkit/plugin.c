/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A plugin for nbdkit that exports a bdev pool of mode raw as a network block device. nbdkit calls
 * it: the configuration from one thread, then each request of any connection on a thread of the
 * server's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "device.h"

#define NBDKIT_API_VERSION 2
#include <nbdkit-plugin.h>

#define THREAD_MODEL NBDKIT_THREAD_MODEL_PARALLEL

#define DEFAULT_MEMORY ((uint64_t)64 << 20)
#define HINT_PREFERRED 4096u
#define HINT_MAXIMUM   (32u << 20)

#define EXTENTS_ANSWERS 16 /* of the daemon that one request for extents collects */

struct settings settings = {.memory = DEFAULT_MEMORY};

/* ---- configuration */

static int set_name(const char *key, const char *value)
{
    if (*value == '\0') {
        nbdkit_error("%s must not be empty", key);
        return -1;
    }
    settings.pool = nbdkit_strdup_intern(value);
    return settings.pool != NULL ? 0 : -1;
}

static int set_instance(const char *key, const char *value)
{
    (void)key;
    return setenv("CHI_INSTANCE", value, 1);
}

static int set_socket_dir(const char *key, const char *value)
{
    (void)key;
    char *path = nbdkit_absolute_path(value); /* the server may change its folder */
    int rc = path != NULL ? setenv("CHI_SOCKET_DIR", path, 1) : -1;
    free(path);
    return rc;
}

static int set_container(const char *key, const char *value)
{
    return nbdkit_parse_uint32_t(key, value, &settings.container);
}

/* One of the names, or an error that tells them. */
static int choose(const char *key, const char *value, const char *const *names)
{
    struct chi_nearest nearest = {.word = value};
    char hint[CHI_NEAREST_HINT_SIZE];
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(value, names[i]) == 0)
            return i;
        chi_nearest_offer(&nearest, names[i]);
    }
    nbdkit_error("%s=%s: there is no such %s%s", key, value, key, chi_nearest_hint(&nearest, hint));
    return -1;
}

static int set_create(const char *key, const char *value)
{
    static const char *const names[] = {"file", "ram", NULL};
    int choice = choose(key, value, names);
    settings.create = true;
    settings.type = choice == 1 ? CHIMAERA_BDEV_TYPE_RAM : CHIMAERA_BDEV_TYPE_FILE;
    return choice < 0 ? -1 : 0;
}

static int set_engine(const char *key, const char *value)
{
    static const char *const names[] = {"auto", "uring", "threads", NULL};
    int choice = choose(key, value, names);
    settings.engine = choice < 0 ? CHIMAERA_BDEV_ENGINE_AUTO : (enum chimaera_bdev_engine)choice;
    return choice < 0 ? -1 : 0;
}

static int set_io_depth(const char *key, const char *value)
{
    return nbdkit_parse_uint32_t(key, value, &settings.io_depth);
}

static int set_bytes(const char *key, const char *value, uint64_t *bytes)
{
    if (chi_text_size(value, bytes) == 0 && *bytes > 0)
        return 0;
    nbdkit_error("%s=%s: a number of bytes was expected, such as 67108864 or 64MB", key, value);
    return -1;
}

static int set_size(const char *key, const char *value)
{
    return set_bytes(key, value, &settings.size);
}

static int set_memory(const char *key, const char *value)
{
    return set_bytes(key, value, &settings.memory);
}

static const struct {
    const char *name;
    int (*set)(const char *key, const char *value);
} keys[] = {
    {"pool", set_name},     {"instance", set_instance},   {"socket-dir", set_socket_dir},
    {"size", set_size},     {"container", set_container}, {"memory", set_memory},
    {"create", set_create}, {"engine", set_engine},       {"io-depth", set_io_depth},
};

static int config(const char *key, const char *value)
{
    struct chi_nearest nearest = {.word = key};
    char hint[CHI_NEAREST_HINT_SIZE];
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(key, keys[i].name) == 0)
            return keys[i].set(key, value);
        chi_nearest_offer(&nearest, keys[i].name);
    }
    nbdkit_error("there is no parameter \"%s\"%s", key, chi_nearest_hint(&nearest, hint));
    return -1;
}

static int config_complete(void)
{
    const char *wrong = NULL;
    if (settings.pool == NULL)
        wrong = "pool=NAME is missing: the bdev pool to export";
    else if (settings.create && settings.type == CHIMAERA_BDEV_TYPE_RAM && settings.size == 0)
        wrong = "create=ram needs size=SIZE";
    else if (!settings.create &&
             (settings.engine != CHIMAERA_BDEV_ENGINE_AUTO || settings.io_depth != 0))
        wrong = "engine and io-depth are for a pool that is made; give create=file, too";
    if (wrong != NULL)
        nbdkit_error("%s", wrong);
    return wrong != NULL ? -1 : 0;
}

#define CONFIG_HELP                                                                                \
    "[pool=]NAME      (required) the bdev pool, of mode raw, to export\n"                          \
    "instance=NAME    the daemon (default: CHI_INSTANCE, else this user's)\n"                      \
    "socket-dir=DIR   the folder of its socket (default: CHI_SOCKET_DIR, ...)\n"                   \
    "create=file|ram  make the pool where it is missing; a file's name is its path\n"              \
    "size=SIZE        how large, such as 64MB; one that is there must have it\n"                   \
    "engine=ENGINE    of a file that is made: auto, uring or threads\n"                            \
    "io-depth=N       of a file that is made: operations in flight, 32\n"                          \
    "container=N      which device of a pool with several containers, 0\n"                         \
    "memory=SIZE      shared memory that requests use at a time, 64MB"

/* ---- life */

static int connect_or_say(struct device *device)
{
    int rc = device_connect(device);
    if (rc < 0)
        nbdkit_error("%s", chi_last_error());
    return rc < 0 ? -1 : 0;
}

/*
 * Before the server goes to the background, so that a mistake is told to whoever started it. What
 * is attached here would not survive the fork; each connection sees to it that there is an
 * attachment.
 */
static int get_ready(void)
{
    struct device device = {0};
    int rc = connect_or_say(&device);
    device_detach();
    return rc;
}

static void *open_connection(int readonly)
{
    (void)readonly; /* the server refuses what would write */
    struct device *device = calloc(1, sizeof(*device));
    if (device == NULL) {
        nbdkit_error("out of memory");
        return NULL;
    }
    if (connect_or_say(device) < 0) {
        free(device);
        return NULL;
    }
    return device;
}

static void dump_plugin(void)
{
    printf("chimaera_version=%s\n", CHI_VERSION);
}

static const char *export_description(void *handle)
{
    const struct device *device = handle;
    return nbdkit_printf_intern("Chimaera pool %s, a %s", settings.pool,
                                device->stats.type == CHIMAERA_BDEV_TYPE_RAM ? "disk in memory"
                                                                             : "file");
}

static int64_t get_size(void *handle)
{
    const struct device *device = handle;
    return (int64_t)device->stats.total;
}

/* Flush is for all that was done before it by anybody, and nothing is kept here. */
static int can_multi_conn(void *handle)
{
    (void)handle;
    return 1;
}

/* A write and then a flush, which is all that there is to be done: the server does it. */
static int can_fua(void *handle)
{
    (void)handle;
    return NBDKIT_FUA_EMULATE;
}

static int block_size(void *handle, uint32_t *minimum, uint32_t *preferred, uint32_t *maximum)
{
    const struct device *device = handle;
    *minimum = 1; /* parts of sectors are read, changed and written by the pool */
    *preferred = HINT_PREFERRED;
    if (device->stats.io_unit > *preferred && device->stats.io_unit <= HINT_MAXIMUM)
        *preferred = device->stats.io_unit;
    *maximum = HINT_MAXIMUM;
    return 0;
}

/* ---- requests */

/* NBD knows few errors; what it does not know must not look like the client's mistake. */
static int answer(int rc)
{
    if (rc == 0)
        return 0;
    nbdkit_error("%s", chi_last_error());
    switch (rc) {
    case CHI_ERUNTIME_DOWN:
    case CHI_ENOTATTACHED:
    case CHI_ESTOPPING:
    case CHI_ENOPOOL:
        nbdkit_set_error(ESHUTDOWN);
        break;
    case -ENOMEM:
    case -ENOSPC:
    case -EDQUOT:
    case -EFBIG:
    case -EPERM:
    case -EROFS:
        nbdkit_set_error(-rc);
        break;
    default:
        nbdkit_set_error(EIO);
    }
    return -1;
}

static int read_request(void *handle, void *bytes, uint32_t count, uint64_t offset, uint32_t flags)
{
    (void)flags;
    return answer(device_read(handle, bytes, count, offset));
}

static int write_request(void *handle, const void *bytes, uint32_t count, uint64_t offset,
                         uint32_t flags)
{
    (void)flags;
    return answer(device_write(handle, bytes, count, offset));
}

static int flush_request(void *handle, uint32_t flags)
{
    (void)flags;
    return answer(device_flush(handle));
}

static int trim_request(void *handle, uint32_t count, uint64_t offset, uint32_t flags)
{
    (void)flags;
    return answer(device_trim(handle, count, offset));
}

static int zero_request(void *handle, uint32_t count, uint64_t offset, uint32_t flags)
{
    (void)flags; /* what the system does may leave a hole or not; both are zeros */
    return answer(device_zero(handle, count, offset));
}

/* With REQ_ONE the first extent will do; else what is missing after some answers is asked for again
 * by the client. */
static int extents_request(void *handle, uint32_t count, uint64_t offset, uint32_t flags,
                           struct nbdkit_extents *list)
{
    struct chimaera_bdev_extent found[CHIMAERA_BDEV_EXTENTS_MAX];
    uint64_t end = offset + count;
    bool one = (flags & NBDKIT_FLAG_REQ_ONE) != 0;

    for (int i = 0; offset < end && i < (one ? 1 : EXTENTS_ANSWERS); i++) {
        size_t got = one ? 1 : CHIMAERA_BDEV_EXTENTS_MAX;
        if (answer(device_extents(handle, end - offset, offset, found, &got)) < 0)
            return -1;
        for (size_t n = 0; n < got; n++) {
            bool hole = (found[n].flags & CHIMAERA_BDEV_EXTENT_HOLE) != 0;
            if (nbdkit_add_extent(list, found[n].offset, found[n].size,
                                  hole ? NBDKIT_EXTENT_HOLE | NBDKIT_EXTENT_ZERO : 0) < 0)
                return -1;
            offset = found[n].offset + found[n].size;
        }
    }
    return 0;
}

static struct nbdkit_plugin plugin = {
    .name = "chimaera",
    .longname = "Chimaera bdev pools",
    .version = CHI_VERSION,
    .description = "Exports a bdev pool of the Chimaera daemon.",
    .magic_config_key = "pool",
    .config_help = CONFIG_HELP,
    .config = config,
    .config_complete = config_complete,
    .dump_plugin = dump_plugin,
    .get_ready = get_ready,
    .cleanup = device_detach,
    .open = open_connection,
    .close = free,
    .export_description = export_description,
    .get_size = get_size,
    .can_multi_conn = can_multi_conn,
    .can_fua = can_fua,
    .block_size = block_size,
    .pread = read_request,
    .pwrite = write_request,
    .flush = flush_request,
    .trim = trim_request,
    .zero = zero_request,
    .extents = extents_request,
};

/* What the macro defines; the header does not declare it. */
extern NBDKIT_DLL_PUBLIC struct nbdkit_plugin *plugin_init(void);
NBDKIT_REGISTER_PLUGIN(plugin)
