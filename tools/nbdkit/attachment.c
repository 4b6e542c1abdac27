/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The attachment of this process to a daemon, and the pool. There is one attachment at a time; each
 * has a number. A connection belongs to the attachment that it was opened with, and its requests
 * fail once there is another: data that was not flushed may be lost with the daemon, so the client
 * must notice and connect again.
 *
 * Lock: requests and opening connections hold it shared while they use the client library; a thread
 * that attaches holds it exclusively. After the daemon's death every wait ends within a second, so
 * that thread gets the lock. Writers are preferred, so that requests that fail at once cannot
 * starve it.
 */
#include "attachment.h"

#include <chimaera/chimaera.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>

#include "settings.h"

static struct {
    pthread_rwlock_t lock;
    bool attached;       /* this and the next: written with the exclusive lock */
    uint64_t attachment; /* number of the last attachment; 0: none yet */
    /* A RAM pool that was opened first: its content is lost with its daemon. */
    pthread_mutex_t memory_lock;
    bool is_memory;
    chi_pool_id_t memory_pool;
    uint64_t memory_attachment;
} g = {.lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP,
       .memory_lock = PTHREAD_MUTEX_INITIALIZER};

static int attach(void)
{
    int rc = 0;
    pthread_rwlock_rdlock(&g.lock);
    bool there = g.attached && chi_client_alive();
    pthread_rwlock_unlock(&g.lock);
    if (there)
        return 0;
    pthread_rwlock_wrlock(&g.lock);
    if (g.attached && !chi_client_alive()) {
        chi_client_fini();
        g.attached = false;
    }
    if (!g.attached)
        rc = chi_client_init();
    if (rc == 0 && !g.attached) {
        g.attached = true;
        g.attachment++;
    }
    pthread_rwlock_unlock(&g.lock);
    return rc;
}

void device_detach(void)
{
    pthread_rwlock_wrlock(&g.lock);
    if (g.attached)
        chi_client_fini();
    g.attached = false;
    g.is_memory = false; /* no connection is open */
    pthread_rwlock_unlock(&g.lock);
}

int device_enter(const struct device *device)
{
    pthread_rwlock_rdlock(&g.lock);
    if (g.attached && g.attachment == device->attachment)
        return 0;
    pthread_rwlock_unlock(&g.lock);
    return chi_error(CHI_ERUNTIME_DOWN, "the daemon of this connection has ended; reconnect");
}

void device_leave(void)
{
    pthread_rwlock_unlock(&g.lock);
}

static int memory_lost(void)
{
    return chi_error(-ESTALE,
                     "pool \"%s\" was memory, and its content is lost; restart nbdkit to export an "
                     "empty pool",
                     settings.pool);
}

/* Fails if a RAM pool was opened first and this attachment or, if not NULL, this pool is another
 * one. */
static int check_memory(uint64_t attachment, const chi_pool_id_t *pool)
{
    pthread_mutex_lock(&g.memory_lock);
    bool lost = g.is_memory && (attachment != g.memory_attachment ||
                                (pool != NULL && !chi_pool_id_equal(*pool, g.memory_pool)));
    pthread_mutex_unlock(&g.memory_lock);
    return lost ? memory_lost() : 0;
}

static void remember_memory(const struct device *device)
{
    pthread_mutex_lock(&g.memory_lock);
    if (device->stats.type == CHIMAERA_BDEV_TYPE_RAM && !g.is_memory) {
        g.is_memory = true;
        g.memory_attachment = device->attachment;
        g.memory_pool = device->client.base.pool_id;
    }
    pthread_mutex_unlock(&g.memory_lock);
}

static int open_or_create(struct chimaera_bdev_client *client)
{
    const struct chimaera_bdev_options options = {.mode = CHIMAERA_BDEV_MODE_RAW,
                                                  .engine = settings.engine};
    int rc = chimaera_bdev_open(client, chi_pool_query_local(), settings.pool);
    if (rc == CHI_ENOPOOL && settings.create)
        rc = chimaera_bdev_create(client, chi_pool_query_local(), settings.pool, settings.type,
                                  settings.size, settings.io_depth, 0, &options);
    return rc;
}

static int check_device(const struct chimaera_bdev_stats *stats)
{
    if (stats->mode != CHIMAERA_BDEV_MODE_RAW)
        return chi_error(-ENOTSUP,
                         "pool \"%s\" has mode blocks; only pools of mode raw can be exported",
                         settings.pool);
    if (settings.create && stats->type != settings.type)
        return chi_error(-EEXIST, "pool \"%s\" exists and is %s", settings.pool,
                         stats->type == CHIMAERA_BDEV_TYPE_RAM ? "memory" : "a file");
    if (settings.size != 0 && stats->total != settings.size)
        return chi_error(-EEXIST, "pool \"%s\" exists with %" PRIu64 " bytes, not %" PRIu64,
                         settings.pool, stats->total, settings.size);
    return stats->total <= INT64_MAX
               ? 0
               : chi_error(-EOVERFLOW, "pool \"%s\" is too large", settings.pool);
}

int device_connect(struct device *device)
{
    int rc = attach();
    if (rc < 0)
        return rc;
    pthread_rwlock_rdlock(&g.lock);
    device->attachment = g.attachment;
    device->query = chi_pool_query_direct_id(settings.container);
    rc = g.attached ? check_memory(g.attachment, NULL)
                    : chi_error(CHI_ERUNTIME_DOWN, "the daemon has ended");
    if (rc == 0)
        rc = open_or_create(&device->client);
    if (rc == 0)
        rc = check_memory(g.attachment, &device->client.base.pool_id);
    if (rc == 0)
        rc = chimaera_bdev_get_stats(&device->client, device->query, &device->stats);
    if (rc == 0)
        rc = check_device(&device->stats);
    if (rc == 0)
        remember_memory(device);
    pthread_rwlock_unlock(&g.lock);
    return rc;
}
