/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests of NBD clients, on nbdkit's threads. The data is copied once between nbdkit's memory and
 * a client buffer, which the daemon uses in place.
 *
 * All buffers together are limited to settings.memory. A request acquires its share before it
 * allocates, so that a waiting request holds none; it waits before device_enter(), and releases the
 * share after success and failure alike.
 */
#include "transfer.h"

#include <chimaera/chimaera.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "attachment.h"
#include "settings.h"

#define PIECE_MAX     ((uint64_t)4 << 20) /* bytes; longer requests are split */
#define RETRY_MAX     1000
#define RETRY_WAIT_NS 1000000

enum command { READ, WRITE, FLUSH, TRIM, ZERO };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t released;
    uint64_t used; /* bytes, of settings.memory */
} budget = {.lock = PTHREAD_MUTEX_INITIALIZER, .released = PTHREAD_COND_INITIALIZER};

/* Blocks until the share is available. A share larger than the limit is granted when no other is
 * in use. */
static void memory_acquire(uint64_t size)
{
    pthread_mutex_lock(&budget.lock);
    while (budget.used > 0 && budget.used + size > settings.memory)
        pthread_cond_wait(&budget.released, &budget.lock);
    budget.used += size;
    pthread_mutex_unlock(&budget.lock);
}

static void memory_release(uint64_t size)
{
    pthread_mutex_lock(&budget.lock);
    budget.used -= size;
    pthread_cond_broadcast(&budget.released);
    pthread_mutex_unlock(&budget.lock);
}

/* Sends one task and waits for it. */
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

/* Whether to retry: -EAGAIN means that the lane to the daemon is full. Sleeps before a retry. */
static bool should_retry(int rc, int *retries)
{
    const struct timespec pause = {.tv_nsec = RETRY_WAIT_NS};
    if (rc != -EAGAIN || ++*retries > RETRY_MAX)
        return false;
    nanosleep(&pause, NULL);
    return true;
}

static int call(const struct device *device, enum command command, uint64_t offset, uint64_t size,
                const struct chi_buffer *buffer)
{
    int rc, retries = 0;
    do
        rc = call_once(device, command, offset, size, buffer);
    while (should_retry(rc, &retries));
    return rc;
}

static int transfer_pieces(const struct device *device, enum command command, char *bytes,
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

static int transfer(const struct device *device, enum command command, char *bytes, uint64_t size,
                    uint64_t offset)
{
    uint64_t memory = size < PIECE_MAX ? size : PIECE_MAX;
    memory_acquire(memory);
    int rc = device_enter(device);
    if (rc == 0) {
        rc = transfer_pieces(device, command, bytes, size, offset);
        device_leave();
    }
    memory_release(memory);
    return rc;
}

/* Runs a command without data. */
static int run_command(const struct device *device, enum command command, uint64_t size,
                       uint64_t offset)
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
    return transfer(device, READ, bytes, size, offset);
}

int device_write(const struct device *device, const void *bytes, uint64_t size, uint64_t offset)
{
    return transfer(device, WRITE, (char *)bytes, size, offset); /* not written to */
}

int device_flush(const struct device *device)
{
    return run_command(device, FLUSH, 0, 0);
}

int device_trim(const struct device *device, uint64_t size, uint64_t offset)
{
    return run_command(device, TRIM, size, offset);
}

int device_zero(const struct device *device, uint64_t size, uint64_t offset)
{
    return run_command(device, ZERO, size, offset);
}

int device_extents(const struct device *device, uint64_t size, uint64_t offset,
                   struct chimaera_bdev_extent *extents, size_t *count)
{
    int rc = device_enter(device), retries = 0;
    if (rc < 0)
        return rc;
    do
        rc =
            chimaera_bdev_raw_extents(&device->client, device->query, offset, size, extents, count);
    while (should_retry(rc, &retries));
    device_leave();
    return rc;
}
