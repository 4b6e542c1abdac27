/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices and their bounce buffers. See device.h. */
#include "device.h"

#include "engine_table.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef STATX_DIOALIGN /* Linux 6.1 */
#define STATX_DIOALIGN 0x2000u
#endif
#define DIO_ALIGN_FALLBACK 4096u

/* ---- bounce buffers */

void *bdev_bounce_acquire(struct bdev_device *device)
{
    void *bounce = NULL;
    pthread_mutex_lock(&device->lock);
    if (device->bounce_count > 0)
        bounce = device->bounces[--device->bounce_count];
    pthread_mutex_unlock(&device->lock);
    return bounce != NULL ? bounce : aligned_alloc(DIO_ALIGN_FALLBACK, BDEV_BOUNCE_SIZE);
}

void bdev_bounce_release(struct bdev_device *device, void *bounce)
{
    pthread_mutex_lock(&device->lock);
    if (device->bounce_count < BDEV_BOUNCES_CACHED) {
        device->bounces[device->bounce_count++] = bounce;
        bounce = NULL;
    }
    pthread_mutex_unlock(&device->lock);
    free(bounce);
}

/* ---- init and fini */

/* Finds the alignment that direct I/O needs; 1 for I/O through the page cache. */
static void find_alignment(struct bdev_device *device)
{
    struct statx info = {0};
    uint32_t words[2] = {0, 0};

    device->io_unit = device->memory_unit = 1;
    if (!device->direct)
        return;
    device->io_unit = device->memory_unit = DIO_ALIGN_FALLBACK;
    if (statx(device->fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &info) < 0 ||
        (info.stx_mask & STATX_DIOALIGN) == 0)
        return;
    /* stx_dio_mem_align and stx_dio_offset_align, which older headers do not name. */
    memcpy(words, (const char *)&info + 0x98, sizeof words);
    if (words[0] > 0 && words[0] <= DIO_ALIGN_FALLBACK && words[1] > 0 &&
        words[1] <= DIO_ALIGN_FALLBACK) {
        device->memory_unit = words[0];
        device->io_unit = words[1];
    }
}

static int start(struct bdev_device *device, enum chimaera_bdev_type type, uint32_t io_depth,
                 enum chimaera_bdev_engine engine)
{
    pthread_mutex_init(&device->lock, NULL);
    bdev_queue_depth_init(&device->queue_depth, io_depth);
    bdev_range_locks_init(&device->range_locks);
    int rc = bdev_engines_start(device, type, engine);
    if (rc < 0) {
        bdev_range_locks_fini(&device->range_locks);
        bdev_queue_depth_fini(&device->queue_depth);
        pthread_mutex_destroy(&device->lock);
    }
    return rc;
}

int bdev_device_init_file(struct bdev_device *device, int fd, uint64_t size, uint32_t io_depth,
                          enum chimaera_bdev_engine engine)
{
    *device = (struct bdev_device){
        .fd = fd, .size = size, .direct = (fcntl(fd, F_GETFL) & O_DIRECT) != 0};
    find_alignment(device);
    if (size % device->io_unit != 0) { /* direct I/O cannot reach the last bytes */
        if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_DIRECT) < 0)
            return -errno;
        device->direct = false;
        find_alignment(device);
    }
    return start(device, CHIMAERA_BDEV_TYPE_FILE, io_depth, engine);
}

int bdev_device_init_ram(struct bdev_device *device, uint64_t size, uint32_t io_depth)
{
    *device = (struct bdev_device){.fd = -1, .size = size, .io_unit = 1, .memory_unit = 1};
    return start(device, CHIMAERA_BDEV_TYPE_RAM, io_depth, CHIMAERA_BDEV_ENGINE_AUTO);
}

void bdev_device_fini(struct bdev_device *device)
{
    bdev_engines_stop(device);
    while (device->bounce_count > 0)
        free(device->bounces[--device->bounce_count]);
    bdev_range_locks_fini(&device->range_locks);
    bdev_queue_depth_fini(&device->queue_depth);
    pthread_mutex_destroy(&device->lock);
    if (device->fd < 0)
        return;
    flock(device->fd, LOCK_UN); /* the kernel may still hold the file for a ring being freed */
    close(device->fd);
}

bool bdev_device_copies(const struct bdev_device *device)
{
    return atomic_load_explicit(&device->engine, memory_order_relaxed)->copy != NULL;
}

void bdev_device_get_stats(struct bdev_device *device, struct chimaera_bdev_stats *stats)
{
    stats->engine = (uint32_t)atomic_load_explicit(&device->engine, memory_order_relaxed)->number;
    stats->direct = device->direct;
    stats->io_unit = device->io_unit;
    stats->memory_unit = device->memory_unit;
    stats->registered_operations =
        atomic_load_explicit(&device->registered_operations, memory_order_relaxed);
    stats->operations = atomic_load_explicit(&device->operations, memory_order_relaxed);
    stats->submissions = atomic_load_explicit(&device->submissions, memory_order_relaxed);
    stats->bytes_in_place = atomic_load_explicit(&device->bytes_in_place, memory_order_relaxed);
    stats->bytes_bounced = atomic_load_explicit(&device->bytes_bounced, memory_order_relaxed);
    bdev_engines_get_stats(device, stats);
    pthread_mutex_lock(&device->queue_depth.lock);
    stats->in_flight = device->queue_depth.in_flight;
    stats->most_in_flight = device->queue_depth.max_in_flight;
    stats->waiting = device->queue_depth.waiting;
    pthread_mutex_unlock(&device->queue_depth.lock);
}
