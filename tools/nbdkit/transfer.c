/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests of NBD clients, on the server's threads. nbdkit's memory is its own, so bytes are copied
 * once between it and a client buffer, which the daemon uses in place.
 *
 * A thread takes all the memory that its request needs at a time before it allocates any, so that
 * those who wait hold none. It waits for memory outside of device_enter(), and gives it back
 * whatever became of the request.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "device.h"

#define PIECE_MAX    ((uint64_t)4 << 20) /* bytes; a longer request goes piece by piece */
#define LANE_TRIES   1000
#define LANE_WAIT_NS 1000000

enum command { READ, WRITE, FLUSH, TRIM, ZERO };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    uint64_t used; /* of settings.memory */
} budget = {.lock = PTHREAD_MUTEX_INITIALIZER, .freed = PTHREAD_COND_INITIALIZER};

/* One that wants more than there is at all gets it when nobody else has any. */
static void take_memory(uint64_t size)
{
    pthread_mutex_lock(&budget.lock);
    while (budget.used > 0 && budget.used + size > settings.memory)
        pthread_cond_wait(&budget.freed, &budget.lock);
    budget.used += size;
    pthread_mutex_unlock(&budget.lock);
}

static void give_memory(uint64_t size)
{
    pthread_mutex_lock(&budget.lock);
    budget.used -= size;
    pthread_cond_broadcast(&budget.freed);
    pthread_mutex_unlock(&budget.lock);
}

static int call_once(const struct device *device, enum command command, uint64_t offset,
                     uint64_t size, const struct chi_buffer *buffer)
{
    switch (command) {
    case READ:
        return chimaera_bdev_raw_read(&device->client, device->query, offset, buffer);
    case WRITE:
        return chimaera_bdev_raw_write(&device->client, device->query, offset, buffer);
    case TRIM:
        return chimaera_bdev_raw_trim(&device->client, device->query, offset, size);
    case ZERO:
        return chimaera_bdev_raw_zero(&device->client, device->query, offset, size);
    case FLUSH:
        break;
    }
    return chimaera_bdev_flush(&device->client, device->query);
}

/* Where more threads than a lane has room for send at the same time, the later ones try again. */
static bool shall_try_again(int rc, int *tries)
{
    const struct timespec pause = {.tv_nsec = LANE_WAIT_NS};
    if (rc != -EAGAIN || ++*tries > LANE_TRIES)
        return false;
    nanosleep(&pause, NULL);
    return true;
}

static int call(const struct device *device, enum command command, uint64_t offset, uint64_t size,
                const struct chi_buffer *buffer)
{
    int rc, tries = 0;
    do
        rc = call_once(device, command, offset, size, buffer);
    while (shall_try_again(rc, &tries));
    return rc;
}

static int move_pieces(const struct device *device, enum command command, char *bytes,
                       uint64_t size, uint64_t offset)
{
    CHI_SCOPED_BUFFER(buffer);
    int rc = chi_buffer_alloc(size < PIECE_MAX ? size : PIECE_MAX, &buffer);
    for (uint64_t done = 0; rc == 0 && done < size;) {
        uint64_t here = size - done < buffer.size ? size - done : buffer.size;
        struct chi_buffer piece = chi_buffer_slice(&buffer, 0, here);
        if (command == WRITE)
            memcpy(chi_buffer_data(&piece), bytes + done, here);
        rc = call(device, command, offset + done, here, &piece);
        if (command == READ && rc == 0)
            memcpy(bytes + done, chi_buffer_data(&piece), here);
        done += here;
    }
    return rc;
}

static int move(const struct device *device, enum command command, char *bytes, uint64_t size,
                uint64_t offset)
{
    uint64_t memory = size < PIECE_MAX ? size : PIECE_MAX;
    take_memory(memory);
    int rc = device_enter(device);
    if (rc == 0) {
        rc = move_pieces(device, command, bytes, size, offset);
        device_leave();
    }
    give_memory(memory);
    return rc;
}

static int tell(const struct device *device, enum command command, uint64_t size, uint64_t offset)
{
    int rc = device_enter(device);
    if (rc < 0)
        return rc;
    rc = call(device, command, offset, size, NULL);
    device_leave();
    return rc;
}

int device_read(const struct device *device, void *bytes, uint64_t size, uint64_t offset)
{
    return move(device, READ, bytes, size, offset);
}

int device_write(const struct device *device, const void *bytes, uint64_t size, uint64_t offset)
{
    return move(device, WRITE, (char *)bytes, size, offset); /* only read from */
}

int device_flush(const struct device *device)
{
    return tell(device, FLUSH, 0, 0);
}

int device_trim(const struct device *device, uint64_t size, uint64_t offset)
{
    return tell(device, TRIM, size, offset);
}

int device_zero(const struct device *device, uint64_t size, uint64_t offset)
{
    return tell(device, ZERO, size, offset);
}

int device_extents(const struct device *device, uint64_t size, uint64_t offset,
                   struct chimaera_bdev_extent *extents, size_t *count)
{
    int rc = device_enter(device), tries = 0;
    if (rc < 0)
        return rc;
    do
        rc =
            chimaera_bdev_raw_extents(&device->client, device->query, offset, size, extents, count);
    while (shall_try_again(rc, &tries));
    device_leave();
    return rc;
}
