/* SPDX-License-Identifier: BSD-3-Clause */
/* The gate. See gate.h. Whoever leaves hands its place to the waiter whose turn it is, so nobody
 * who comes new can take it from those who wait. */
#include "gate.h"

#include <chimaera/park.h>
#include <stddef.h>

struct bdev_gate_waiter {
    struct chi_parking parking;
    struct bdev_gate_waiter *next;
};

void bdev_gate_init(struct bdev_gate *gate, uint32_t depth)
{
    *gate = (struct bdev_gate){.depth = depth};
    pthread_mutex_init(&gate->lock, NULL);
}

void bdev_gate_fini(struct bdev_gate *gate)
{
    pthread_mutex_destroy(&gate->lock);
}

static void take_turn(struct bdev_gate *gate, struct bdev_gate_queue *queue)
{
    queue->next = NULL;
    if (gate->turn != NULL)
        gate->last_turn->next = queue;
    else
        gate->turn = queue;
    gate->last_turn = queue;
}

void bdev_gate_enter(struct bdev_gate *gate, uint32_t client)
{
    struct bdev_gate_queue *queue = &gate->queues[client % BDEV_GATE_QUEUES];
    struct bdev_gate_waiter waiter;

    pthread_mutex_lock(&gate->lock);
    if (gate->inside < gate->depth) {
        gate->inside++;
        if (gate->inside > gate->most_inside)
            gate->most_inside = gate->inside;
        pthread_mutex_unlock(&gate->lock);
        return;
    }
    chi_parking_init(&waiter.parking);
    waiter.next = NULL;
    if (queue->first == NULL) {
        queue->first = &waiter;
        take_turn(gate, queue);
    } else {
        queue->last->next = &waiter;
    }
    queue->last = &waiter;
    gate->waiting++;
    pthread_mutex_unlock(&gate->lock);
    chi_task_park(&waiter.parking);
}

void bdev_gate_leave(struct bdev_gate *gate)
{
    struct bdev_gate_waiter *waiter = NULL;

    pthread_mutex_lock(&gate->lock);
    struct bdev_gate_queue *queue = gate->turn;
    if (queue != NULL) {
        waiter = queue->first;
        queue->first = waiter->next;
        gate->turn = queue->next;
        if (queue->first != NULL)
            take_turn(gate, queue);
        gate->waiting--;
    } else {
        gate->inside--;
    }
    pthread_mutex_unlock(&gate->lock);
    if (waiter != NULL)
        chi_task_unpark(&waiter->parking, 0);
}
