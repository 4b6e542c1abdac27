/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interface between a device and the engines that carry out its operations, and the state that both
 * use. engine_table.c lists the engines and picks one; the rest of the module calls them through
 * this vtable only.
 */
#ifndef CHIMAERA_BDEV_ENGINE_H
#define CHIMAERA_BDEV_ENGINE_H

#include "queue_depth.h"
#include "range_lock.h"
#include <chimaera/bdev/bdev_tasks.h>
#include <stdatomic.h>

#define BDEV_ENGINES        3u /* values of enum chimaera_bdev_engine; 0 is RAM's */
#define BDEV_BOUNCES_CACHED 8u

struct bdev_device;
struct bdev_op;

struct bdev_engine {
    const char *name;
    enum chimaera_bdev_type type;     /* of the devices that it serves */
    enum chimaera_bdev_engine number; /* as create parameters and GetStats name it; RAM: 0 */

    /*
     * Allocates the engine's state for a device and stores it in device->state[number]. Runs in
     * Create. Returns 0 or a negative code: the engine cannot serve this device.
     */
    int (*start)(struct bdev_device *device);

    /* Frees the state. No operation is in flight. Runs in Create or Destroy; may park. */
    void (*stop)(struct bdev_device *device);

    /*
     * Starts an operation, and ends it by bdev_op_complete(), possibly before returning. Runs in
     * handlers; does not park.
     * Returns:
     *   0         accepted
     *   -ENOTSUP  not supported here; the device's fallback engine gets the operation
     *   other     not accepted; the operation ends with this code
     */
    int (*submit)(struct bdev_device *device, struct bdev_op *op);

    /*
     * Copies between the device and `memory` on the calling thread. NULL: the engine cannot; reads
     * and writes go through submit.
     */
    void (*copy)(struct bdev_device *device, uint64_t offset, uint8_t *memory, uint64_t size,
                 bool write);

    /* Adds the engine's own members to `stats`. May be NULL. Any thread. */
    void (*get_stats)(const struct bdev_device *device, struct chimaera_bdev_stats *stats);
};

struct bdev_device {
    int fd;               /* RAM: -1 */
    uint64_t size;        /* bytes of the device */
    uint32_t io_unit;     /* bytes; offset and size of an operation are multiples of it */
    uint32_t memory_unit; /* bytes; the memory of an operation is aligned to it */
    bool direct;          /* O_DIRECT is set */
    struct bdev_queue_depth queue_depth;
    struct bdev_range_locks range_locks;

    _Atomic(const struct bdev_engine *)
        engine;                         /* gets new operations; relaxed: any value will do */
    const struct bdev_engine *fallback; /* gets what `engine` does not support; or NULL */
    void *state[BDEV_ENGINES];          /* of each engine that was started, by number */

    pthread_mutex_t lock; /* for the next two, and for engines that change their state */
    void *bounces[BDEV_BOUNCES_CACHED];
    uint32_t bounce_count;

    /* Counters for GetStats; relaxed. */
    _Atomic(uint64_t) operations, registered_operations, submissions;
    _Atomic(uint64_t) bytes_in_place, bytes_bounced;
};

#endif
