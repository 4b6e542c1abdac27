/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * This process has one attachment at a time; each has a number. A request is of the attachment that
 * its connection was opened with, and fails once there is another: what the device held or was
 * promised may be gone with the daemon, so a client must see that and connect again.
 *
 * The lock: requests and opening connections share it while they are inside the client library;
 * whoever attaches anew has it alone. A dead daemon ends every wait within a second, so that one
 * gets it; it is preferred to those who come after it, so that requests that fail at once cannot
 * keep it out.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>

#include "device.h"

static struct {
    pthread_rwlock_t lock;
    bool attached;       /* and below: changed by who has the lock alone */
    uint64_t attachment; /* number of the last one; 0: there was none */
    /* Of memory only: which pool it was at first. Its content cannot come back. */
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
    g.is_memory = false; /* nobody has used it yet, or will again */
    pthread_rwlock_unlock(&g.lock);
}

int device_enter(const struct device *device)
{
    pthread_rwlock_rdlock(&g.lock);
    if (g.attached && g.attachment == device->attachment)
        return 0;
    pthread_rwlock_unlock(&g.lock);
    return chi_error(CHI_ERUNTIME_DOWN, "the daemon of this connection is gone; connect again");
}

void device_leave(void)
{
    pthread_rwlock_unlock(&g.lock);
}

static int refuse_memory(void)
{
    return chi_error(-ESTALE,
                     "pool \"%s\" was memory, and is gone with what it held; start nbdkit again to "
                     "export an empty one",
                     settings.pool);
}

/* Whether an attachment, and where `pool` is not NULL a pool, is another one than at first. */
static int check_memory(uint64_t attachment, const chi_pool_id_t *pool)
{
    pthread_mutex_lock(&g.memory_lock);
    bool lost = g.is_memory && (attachment != g.memory_attachment ||
                                (pool != NULL && !chi_pool_id_equal(*pool, g.memory_pool)));
    pthread_mutex_unlock(&g.memory_lock);
    return lost ? refuse_memory() : 0;
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
                         "pool \"%s\" is of mode blocks; only one of mode raw can be exported",
                         settings.pool);
    if (settings.create && stats->type != settings.type)
        return chi_error(-EEXIST, "pool \"%s\" is there, and is %s", settings.pool,
                         stats->type == CHIMAERA_BDEV_TYPE_RAM ? "memory" : "a file");
    if (settings.size != 0 && stats->total != settings.size)
        return chi_error(-EEXIST, "pool \"%s\" is there with %" PRIu64 " bytes, not %" PRIu64,
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
                    : chi_error(CHI_ERUNTIME_DOWN, "the daemon is gone again");
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
