/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plugin for nbdkit that exports a bdev pool of mode raw as a network block device. nbdkit calls
 * the configuration on one thread, and then each request of any connection on one of its threads.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "attachment.h"
#include "settings.h"
#include "transfer.h"
#include <chimaera/chimaera.h>

#define NBDKIT_API_VERSION 2
#include <nbdkit-plugin.h>

#define THREAD_MODEL NBDKIT_THREAD_MODEL_PARALLEL

#define HINT_PREFERRED 4096u
#define HINT_MAXIMUM   (32u << 20)

#define EXTENTS_CALLS 16 /* calls of the daemon for one request */

/* ---- connections */

static int connect_device(struct device *device)
{
    int rc = device_connect(device);
    if (rc < 0)
        nbdkit_error("%s", chi_last_error());
    return rc < 0 ? -1 : 0;
}

/*
 * Opens the pool once before the server forks into the background, so that errors reach the
 * terminal. An attachment does not survive the fork; connections attach when they open.
 */
static int get_ready(void)
{
    struct device device = {0};
    int rc = connect_device(&device);
    device_detach();
    return rc;
}

static void *open_connection(int readonly)
{
    (void)readonly; /* the server refuses writes */
    struct device *device = calloc(1, sizeof(*device));
    if (device == NULL) {
        nbdkit_error("out of memory");
        return NULL;
    }
    if (connect_device(device) < 0) {
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
    return nbdkit_printf_intern("Chimaera pool %s, %s", settings.pool,
                                device->stats.type == CHIMAERA_BDEV_TYPE_RAM ? "in memory"
                                                                             : "a file");
}

static int64_t get_size(void *handle)
{
    const struct device *device = handle;
    return (int64_t)device->stats.total;
}

/* A flush covers the writes of all connections, and the plugin caches nothing. */
static int can_multi_conn(void *handle)
{
    (void)handle;
    return 1;
}

/* The server emulates FUA by a write and a flush; the pool has nothing faster. */
static int can_fua(void *handle)
{
    (void)handle;
    return NBDKIT_FUA_EMULATE;
}

static int block_size(void *handle, uint32_t *minimum, uint32_t *preferred, uint32_t *maximum)
{
    const struct device *device = handle;
    *minimum = 1; /* the pool handles parts of sectors */
    *preferred = HINT_PREFERRED;
    if (device->stats.io_unit > *preferred && device->stats.io_unit <= HINT_MAXIMUM)
        *preferred = device->stats.io_unit;
    *maximum = HINT_MAXIMUM;
    return 0;
}

/* ---- requests */

/* Reports a result to nbdkit. NBD has few error codes; others are reported as EIO, not EINVAL. */
static int reply(int rc)
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
    return reply(device_read(handle, bytes, count, offset));
}

static int write_request(void *handle, const void *bytes, uint32_t count, uint64_t offset,
                         uint32_t flags)
{
    (void)flags;
    return reply(device_write(handle, bytes, count, offset));
}

static int flush_request(void *handle, uint32_t flags)
{
    (void)flags;
    return reply(device_flush(handle));
}

static int trim_request(void *handle, uint32_t count, uint64_t offset, uint32_t flags)
{
    (void)flags;
    return reply(device_trim(handle, count, offset));
}

static int zero_request(void *handle, uint32_t count, uint64_t offset, uint32_t flags)
{
    (void)flags; /* a hole or written zeros, as the system chooses */
    return reply(device_zero(handle, count, offset));
}

/* With REQ_ONE the first extent suffices. Otherwise the list may end before the range does; the
 * client then asks again. */
static int extents_request(void *handle, uint32_t count, uint64_t offset, uint32_t flags,
                           struct nbdkit_extents *list)
{
    struct chimaera_bdev_extent found[CHIMAERA_BDEV_EXTENTS_MAX];
    uint64_t end = offset + count;
    bool one = (flags & NBDKIT_FLAG_REQ_ONE) != 0;

    for (int i = 0; offset < end && i < (one ? 1 : EXTENTS_CALLS); i++) {
        size_t got = one ? 1 : CHIMAERA_BDEV_EXTENTS_MAX;
        if (reply(device_extents(handle, end - offset, offset, found, &got)) < 0)
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
    .description = "Exports a bdev pool of a Chimaera daemon.",
    .magic_config_key = "pool",
    .config_help = settings_help,
    .config = settings_set,
    .config_complete = settings_check,
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
