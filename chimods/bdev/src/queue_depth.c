/* SPDX-License-Identifier: BSD-3-Clause */
/* Queue depth. See queue_depth.h. A released place is handed to the next waiter directly, so an
 * operation that arrives later cannot take it. */
#include "queue_depth.h"

#include <chimaera/park.h>
#include <stddef.h>

struct bdev_queue_depth_waiter {
    struct chi_parking parking;
    struct bdev_queue_depth_waiter *next;
};

void bdev_queue_depth_init(struct bdev_queue_depth *depth, uint32_t limit)
{
    *depth = (struct bdev_queue_depth){.limit = limit};
    pthread_mutex_init(&depth->lock, NULL);
}

void bdev_queue_depth_fini(struct bdev_queue_depth *depth)
{
    pthread_mutex_destroy(&depth->lock);
}

/* Appends a client to the round-robin list. Lock held. */
static void append_client(struct bdev_queue_depth *depth, struct bdev_queue_depth_client *client)
{
    client->next = NULL;
    if (depth->head != NULL)
        depth->tail->next = client;
    else
        depth->head = client;
    depth->tail = client;
}

void bdev_queue_depth_acquire(struct bdev_queue_depth *depth, uint32_t number)
{
    struct bdev_queue_depth_client *client = &depth->clients[number % BDEV_QUEUE_DEPTH_CLIENTS];
    struct bdev_queue_depth_waiter waiter;

    pthread_mutex_lock(&depth->lock);
    if (depth->in_flight < depth->limit) {
        depth->in_flight++;
        if (depth->in_flight > depth->max_in_flight)
            depth->max_in_flight = depth->in_flight;
        pthread_mutex_unlock(&depth->lock);
        return;
    }
    chi_parking_init(&waiter.parking);
    waiter.next = NULL;
    if (client->first == NULL) {
        client->first = &waiter;
        append_client(depth, client);
    } else {
        client->last->next = &waiter;
    }
    client->last = &waiter;
    depth->waiting++;
    pthread_mutex_unlock(&depth->lock);
    chi_task_park(&waiter.parking);
}

void bdev_queue_depth_release(struct bdev_queue_depth *depth)
{
    struct bdev_queue_depth_waiter *waiter = NULL;

    pthread_mutex_lock(&depth->lock);
    struct bdev_queue_depth_client *client = depth->head;
    if (client != NULL) {
        waiter = client->first;
        client->first = waiter->next;
        depth->head = client->next;
        if (client->first != NULL)
            append_client(depth, client);
        depth->waiting--;
    } else {
        depth->in_flight--;
    }
    pthread_mutex_unlock(&depth->lock);
    if (waiter != NULL)
        chi_task_unpark(&waiter->parking, 0);
}
