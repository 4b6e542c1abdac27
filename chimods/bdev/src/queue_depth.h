/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queue depth: at most `limit` (io_depth) operations of a device are in flight at a time. An
 * operation that finds the queue full waits in its client's FIFO; the clients are served round
 * robin, so a client with many operations does not delay one with few. Any thread.
 */
#ifndef CHIMAERA_BDEV_QUEUE_DEPTH_H
#define CHIMAERA_BDEV_QUEUE_DEPTH_H

#include <pthread.h>
#include <stdint.h>

#define BDEV_QUEUE_DEPTH_CLIENTS 256u /* FIFOs; clients beyond that share one */

struct bdev_queue_depth_waiter;

struct bdev_queue_depth {
    pthread_mutex_t lock; /* protects everything below; held for a few instructions */
    uint32_t limit;
    uint32_t in_flight;
    uint32_t max_in_flight; /* highest value so far */
    uint32_t waiting;
    struct bdev_queue_depth_client {
        struct bdev_queue_depth_waiter *first, *last;
        struct bdev_queue_depth_client *next; /* in round-robin order */
    } clients[BDEV_QUEUE_DEPTH_CLIENTS];
    struct bdev_queue_depth_client *head, *tail; /* clients with waiters, in round-robin order */
};

void bdev_queue_depth_init(struct bdev_queue_depth *depth, uint32_t limit);
void bdev_queue_depth_fini(struct bdev_queue_depth *depth);

/* Acquires a place for one operation of `client`. Parks the calling fiber while the queue is full.
 * Handlers. */
void bdev_queue_depth_acquire(struct bdev_queue_depth *depth, uint32_t client);

/* Releases the place of an operation that has ended. Any thread. */
void bdev_queue_depth_release(struct bdev_queue_depth *depth);

#endif
