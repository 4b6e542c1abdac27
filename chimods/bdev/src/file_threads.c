/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine of plain system calls: a few threads that take operations from one list and carry
 * them out with pread and pwrite. Where io_uring is not to be had, or not wanted.
 */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS_MAX 16u

struct bdev_threads {
    struct bdev_device *device;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct bdev_op *first, *last;
    bool stop;
    uint32_t count;
    pthread_t ids[THREADS_MAX];
};

static int carry_out(struct bdev_device *device, struct bdev_op *op)
{
    int rc = 0;
    int64_t result = 0;
    do {
        switch (op->kind) {
        case BDEV_OP_READ:
            result = pread(device->fd, op->memory, op->size, (off_t)op->offset);
            break;
        case BDEV_OP_WRITE:
            result = pwrite(device->fd, op->memory, op->size, (off_t)op->offset);
            break;
        case BDEV_OP_FLUSH:
            result = fdatasync(device->fd);
            break;
        case BDEV_OP_PUNCH:
            result = fallocate(device->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                               (off_t)op->offset, (off_t)op->size);
            break;
        case BDEV_OP_ZERO:
            result =
                fallocate(device->fd, FALLOC_FL_ZERO_RANGE, (off_t)op->offset, (off_t)op->size);
            break;
        case BDEV_OP_EXTENTS:
            return bdev_extents_seek(op->extents, device->fd);
        }
        if (result < 0)
            result = -errno;
    } while (!bdev_op_advance(op, result, &rc));
    return rc;
}

static void *serve(void *argument)
{
    struct bdev_threads *threads = argument;

    pthread_mutex_lock(&threads->lock);
    for (;;) {
        while (threads->first == NULL && !threads->stop)
            pthread_cond_wait(&threads->work, &threads->lock);
        struct bdev_op *op = threads->first;
        if (op == NULL)
            break;
        threads->first = op->next;
        pthread_mutex_unlock(&threads->lock);
        atomic_fetch_add_explicit(&threads->device->submissions, 1, memory_order_relaxed);
        bdev_op_end(threads->device, op, carry_out(threads->device, op));
        pthread_mutex_lock(&threads->lock);
    }
    pthread_mutex_unlock(&threads->lock);
    return NULL;
}

static int begin_threads(struct bdev_device *device, struct bdev_threads **out)
{
    struct bdev_threads *threads = calloc(1, sizeof *threads);
    uint32_t wanted = device->gate.depth < THREADS_MAX ? device->gate.depth : THREADS_MAX;
    sigset_t all, before;

    if (threads == NULL)
        return -ENOMEM;
    threads->device = device;
    pthread_mutex_init(&threads->lock, NULL);
    pthread_cond_init(&threads->work, NULL);
    sigfillset(&all); /* signals are for the daemon's main thread */
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (threads->count < wanted &&
           pthread_create(&threads->ids[threads->count], NULL, serve, threads) == 0) {
        pthread_setname_np(threads->ids[threads->count], "chi-bdev");
        threads->count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (threads->count == 0) {
        free(threads);
        return -EAGAIN;
    }
    *out = threads;
    return 0;
}

int bdev_threads_start(struct bdev_device *device, struct bdev_op *op)
{
    /* Acquire: pairs with the release below. */
    struct bdev_threads *threads = atomic_load_explicit(&device->threads, memory_order_acquire);

    if (threads == NULL) {
        int rc = 0;
        pthread_mutex_lock(&device->lock);
        threads = atomic_load_explicit(&device->threads, memory_order_relaxed);
        if (threads == NULL)
            rc = begin_threads(device, &threads);
        if (rc == 0)
            atomic_store_explicit(&device->threads, threads, memory_order_release);
        pthread_mutex_unlock(&device->lock);
        if (rc < 0)
            return rc;
    }
    op->next = NULL;
    pthread_mutex_lock(&threads->lock);
    if (threads->first != NULL)
        threads->last->next = op;
    else
        threads->first = op;
    threads->last = op;
    pthread_cond_signal(&threads->work);
    pthread_mutex_unlock(&threads->lock);
    return 0;
}

void bdev_threads_fini(struct bdev_device *device)
{
    struct bdev_threads *threads = atomic_load_explicit(&device->threads, memory_order_acquire);

    if (threads == NULL)
        return;
    pthread_mutex_lock(&threads->lock);
    threads->stop = true;
    pthread_cond_broadcast(&threads->work);
    pthread_mutex_unlock(&threads->lock);
    for (uint32_t i = 0; i < threads->count; i++)
        pthread_join(threads->ids[i], NULL);
    pthread_cond_destroy(&threads->work);
    pthread_mutex_destroy(&threads->lock);
    free(threads);
}
