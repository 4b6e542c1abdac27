/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The gate: no more than io_depth operations of a device are with the system at a time. Those that
 * find it full queue by client, and clients take turns, so one with many waits no less than one
 * with few. Handlers of any worker enter; whoever sees an operation end leaves for it.
 */
#ifndef CHIMAERA_BDEV_GATE_H
#define CHIMAERA_BDEV_GATE_H

#include <pthread.h>
#include <stdint.h>

#define BDEV_GATE_QUEUES 256u /* clients beyond that share */

struct bdev_gate_waiter;

struct bdev_gate {
    pthread_mutex_t lock; /* for everything below; held for a few instructions */
    uint32_t depth;
    uint32_t inside;
    uint32_t most_inside;
    uint32_t waiting;
    struct bdev_gate_queue {
        struct bdev_gate_waiter *first, *last;
        struct bdev_gate_queue *next; /* whose turn it is after this one */
    } queues[BDEV_GATE_QUEUES];
    struct bdev_gate_queue *turn, *last_turn; /* those with waiters */
};

void bdev_gate_init(struct bdev_gate *gate, uint32_t depth);
void bdev_gate_fini(struct bdev_gate *gate);

/* Enters for one operation. May park the calling fiber. */
void bdev_gate_enter(struct bdev_gate *gate, uint32_t client);

/* An operation has ended. Any thread. */
void bdev_gate_leave(struct bdev_gate *gate);

#endif
